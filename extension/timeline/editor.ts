/**
 * The read-only custom editor on `.syscope` files: opens the trace in the engine, makes a panel for each tab, and knows which
 * panels there are. What happens inside a tab is `panel.ts`.
 */
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { EventDetails, RawCall } from '../trace/engineProtocol';
import type { DescribedCall } from '../trace/timelineProtocol';
import type { OpenTrace, OpenTraces } from './openTraces';
import { type PanelCommand, type PanelServices, TimelinePanel } from './panel';
import { TIMELINE_VIEW_TYPE } from './reveal';
import type { Sources } from './sources';
import type { ViewStates } from './viewStates';

export interface EditorServices {
  readonly traces: OpenTraces;
  readonly sources: Sources;
  readonly states: ViewStates;
  readonly describe: (call: RawCall) => DescribedCall;
  readonly command: (trace: string, command: PanelCommand, text: string | undefined) => Promise<void>;
  readonly log: (text: string) => void;
}

class TraceDocument implements vscode.CustomDocument {
  constructor(
    readonly uri: vscode.Uri,
    readonly trace: OpenTrace,
  ) {}

  dispose(): void {
    this.trace.release();
  }
}

export class TimelineEditors implements vscode.CustomReadonlyEditorProvider<TraceDocument>, vscode.Disposable {
  private readonly panels = new Set<TimelinePanel>();
  private readonly activeChanged = new vscode.EventEmitter<string>();
  /** A timeline got the focus; the path of its trace. */
  readonly onDidActivate = this.activeChanged.event;
  private readonly closed = new vscode.EventEmitter<string>();
  /** A timeline was closed; the path of its trace. */
  readonly onDidClose = this.closed.event;
  private page: { readonly script: string; readonly style: string } | undefined;

  constructor(
    private readonly services: EditorServices,
    /** Where timeline.js and timeline.css lie. */
    private readonly webviewFolder: string,
  ) {}

  register(): vscode.Disposable {
    return vscode.window.registerCustomEditorProvider(TIMELINE_VIEW_TYPE, this, { supportsMultipleEditorsPerDocument: true });
  }

  async openCustomDocument(uri: vscode.Uri): Promise<TraceDocument> {
    if (uri.scheme !== 'file')
      throw new Error('Syscope opens traces that are files on this machine: save the trace there first.');
    return new TraceDocument(uri, await this.services.traces.acquireSoon(uri.fsPath));
  }

  resolveCustomEditor(document: TraceDocument, webviewPanel: vscode.WebviewPanel): void {
    const trace = document.uri.fsPath;
    this.page ??= {
      script: readFileSync(path.join(this.webviewFolder, 'timeline.js'), 'utf8'),
      style: readFileSync(path.join(this.webviewFolder, 'timeline.css'), 'utf8'),
    };
    const panel = new TimelinePanel(webviewPanel, this.panelServices(document.trace), this.page);
    this.panels.add(panel);
    const tell = (): void => {
      if (webviewPanel.active) this.activeChanged.fire(trace);
    };
    webviewPanel.onDidChangeViewState(tell);
    webviewPanel.onDidDispose(() => {
      this.panels.delete(panel);
      panel.dispose();
      this.closed.fire(trace);
    });
    tell();
  }

  /** The panels of a trace, the one that is visible first. */
  panelsOf(trace: string): readonly TimelinePanel[] {
    const found = [...this.panels].filter((panel) => panel.path === trace);
    return found.sort((a, b) => Number(b.panel.visible) - Number(a.panel.visible));
  }

  dispose(): void {
    for (const panel of this.panels) panel.dispose();
    this.activeChanged.dispose();
    this.closed.dispose();
  }

  private panelServices(trace: OpenTrace): PanelServices {
    const { sources, states, describe, command, log } = this.services;
    const { path } = trace;
    const details = (event: number): Promise<EventDetails> => trace.request('details', { event });
    return {
      trace,
      describe,
      log,
      chooseSource: (found) => sources.choose(path, trace.info.program, found),
      getState: () => states.get(path),
      setState: (state) => {
        states.set(path, state);
      },
      hasPrevious: () => states.previous(path) !== undefined,
      reveal: async (event, frame, focus) => sources.open(path, trace.info.program, await details(event), frame, focus),
      command: (name, text) => command(path, name, text),
    };
  }
}
