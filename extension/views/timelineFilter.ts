/**
 * The filter of the current trace's timeline, as the views set it and as its chips change it: one and the same, kept with the
 * view's state. No vscode; how tabs are reached comes in as functions.
 */
import { type FilterItem, sameTerm } from '../trace/viewProtocol';
import { filterOf, type Row } from './rows';

export interface FilterHost {
  readonly currentTrace: () => string | undefined;
  readonly get: (trace: string) => readonly FilterItem[] | undefined;
  /** Keeps it, and shows it in the trace's tabs, of which one is opened if there is none. */
  readonly set: (trace: string, filter: readonly FilterItem[] | undefined) => Promise<void>;
}

/** A double click is no wish to filter and take the filter away again. */
const DOUBLE_CLICK_MS = 500;

export class TimelineFilter {
  private readonly listeners = new Set<() => void>();
  private shown: readonly FilterItem[] | undefined;
  private set = { key: '', at: -Infinity };

  constructor(
    private readonly host: FilterHost,
    private readonly now: () => number = Date.now,
  ) {}

  get current(): readonly FilterItem[] | undefined {
    const trace = this.host.currentTrace();
    return trace === undefined ? undefined : this.host.get(trace);
  }

  onDidChange(listener: () => void): { dispose(): void } {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  }

  /** The state of some view, or the current trace, is another one. */
  check(): void {
    const { current } = this;
    if (same(current, this.shown)) return;
    this.shown = current;
    for (const listener of [...this.listeners]) listener();
  }

  /** A click on a row: the timeline shows its calls only; another click, and it shows all again. */
  async toggle(item: FilterItem): Promise<void> {
    const { current } = this;
    const key = JSON.stringify(item.term);
    const again = current?.length === 1 && current[0] !== undefined && sameTerm(current[0].term, item.term);
    if (again && this.set.key === key && this.now() - this.set.at < DOUBLE_CLICK_MS) return;
    this.set = { key, at: this.now() };
    await this.show(again ? undefined : [item]);
  }

  async showRows(rows: readonly Row[]): Promise<void> {
    const items = rows.flatMap((row) => filterOf(row) ?? []);
    if (items.length > 0) await this.show(items);
  }

  async show(filter: readonly FilterItem[] | undefined): Promise<void> {
    const trace = this.host.currentTrace();
    if (trace === undefined) throw new Error('There is no current trace: open one in the Traces view first.');
    await this.host.set(trace, filter);
    this.check();
  }
}

function same(a: readonly FilterItem[] | undefined, b: readonly FilterItem[] | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.length === b.length && a.every(({ term }, i) => b[i] !== undefined && sameTerm(term, b[i].term));
}
