/** The tree view "Traces": what the storage holds, the newest first. Reads only; the commands on its rows are in `commands.ts`. */
import * as vscode from 'vscode';
import { sizeText } from './size';
import type { StoredTrace, TraceStorage } from './storage';

export const TRACES_VIEW = 'syscope.traces';

export class TracesView implements vscode.TreeDataProvider<StoredTrace>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly view: vscode.TreeView<StoredTrace>;

  constructor(private readonly storage: TraceStorage) {
    this.view = vscode.window.createTreeView(TRACES_VIEW, { treeDataProvider: this, canSelectMany: true });
    this.view.onDidChangeVisibility(() => {
      this.refresh();
    });
  }

  refresh(): void {
    this.changed.fire(undefined);
  }

  async getChildren(parent?: StoredTrace): Promise<StoredTrace[]> {
    return parent === undefined ? [...(await this.storage.list())] : [];
  }

  getTreeItem(trace: StoredTrace): vscode.TreeItem {
    const item = new vscode.TreeItem(trace.program);
    const time = new Date(trace.modifiedMs);
    item.id = trace.path;
    item.resourceUri = vscode.Uri.file(trace.path);
    item.description = trace.recording ? 'recording' : `${time.toLocaleString()} · ${sizeText(trace.bytes)}`;
    item.tooltip = trace.path;
    item.iconPath = new vscode.ThemeIcon(trace.recording ? 'record' : 'pulse');
    item.contextValue = trace.recording ? 'recording' : 'trace';
    item.command = { command: 'syscope.openTrace', title: 'Open Trace', arguments: [trace] };
    return item;
  }

  dispose(): void {
    this.view.dispose();
    this.changed.dispose();
  }
}
