/** The views of processes, descriptors and blind spots, put together: their filter, what they ask for, their commands. */
import * as vscode from 'vscode';
import type { TimelineEditors } from '../timeline/editor';
import type { TimelineTabs } from '../timeline/tabs';
import type { ViewStates } from '../timeline/viewStates';
import { DEFAULT_VIEW } from '../trace/timelineProtocol';
import type { CurrentTrace } from './currentTrace';
import { DescriptorSource, NoticeSource, ProcessSource } from './rowSources';
import { TimelineFilter } from './timelineFilter';
import { TraceTree } from './traceTree';
import { registerViewCommands } from './viewCommands';

export const PROCESSES_VIEW = 'syscope.processes';
export const DESCRIPTORS_VIEW = 'syscope.descriptors';
export const BLIND_SPOTS_VIEW = 'syscope.blindSpots';

export interface TraceViewServices {
  readonly current: CurrentTrace;
  readonly states: ViewStates;
  readonly editors: TimelineEditors;
  readonly tabs: TimelineTabs;
  readonly log: vscode.LogOutputChannel;
}

export function createTraceViews(services: TraceViewServices): vscode.Disposable {
  const { current, states, editors, tabs, log } = services;
  const failed = (error: unknown): void => {
    log.error(`A view could not be filled: ${error instanceof Error ? error.message : String(error)}`);
  };
  const filter = new TimelineFilter({
    currentTrace: () => current.current,
    get: (trace) => states.get(trace)?.filter,
    set: async (trace, items) => {
      states.setFilter(trace, items);
      const panels = editors.panelsOf(trace);
      if (panels.length === 0) await tabs.show(trace);
      for (const panel of panels) panel.filter(items);
    },
  });
  const descriptors = new DescriptorSource();
  const tree = (id: string, source: ProcessSource | DescriptorSource | NoticeSource): TraceTree =>
    new TraceTree({ id, source, current, filter, failed });
  const descriptorTree = tree(DESCRIPTORS_VIEW, descriptors);
  const trees = [tree(PROCESSES_VIEW, new ProcessSource()), descriptorTree, tree(BLIND_SPOTS_VIEW, new NoticeSource())];

  const filterChanged = (): void => {
    void vscode.commands.executeCommand('setContext', 'syscope.filtered', filter.current !== undefined);
    descriptors.follow(current.trace, filter.current).then((changed) => {
      if (changed) descriptorTree.reset();
    }, failed);
  };
  /** In view even if the filter would hide it. */
  const select = async (trace: string, event: number): Promise<void> => {
    const items = filter.current;
    if (items !== undefined && current.trace !== undefined) {
      const terms = items.map(({ term }) => term);
      const { lane } = await current.trace.request('details', { event, filter: terms });
      if (lane < 0) await filter.show(undefined);
    }
    const panel = editors.panelsOf(trace)[0];
    if (panel?.panel.visible === true) {
      panel.select(event);
      return;
    }
    states.set(trace, { ...(states.get(trace) ?? DEFAULT_VIEW), selected: event });
    await tabs.show(trace);
  };
  return vscode.Disposable.from(
    ...trees,
    filter.onDidChange(filterChanged),
    states.onDidChange(() => {
      filter.check();
    }),
    current.onDidChange(() => {
      filter.check();
      filterChanged();
    }),
    registerViewCommands({
      current,
      filter,
      trees,
      select,
      goToSource: async (trace, event) => {
        await vscode.commands.executeCommand('syscope.goToSource', trace, event);
      },
      log,
    }),
  );
}
