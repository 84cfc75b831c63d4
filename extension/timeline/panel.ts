/**
 * One tab of the timeline: its webview's messages, and what the tab follows of its trace. Which trace it shows is fixed for
 * its life; opening and replacing tabs is `tabs.ts`, what a message asks for is done by the services it is given.
 */
import { randomBytes } from 'node:crypto';
import type * as vscode from 'vscode';
import type { TraceInfo } from '../trace/engineProtocol';
import { parseToHost, type ToHost, type ToWebview, type ViewState } from '../trace/timelineProtocol';
import type { FilterItem } from '../trace/viewProtocol';
import { toWire } from '../trace/wire';
import { type PageParts, timelinePage } from './html';
import { answerRequest, type RequestContext } from './requests';
import type { RevealProblem } from './sources';

export type PanelCommand = Extract<ToHost, { type: 'command' }>['command'];

export interface PanelServices extends RequestContext {
  readonly getState: () => ViewState | undefined;
  readonly setState: (state: ViewState) => void;
  readonly hasPrevious: () => boolean;
  readonly reveal: (event: number, frame: number | undefined, focus: boolean) => Promise<RevealProblem>;
  readonly command: (command: PanelCommand, text: string | undefined) => Promise<void>;
  readonly log: (text: string) => void;
}

export class TimelinePanel implements vscode.Disposable {
  private readonly subscriptions: { dispose(): unknown }[] = [];
  private watching: { dispose(): void } | undefined;
  private ready = false;
  private disposed = false;
  private lastReveal = 0;

  constructor(
    readonly panel: vscode.WebviewPanel,
    private readonly services: PanelServices,
    page: Omit<PageParts, 'nonce'>,
  ) {
    const { webview } = panel;
    webview.options = { enableScripts: true, localResourceRoots: [] };
    this.subscriptions.push(
      webview.onDidReceiveMessage((message: unknown) => {
        this.receive(message);
      }),
      panel.onDidChangeViewState(() => {
        this.follow();
      }),
      services.trace.onChange((info) => {
        if (this.ready) this.post({ type: 'update', info });
      }),
    );
    webview.html = timelinePage({ ...page, nonce: randomBytes(16).toString('hex') });
    this.follow();
  }

  get info(): TraceInfo {
    return this.services.trace.info;
  }

  get path(): string {
    return this.services.trace.path;
  }

  /** Brings an event into view. */
  select(event: number): void {
    this.post({ type: 'select', event });
  }

  /** Shows the calls of these only; every call again. */
  filter(filter: readonly FilterItem[] | undefined): void {
    this.post({ type: 'filter', filter });
  }

  notice(text: string, severity: 'info' | 'warning' | 'error'): void {
    this.post({ type: 'notice', text, severity });
  }

  dispose(): void {
    this.disposed = true;
    this.watching?.dispose();
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  /** A hidden tab's page is gone: it says `ready` again when it is shown. */
  private follow(): void {
    if (this.panel.visible) {
      this.watching ??= this.services.trace.watch();
      return;
    }
    this.ready = false;
    this.watching?.dispose();
    this.watching = undefined;
  }

  private receive(raw: unknown): void {
    const message = parseToHost(raw);
    if (message === undefined) {
      this.services.log('The timeline sent a message that is none.');
      return;
    }
    this.handle(message).catch((error: unknown) => {
      const text = error instanceof Error ? error.message : String(error);
      this.services.log(`timeline ${message.type}: ${text}`);
      if (message.type === 'request') this.post({ type: 'error', id: message.id, message: text });
      else this.notice(text, 'error');
    });
  }

  private async handle(message: ToHost): Promise<void> {
    switch (message.type) {
      case 'ready':
        await this.services.trace.opened(); // a program that is just being started has no trace yet
        this.ready = true;
        this.post({ type: 'init', info: this.info, state: this.services.getState(), hasPrevious: this.services.hasPrevious() });
        await this.services.trace.refresh();
        break;
      case 'request':
        this.post({
          type: 'response',
          id: message.id,
          result: await answerRequest(message.method, message.params, this.services),
        });
        break;
      case 'reveal':
        await this.reveal(message.event, message.frame, message.focus);
        break;
      case 'state':
        this.services.setState(message.state);
        break;
      case 'command':
        await this.services.command(message.command, message.text);
        break;
    }
  }

  /** Of several clicks in a row only the last one's answer is said. */
  private async reveal(event: number, frame: number | undefined, focus: boolean): Promise<void> {
    const turn = ++this.lastReveal;
    const problem = await this.services.reveal(event, frame, focus);
    if (turn === this.lastReveal && problem !== undefined) this.notice(problem.text, problem.severity);
  }

  private post(message: ToWebview): void {
    if (this.disposed) return;
    void this.panel.webview.postMessage(toWire(message)); // false for a page that is gone: it asks again when it is back
  }
}
