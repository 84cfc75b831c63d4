/**
 * The tabs of timelines: opening one beside the source without taking the focus, and letting a restarted session's trace
 * take the place of the one before it. Tabs only; what they show is `editor.ts`.
 */
import * as vscode from 'vscode';
import { TIMELINE_VIEW_TYPE } from './reveal';
import type { ViewStates } from './viewStates';

export class TimelineTabs {
  constructor(private readonly states: ViewStates) {}

  /** Shows a trace that is about to begin, or has, where `replaces` is shown; that one's tab is left for `close`. */
  async showRecording(trace: string, replaces: string | undefined): Promise<void> {
    const old = replaces === undefined ? undefined : findTab(replaces);
    if (replaces !== undefined) this.states.replace(trace, replaces);
    await open(trace, { viewColumn: old?.group.viewColumn ?? besideSource(), preserveFocus: true, preview: false });
  }

  /** Shows a trace because the person asked for it. */
  async show(trace: string): Promise<void> {
    const tab = findTab(trace);
    await open(trace, { viewColumn: tab?.group.viewColumn ?? vscode.ViewColumn.Active, preserveFocus: false, preview: false });
  }

  /**
   * A window that starts with a trace named on its command line or in its address opens it before it knows this
   * extension's editor, as a binary file: such tabs become timelines.
   */
  async adoptAtStart(): Promise<void> {
    for (const tab of vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs)) {
      if (!(tab.input instanceof vscode.TabInputText) || !tab.input.uri.path.endsWith('.syscope')) continue;
      await open(tab.input.uri.fsPath, { viewColumn: tab.group.viewColumn, preserveFocus: !tab.isActive, preview: false });
      await vscode.window.tabGroups.close(tab, true);
    }
  }

  async close(trace: string): Promise<void> {
    const tab = findTab(trace);
    if (tab !== undefined) await vscode.window.tabGroups.close(tab, true);
  }

  isShown(trace: string): boolean {
    return findTab(trace) !== undefined;
  }
}

async function open(trace: string, options: vscode.TextDocumentShowOptions): Promise<void> {
  await vscode.commands.executeCommand('vscode.openWith', vscode.Uri.file(trace), TIMELINE_VIEW_TYPE, options);
}

/** The group that shows timelines already; else one beside the active editor, or the empty first one. */
function besideSource(): vscode.ViewColumn {
  const group =
    vscode.window.tabGroups.all.find(({ activeTab }) => isTimeline(activeTab)) ??
    vscode.window.tabGroups.all.find(({ tabs }) => tabs.some(isTimeline));
  return group?.viewColumn ?? vscode.ViewColumn.Beside;
}

function findTab(trace: string): vscode.Tab | undefined {
  const uri = vscode.Uri.file(trace).toString();
  return vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .find((tab) => isTimeline(tab) && (tab.input as vscode.TabInputCustom).uri.toString() === uri);
}

function isTimeline(tab: vscode.Tab | undefined): boolean {
  return tab?.input instanceof vscode.TabInputCustom && tab.input.viewType === TIMELINE_VIEW_TYPE;
}
