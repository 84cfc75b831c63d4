/**
 * The current trace: the timeline that had the focus last, or the one that is pinned. Named in the status bar, and what
 * commands without an argument are about.
 */
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { OpenTrace, OpenTraces } from '../timeline/openTraces';
import type { TraceInfo } from '../trace/engineProtocol';
import { programOf } from './storage';

export class CurrentTrace implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<undefined>();
  /** Another trace is current, or none. */
  readonly onDidChange = this.changed.event;
  private readonly item = vscode.window.createStatusBarItem('syscope.current', vscode.StatusBarAlignment.Left, 40);
  private opened: OpenTrace | undefined;
  private path: string | undefined;
  private pinned = false;
  private subscription: { dispose(): void } | undefined;

  constructor(private readonly traces: OpenTraces) {
    this.item.name = 'Syscope: Current Trace';
    this.item.command = 'syscope.showCurrentTrace';
  }

  get current(): string | undefined {
    return this.path;
  }

  /** Open for as long as it is the current one. */
  get trace(): OpenTrace | undefined {
    return this.opened;
  }

  get isPinned(): boolean {
    return this.pinned;
  }

  /** A timeline got the focus. */
  async activate(trace: string): Promise<void> {
    if (this.pinned || trace === this.path) return;
    await this.set(trace);
  }

  async pin(trace: string): Promise<void> {
    this.pinned = false;
    await this.activate(trace);
    this.pinned = true;
    this.show();
  }

  unpin(): void {
    this.pinned = false;
    this.show();
  }

  /** Its last timeline was closed. */
  closed(trace: string): void {
    if (trace === this.path && !this.pinned) this.clear();
  }

  clear(): void {
    this.subscription?.dispose();
    this.opened?.release();
    this.opened = undefined;
    this.path = undefined;
    this.pinned = false;
    this.show();
    this.changed.fire(undefined);
  }

  dispose(): void {
    this.clear();
    this.item.dispose();
    this.changed.dispose();
  }

  private async set(trace: string): Promise<void> {
    const opened = await this.traces.acquire(trace);
    this.clear();
    this.opened = opened;
    this.path = trace;
    this.subscription = opened.onChange(() => {
      this.show();
    });
    this.show();
    this.changed.fire(undefined);
  }

  private show(): void {
    void vscode.commands.executeCommand('setContext', 'syscope.hasCurrent', this.path !== undefined);
    void vscode.commands.executeCommand('setContext', 'syscope.pinned', this.pinned);
    const info = this.opened?.info;
    void vscode.commands.executeCommand('setContext', 'syscope.currentIsRecording', info?.state === 'recording');
    if (this.path === undefined || info === undefined) {
      this.item.hide();
      return;
    }
    const icon = info.state === 'recording' ? '$(record)' : '$(pulse)';
    this.item.text = `${icon} ${programOf(this.path)}${this.pinned ? ' $(pinned)' : ''}`;
    this.item.tooltip = tooltip(this.path, info);
    this.item.show();
  }
}

function tooltip(trace: string, info: TraceInfo): string {
  const errors = info.errors === 0 ? '' : `, ${info.errors.toLocaleString()} failed`;
  const state = { recording: 'recording', complete: 'complete', interrupted: 'the tracer ended early' }[info.state];
  return `Current system call trace: ${path.basename(trace)}\n${info.events.toLocaleString()} calls${errors}; ${state}`;
}
