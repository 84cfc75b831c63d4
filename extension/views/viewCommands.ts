/** The commands of the views of processes, descriptors and blind spots. Each says its failure in one message. */
import * as vscode from 'vscode';
import type { FilterItem } from '../trace/viewProtocol';
import type { CurrentTrace } from './currentTrace';
import { commandLine } from './rowText';
import { eventOf, familyOf, filterOf, holdersOf, type Row } from './rows';
import type { TimelineFilter } from './timelineFilter';
import { ROW_COMMAND, type TraceTree } from './traceTree';

export interface ViewCommandServices {
  readonly current: CurrentTrace;
  readonly filter: TimelineFilter;
  readonly trees: readonly TraceTree[];
  /** Selects an event in the trace's timeline. */
  readonly select: (trace: string, event: number) => Promise<void>;
  /** Opens an event's source line, or says why there is none. */
  readonly goToSource: (trace: string, event: number) => Promise<void>;
  readonly log: vscode.LogOutputChannel;
}

export function registerViewCommands(services: ViewCommandServices): vscode.Disposable {
  const { filter, trees, current } = services;
  const command = (id: string, run: (rows: readonly Row[]) => Promise<void> | void): vscode.Disposable =>
    vscode.commands.registerCommand(id, async (first: unknown, all: unknown) => {
      try {
        await run(rowsFrom(first, all));
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        services.log.error(`${id}: ${message}`);
        void vscode.window.showErrorMessage(message);
      }
    });
  const withEvent = async ([row]: readonly Row[], run: (trace: string, event: number) => Promise<void>): Promise<void> => {
    const event = row === undefined ? undefined : eventOf(row);
    if (event !== undefined && current.current !== undefined) await run(current.current, event);
  };
  return vscode.Disposable.from(
    command(ROW_COMMAND, async ([row]) => {
      if (row === undefined) return;
      if (row.type === 'more') for (const tree of trees) tree.showMore(row);
      const item = filterOf(row);
      if (item !== undefined) await filter.toggle(item);
      else await withEvent([row], services.select);
    }),
    command('syscope.filterTimeline', (rows) => filter.showRows(rows)),
    command('syscope.filterTimelineToFamily', (rows) => showItems(filter, rows.map(familyOf))),
    command('syscope.filterTimelineToHolders', (rows) => showItems(filter, rows.map(holdersOf))),
    command('syscope.clearTimelineFilter', () => filter.show(undefined)),
    command('syscope.revealInTimeline', (rows) => withEvent(rows, services.select)),
    command('syscope.goToOpeningSource', (rows) => withEvent(rows, services.goToSource)),
    command('syscope.copyCommandLine', (rows) =>
      copy(rows.flatMap((row) => (row.type === 'process' ? [commandLine(row.row)] : []))),
    ),
    command('syscope.copyDescriptorPath', (rows) =>
      copy(rows.flatMap((row) => (row.type === 'descriptor' ? [row.row.name] : []))),
    ),
  );
}

async function showItems(filter: TimelineFilter, items: readonly (FilterItem | undefined)[]): Promise<void> {
  const present = items.filter((item) => item !== undefined);
  if (present.length > 0) await filter.show(present);
}

async function copy(lines: readonly string[]): Promise<void> {
  if (lines.length > 0) await vscode.env.clipboard.writeText(lines.join('\n'));
}

/** A row, and the selection that it lies in. */
function rowsFrom(first: unknown, all: unknown): readonly Row[] {
  const items: readonly unknown[] = Array.isArray(all) && all.length > 0 ? all : [first];
  return items.filter(isRow);
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}
