/** The extension's commands: what each does, from its arguments or the current trace. Each says its failure in one message. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { TimelineEditors } from '../timeline/editor';
import type { OpenTraces } from '../timeline/openTraces';
import type { PanelCommand } from '../timeline/panel';
import type { RevealProblem } from '../timeline/sources';
import type { TimelineTabs } from '../timeline/tabs';
import type { ViewStates } from '../timeline/viewStates';
import type { CurrentTrace } from './currentTrace';
import type { Recordings } from './recordings';
import type { TraceStorage } from './storage';
import type { TracesView } from './tracesView';

export interface CommandServices {
  readonly traces: OpenTraces;
  readonly editors: TimelineEditors;
  readonly tabs: TimelineTabs;
  readonly states: ViewStates;
  readonly storage: TraceStorage;
  readonly view: TracesView;
  readonly current: CurrentTrace;
  readonly recordings: Recordings;
  /** Opens the source line of an event. */
  readonly reveal: (trace: string, event: number) => Promise<RevealProblem>;
  readonly log: vscode.LogOutputChannel;
}

export class Commands {
  constructor(private readonly services: CommandServices) {}

  register(): vscode.Disposable {
    const { log, view, current } = this.services;
    return vscode.Disposable.from(
      this.command('syscope.openTrace', (traces) => this.open(traces)),
      this.command('syscope.saveTraceAs', (traces) => this.saveAs(traces)),
      this.command('syscope.deleteTrace', (traces) => this.delete(traces)),
      this.command('syscope.stopRecording', (traces) => this.stop(traces)),
      this.command('syscope.showCurrentTrace', () => this.showCurrent()),
      this.command('syscope.goToSource', (traces, event) => this.goToSource(traces, event)),
      this.command('syscope.pinTrace', (traces) => this.pin(traces)),
      this.command('syscope.unpinTrace', () => {
        current.unpin();
      }),
      this.command('syscope.refreshTraces', () => {
        view.refresh();
      }),
      this.command('syscope.showLog', () => {
        log.show();
      }),
      this.command('syscope.traceProgram', () => this.debug({ type: 'syscope', request: 'launch', name: 'Trace Syscalls' })),
      this.command('syscope.attachToProcess', () =>
        this.debug({ type: 'syscope', request: 'attach', name: 'Trace Syscalls: Attach' }),
      ),
    );
  }

  /** What a timeline's toolbar asks for. */
  async fromPanel(trace: string, command: PanelCommand, text: string | undefined): Promise<void> {
    switch (command) {
      case 'stop':
        await this.stop([trace]);
        break;
      case 'saveAs':
        await this.saveAs([trace]);
        break;
      case 'copy':
        await vscode.env.clipboard.writeText(text ?? '');
        break;
      case 'previousTrace':
        await this.showPrevious(trace);
        break;
    }
  }

  private command(id: string, run: (traces: readonly string[], argument: unknown) => Promise<void> | void): vscode.Disposable {
    return vscode.commands.registerCommand(id, async (first: unknown, second: unknown) => {
      try {
        await run(tracesFrom(first, second), second);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        this.services.log.error(`${id}: ${message}`);
        void vscode.window.showErrorMessage(message);
      }
    });
  }

  private async open(traces: readonly string[]): Promise<void> {
    const chosen = traces.length > 0 ? traces : await this.askForTraces();
    for (const trace of chosen) await this.services.tabs.show(trace);
  }

  private async askForTraces(): Promise<readonly string[]> {
    const uris = await vscode.window.showOpenDialog({
      canSelectMany: true,
      filters: { 'Syscope traces': ['syscope'] },
      openLabel: 'Open Trace',
    });
    return (uris ?? []).map(({ fsPath }) => fsPath);
  }

  private async saveAs(traces: readonly string[]): Promise<void> {
    const trace = this.one(traces);
    const recording = await this.services.traces.with(trace, async (open) => {
      await open.refresh();
      return open.info.state === 'recording';
    });
    if (recording) throw new Error('This trace is still being recorded: stop the recording first, then save it.');
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    const name = path.basename(trace);
    const target = await vscode.window.showSaveDialog({
      filters: { 'Syscope traces': ['syscope'] },
      saveLabel: 'Save Trace',
      ...(folder === undefined ? {} : { defaultUri: vscode.Uri.joinPath(folder, name) }),
    });
    if (target === undefined) return;
    await vscode.workspace.fs.copy(vscode.Uri.file(trace), target, { overwrite: true });
    void vscode.window.showInformationMessage(`The trace was saved as "${target.fsPath}".`);
  }

  private async delete(traces: readonly string[]): Promise<void> {
    const { recordings, storage, tabs, current, states, view } = this.services;
    if (traces.some((trace) => recordings.get(trace) !== undefined))
      throw new Error('A trace that is being recorded cannot be deleted: stop the recording first.');
    const what = traces.length === 1 ? `the trace "${path.basename(this.one(traces))}"` : `${String(traces.length)} traces`;
    const answer = await vscode.window.showWarningMessage(
      `Delete ${what}?`,
      { modal: true, detail: 'This cannot be undone.' },
      'Delete',
    );
    if (answer !== 'Delete') return;
    for (const trace of traces) {
      await tabs.close(trace);
      if (current.current === trace) current.clear();
      await storage.delete(trace);
      states.remove(trace);
    }
    view.refresh();
  }

  private async stop(traces: readonly string[]): Promise<void> {
    const trace = this.one(traces);
    const { recordings } = this.services;
    if (recordings.get(trace) !== undefined) {
      await recordings.stop(trace, undefined);
      return;
    }
    const controlPath = await this.services.traces.with(trace, async (open) => {
      await open.refresh();
      if (open.info.state !== 'recording') throw new Error('This trace is not being recorded.');
      return open.info.controlPath;
    });
    await recordings.stop(trace, controlPath);
  }

  private async showCurrent(): Promise<void> {
    const { current } = this.services.current;
    if (current !== undefined) await this.services.tabs.show(current);
  }

  /** Of the given event, or of the one that is selected in the trace's timeline. */
  private async goToSource(traces: readonly string[], argument: unknown): Promise<void> {
    const trace = this.one(traces);
    const event = typeof argument === 'number' ? argument : this.services.states.get(trace)?.selected;
    if (event === undefined) throw new Error('No call is selected: click one in the timeline first.');
    const problem = await this.services.reveal(trace, event);
    if (problem === undefined) return;
    if (problem.severity === 'info') void vscode.window.showInformationMessage(problem.text);
    else void vscode.window.showWarningMessage(problem.text);
  }

  private async showPrevious(trace: string): Promise<void> {
    const previous = this.services.states.previous(trace);
    if (previous === undefined) throw new Error('There is no trace before this one.');
    const stored = await vscode.workspace.fs.stat(vscode.Uri.file(previous)).then(
      () => true,
      () => false,
    );
    if (!stored) throw new Error('The trace before this one is gone: only the newest ones are kept.');
    await this.services.tabs.show(previous);
  }

  private async pin(traces: readonly string[]): Promise<void> {
    await this.services.current.pin(this.one(traces));
  }

  private async debug(configuration: vscode.DebugConfiguration): Promise<void> {
    await vscode.debug.startDebugging(vscode.workspace.workspaceFolders?.[0], configuration);
  }

  private one(traces: readonly string[]): string {
    const trace = traces[0] ?? this.services.current.current;
    if (trace === undefined) throw new Error('There is no current trace: open one in the Traces view first.');
    return trace;
  }
}

/** A row of the view (and the selection it lies in), a file of the explorer, a tab, a path, or nothing. */
function tracesFrom(first: unknown, all: unknown): readonly string[] {
  const items: readonly unknown[] = Array.isArray(all) && all.length > 0 ? all : [first];
  return items.map(pathFrom).filter((item) => item !== undefined);
}

function pathFrom(item: unknown): string | undefined {
  if (typeof item === 'string') return item;
  if (item instanceof vscode.Uri) return item.fsPath;
  if (typeof item === 'object' && item !== null && 'path' in item && typeof item.path === 'string') return item.path;
  return undefined;
}
