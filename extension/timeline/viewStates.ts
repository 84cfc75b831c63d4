/**
 * The state of each trace's view (filters, zoom, selection), kept by the workspace's memento so that it outlives hiding,
 * closing and reloading; and which trace came before which, when a session was restarted. No vscode but the memento's shape.
 */
import { DEFAULT_VIEW, parseViewState, type ViewState } from '../trace/timelineProtocol';
import { carriedOver, type FilterItem } from '../trace/viewProtocol';

export interface Memento {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

interface Entry {
  readonly state?: ViewState;
  readonly previous?: string;
}

const KEY = 'syscope.views';
const MAX_ENTRIES = 50;
const WRITE_MS = 500;

export class ViewStates {
  private readonly entries: Map<string, Entry>;
  private timer: NodeJS.Timeout | undefined;
  private readonly listeners = new Set<(trace: string) => void>();

  constructor(private readonly memento: Memento) {
    this.entries = readEntries(memento.get(KEY));
  }

  get(trace: string): ViewState | undefined {
    return this.entries.get(trace)?.state;
  }

  previous(trace: string): string | undefined {
    return this.entries.get(trace)?.previous;
  }

  set(trace: string, state: ViewState): void {
    this.put(trace, { ...this.entries.get(trace), state });
  }

  setFilter(trace: string, filter: readonly FilterItem[] | undefined): void {
    this.set(trace, { ...(this.get(trace) ?? DEFAULT_VIEW), filter });
  }

  /** Calls back with the trace whose state has changed. */
  onDidChange(listener: (trace: string) => void): { dispose(): void } {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  }

  /**
   * A restarted session's trace is shown as the one before it was: same classes, same zoom, nothing selected, and of the filter
   * what another run can have.
   */
  replace(trace: string, previous: string): void {
    const before = this.get(previous);
    this.put(trace, { previous, ...(before === undefined ? {} : { state: anotherRuns(before) }) });
  }

  remove(trace: string): void {
    this.entries.delete(trace);
    this.schedule();
  }

  /** Writes what is not written yet. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    await this.memento.update(KEY, [...this.entries]);
  }

  private put(trace: string, entry: Entry): void {
    this.entries.delete(trace); // the newest is last, so that the oldest goes first
    this.entries.set(trace, entry);
    const oldest = this.entries.keys().next().value;
    if (this.entries.size > MAX_ENTRIES && oldest !== undefined) this.entries.delete(oldest);
    this.schedule();
    for (const listener of [...this.listeners]) listener(trace);
  }

  private schedule(): void {
    this.timer ??= setTimeout(() => {
      void this.flush();
    }, WRITE_MS);
  }
}

function anotherRuns({ filter, ...state }: ViewState): ViewState {
  const kept = carriedOver(filter);
  return { ...state, selected: undefined, ...(kept === undefined ? {} : { filter: kept }) };
}

/** A memento may hold what another version wrote. */
function readEntries(stored: unknown): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  if (!Array.isArray(stored)) return entries;
  for (const item of stored as readonly unknown[]) {
    if (!Array.isArray(item) || typeof item[0] !== 'string' || typeof item[1] !== 'object' || item[1] === null) continue;
    const raw = item[1] as { readonly state?: unknown; readonly previous?: unknown };
    const state = parseViewState(raw.state);
    entries.set(item[0], {
      ...(state === undefined ? {} : { state }),
      ...(typeof raw.previous === 'string' ? { previous: raw.previous } : {}),
    });
  }
  return entries;
}
