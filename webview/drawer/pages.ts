/**
 * The events list's pages: asks for those on show, keeps a few, forgets them when the trace or the filter is another one.
 */
import type { EventId } from '../../extension/trace/engineProtocol';
import type { DescribedCall, TimelineRequests } from '../../extension/trace/timelineProtocol';
import type { FilterTerm } from '../../extension/trace/viewProtocol';
import type { Rpc } from '../rpc';

export const PAGE_SIZE = 100;
const MAX_PAGES = 24;

export interface EventFilter {
  readonly epoch: number;
  readonly hidden: readonly string[];
  readonly loader: boolean;
  readonly filter?: readonly FilterTerm[];
}

export interface EventPages {
  readonly total: number;
  /** Another filter or trace: everything kept is forgotten. */
  setFilter(filter: EventFilter): void;
  /** The trace grew: a page that wasn't full, and the total, are asked for again. */
  grew(): void;
  row(index: number): DescribedCall | undefined;
  /** Asks for what is missing of these rows. */
  need(first: number, count: number): void;
  /** The place of an event in the list: events are in order of start, and ids grow with it. */
  indexOf(event: EventId): Promise<number | undefined>;
}

type Page = readonly DescribedCall[];

export function createEventPages(rpc: Rpc, changed: () => void, failed: (error: unknown) => void): EventPages {
  let filter: EventFilter = { epoch: 0, hidden: [], loader: false };
  let generation = 0;
  let total = 0;
  let pages = new Map<number, Page>();
  let stale = new Set<number>();
  const asked = new Set<number>();

  async function fetch(first: number, count: number): Promise<TimelineRequests['events'][1]> {
    const { hidden, loader, filter: terms } = filter;
    return rpc.request('events', { first, count, hidden, loader, ...(terms === undefined ? {} : { filter: terms }) });
  }
  async function load(number: number): Promise<void> {
    const mine = generation;
    asked.add(number);
    try {
      const answer = await fetch(number * PAGE_SIZE, PAGE_SIZE);
      if (mine === generation) {
        total = answer.total;
        keep(number, answer.calls);
        changed();
      }
    } catch (error) {
      failed(error);
    } finally {
      if (mine === generation) {
        asked.delete(number);
      }
    }
  }
  function keep(number: number, page: Page): void {
    pages.delete(number);
    pages.set(number, page);
    stale.delete(number);
    const oldest = pages.keys().next();
    if (pages.size > MAX_PAGES && oldest.done !== true) {
      pages.delete(oldest.value);
    }
  }
  return {
    get total() {
      return total;
    },
    setFilter(next) {
      filter = next;
      generation += 1;
      total = 0;
      pages = new Map();
      stale = new Set();
      asked.clear();
    },
    grew() {
      for (const [number, page] of pages) {
        if (page.length < PAGE_SIZE || page.some(({ call }) => call.ret === undefined)) {
          stale.add(number);
        }
      }
      stale.add(Math.floor(total / PAGE_SIZE));
    },
    row(index) {
      return pages.get(Math.floor(index / PAGE_SIZE))?.[index % PAGE_SIZE];
    },
    need(first, count) {
      const last = Math.floor(Math.max(first, first + count - 1) / PAGE_SIZE);
      for (let number = Math.floor(first / PAGE_SIZE); number <= last; number++) {
        if ((!pages.has(number) || stale.has(number)) && !asked.has(number)) {
          void load(number);
        }
      }
    },
    async indexOf(event) {
      const mine = generation;
      let low = 0;
      let high = (await fetch(0, 1)).total;
      while (low < high && mine === generation) {
        // Without a filter the index is the id; with one it is less.
        const middle = Math.min(high - 1, low === 0 && high > event ? event : Math.floor((low + high) / 2));
        const found = (await fetch(middle, 1)).calls[0];
        if (found === undefined) {
          return undefined;
        }
        if (found.call.id === event) {
          return mine === generation ? middle : undefined;
        }
        if (found.call.id < event) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      return undefined;
    },
  };
}
