/**
 * A tree view about the current trace: asks for what is expanded, a page at a time, follows a recording while it is visible, and
 * makes VS Code's items of rows. What the rows are comes in as a source (processSource.ts, …); what they say is rows.ts.
 */
import * as vscode from 'vscode';
import type { OpenTrace } from '../timeline/openTraces';
import { MAX_FILTER_TERMS } from '../trace/viewProtocol';
import type { CurrentTrace } from './currentTrace';
import { isFiltered, type Row, rowKey, show } from './rows';
import type { TimelineFilter } from './timelineFilter';

export const ROW_COMMAND = 'syscope.selectRow';
export const PAGE_ROWS = 500;
/** While a program runs; the timeline itself follows it closer. */
const REFRESH_MS = 700;

export interface RowSource {
  /** The first `count` rows below one (undefined: the top), and how many there are. */
  children(
    trace: OpenTrace,
    parent: Row | undefined,
    count: number,
  ): Promise<{ readonly rows: readonly Row[]; readonly total: number }>;
  /** The view's heading, beside its name. */
  heading?(trace: OpenTrace): string | undefined;
}

export interface TreeOptions {
  readonly id: string;
  readonly source: RowSource;
  readonly current: CurrentTrace;
  readonly filter: TimelineFilter;
  readonly failed: (error: unknown) => void;
}

export class TraceTree implements vscode.TreeDataProvider<Row>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<Row | undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  readonly view: vscode.TreeView<Row>;
  private readonly subscriptions: { dispose(): unknown }[] = [];
  private watching: { dispose(): void } | undefined;
  private listening: { dispose(): void } | undefined;
  private timer: NodeJS.Timeout | undefined;
  private stale = false;
  /** How many rows below each are shown, if more than a page. */
  private readonly limits = new Map<string, number>();

  constructor(private readonly options: TreeOptions) {
    const { id, current, filter } = options;
    this.view = vscode.window.createTreeView(id, { treeDataProvider: this, canSelectMany: true, showCollapseAll: true });
    this.subscriptions.push(
      this.view,
      this.changed,
      this.view.onDidChangeVisibility(() => {
        this.follow();
      }),
      this.view.onDidChangeSelection(({ selection }) => {
        // One is a click, whose command says more; several are Ctrl or Shift with it.
        if (selection.length > 1) filter.showRows(selection.slice(0, MAX_FILTER_TERMS)).catch(options.failed);
      }),
      current.onDidChange(() => {
        this.limits.clear();
        this.listen();
      }),
      filter.onDidChange(() => {
        this.refreshSoon(0);
      }),
    );
    this.listen();
  }

  async getChildren(parent?: Row): Promise<Row[]> {
    const { trace } = this.options.current;
    if (trace === undefined) return [];
    const key = parent === undefined ? '' : rowKey(parent);
    try {
      const { rows, total } = await this.options.source.children(trace, parent, this.limits.get(key) ?? PAGE_ROWS);
      return total > rows.length ? [...rows, { type: 'more', parent, left: total - rows.length }] : [...rows];
    } catch (error) {
      // A trace that was closed meanwhile: the next refresh asks about the one that is shown then.
      this.options.failed(error);
      return [];
    }
  }

  getParent(row: Row): Row | undefined {
    return row.type === 'process' ? row.parent : undefined;
  }

  getTreeItem(row: Row): vscode.TreeItem {
    const shown = show(row);
    const filtered = isFiltered(row, this.options.filter.current);
    const item = new vscode.TreeItem(
      shown.label,
      shown.expandable
        ? row.type === 'process' && row.parent === undefined
          ? vscode.TreeItemCollapsibleState.Expanded
          : vscode.TreeItemCollapsibleState.Collapsed
        : vscode.TreeItemCollapsibleState.None,
    );
    item.id = rowKey(row);
    item.description = shown.description;
    item.iconPath = new vscode.ThemeIcon(
      filtered ? 'filter-filled' : shown.icon,
      shown.colour === undefined ? undefined : new vscode.ThemeColor(shown.colour),
    );
    item.contextValue = shown.context;
    item.tooltip = tooltip(shown.label, shown.details);
    item.accessibilityInformation = { label: filtered ? `${shown.spoken}, the timeline's filter` : shown.spoken };
    if (row.type !== 'class') item.command = { command: ROW_COMMAND, title: 'Filter Timeline to This', arguments: [row] };
    return item;
  }

  showMore(row: Row): void {
    if (row.type !== 'more') return;
    const key = row.parent === undefined ? '' : rowKey(row.parent);
    this.limits.set(key, (this.limits.get(key) ?? PAGE_ROWS) + PAGE_ROWS);
    this.changed.fire(undefined); // the row that it is below may be another object by now
  }

  /** Its rows are about other things now: pages begin anew. */
  reset(): void {
    this.limits.clear();
    this.refreshSoon(0);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.watching?.dispose();
    this.listening?.dispose();
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  /** The current trace is another one. */
  private listen(): void {
    this.listening?.dispose();
    this.listening = this.options.current.trace?.onChange(() => {
      this.refreshSoon(REFRESH_MS);
    });
    this.watching?.dispose();
    this.watching = undefined;
    this.follow();
    this.refreshSoon(0);
  }

  /** Only what is visible keeps a recording's numbers coming. */
  private follow(): void {
    const { trace } = this.options.current;
    if (!this.view.visible || trace === undefined) {
      this.watching?.dispose();
      this.watching = undefined;
      return;
    }
    this.watching ??= trace.watch();
    if (this.stale) this.refreshSoon(0);
  }

  private refreshSoon(ms: number): void {
    this.stale = true;
    if (!this.view.visible) return;
    if (ms === 0) clearTimeout(this.timer);
    else if (this.timer !== undefined) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.stale = false;
      const { trace } = this.options.current;
      this.view.description = (trace === undefined ? undefined : this.options.source.heading?.(trace)) ?? '';
      this.changed.fire(undefined);
    }, ms);
  }
}

/** Text of the trace is never read as Markdown. */
function tooltip(label: string, details: readonly (readonly [string, string])[]): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  text.appendMarkdown('**').appendText(label).appendMarkdown('**');
  for (const [name, says] of details) {
    text.appendMarkdown('\n\n');
    if (name !== '') text.appendText(`${name}: `);
    text.appendText(says);
  }
  return text;
}
