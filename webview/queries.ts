/**
 * What the timeline asks the host for, and when: lanes and boxes after the trace grew or the view moved, the overview now
 * and then, the selected call, a dragged range's totals. At most one request of a kind is on its way; what changed
 * meanwhile is asked for when it is back, and an answer about another trace is dropped.
 */
import type { Boxes, BoxQuery, LaneId } from '../extension/trace/engineProtocol';
import { classInfo } from './model/classes';
import { fitRange } from './model/range';
import type { Range } from './model/range';
import { laneSetOf, visibleRange } from './model/state';
import type { Action, BoxSet, State } from './model/state';
import type { Rpc } from './rpc';

export interface Sight {
  /** The lanes in sight and a window's height above and below, and those of the overview. */
  readonly lanes: readonly LaneId[];
  readonly overviewLanes: readonly LaneId[];
  readonly width: number;
}

export interface Queries {
  /** After every change: asks for what is missing. */
  sync(sight: Sight): void;
}

/** Asked for on either side of the view, as a share of its width, so that panning shows something at once. */
const MARGIN = 0.5;
const OVERVIEW_INTERVAL_MS = 400;
const OVERVIEW_PIXELS = 600;
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 60_000;
/** More lanes than that aren't summed up for a range's totals. */
const MAX_TOTAL_LANES = 5000;

export function createQueries(state: Get, dispatch: Dispatch, rpc: Rpc, pause: Pause = sleep): Queries {
  let sight: Sight = { lanes: [], overviewLanes: [], width: 0 };
  const failed = (error: unknown): void => {
    const text = error instanceof Error ? error.message : String(error);
    dispatch({ type: 'notice', notice: { severity: 'error', text: `The timeline could not be read: ${text}` } });
  };
  const kinds: readonly Kind[] = [
    lanesKind(state, dispatch, rpc),
    boxesKind(state, dispatch, rpc),
    overviewKind(state, dispatch, rpc, pause),
    detailsKind(state, dispatch, rpc),
    totalsKind(state, dispatch, rpc),
  ];
  const running = new Set<Kind>();
  const pauses = new Map<Kind, number>();

  function check(kind: Kind): void {
    if (running.has(kind) || state().info === undefined) {
      return;
    }
    const job = kind.next(sight);
    if (job === undefined) {
      return;
    }
    running.add(kind);
    job()
      .then(
        () => pauses.delete(kind),
        (error: unknown) => {
          failed(error);
          return retryLater(kind);
        },
      )
      .finally(() => {
        running.delete(kind);
        check(kind);
      });
  }
  /** The engine may be on its way back: what failed is asked for again, less and less often. */
  async function retryLater(kind: Kind): Promise<void> {
    const ms = pauses.get(kind) ?? FIRST_RETRY_MS;
    pauses.set(kind, Math.min(ms * 4, LAST_RETRY_MS));
    await pause(ms);
    kind.forget();
  }
  return {
    sync(next) {
      sight = next;
      kinds.forEach(check);
    },
  };
}

interface Kind {
  /** The next request to make, or undefined while nothing is missing. Says each one only once. */
  readonly next: (sight: Sight) => (() => Promise<void>) | undefined;
  /** What was asked last is missing again. */
  readonly forget: () => void;
}

type Get = () => State;
type Dispatch = (action: Action) => void;
type Pause = (ms: number) => Promise<void>;

async function sleep(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

/** Dispatches an answer unless the tab shows another trace by now. */
function deliver(state: Get, dispatch: Dispatch, epoch: number, action: Action): void {
  if (state().epoch === epoch) {
    dispatch(action);
  }
}

function lanesKind(state: Get, dispatch: Dispatch, rpc: Rpc): Kind {
  let asked = '';
  return {
    forget() {
      asked = '';
    },
    next() {
      const { epoch, info, view } = state();
      const key = `${String(epoch)} ${String(info?.revision)}`;
      if (key === asked) {
        return undefined;
      }
      asked = key;
      return async () => {
        deliver(state, dispatch, epoch, { type: 'lanes', lanes: await rpc.request('lanes', laneSetOf(view)) });
      };
    },
  };
}

function boxesKind(state: Get, dispatch: Dispatch, rpc: Rpc): Kind {
  let asked: { readonly key: string; readonly range: Range; readonly span: number } | undefined;
  return {
    forget() {
      asked = undefined;
    },
    next(sight) {
      const now = state();
      const { epoch, info, view } = now;
      const range = visibleRange(now);
      const span = range.t1 - range.t0;
      const key = [epoch, info?.revision, view.loader, sight.width, sight.lanes.join()].join(' ');
      const covered =
        asked?.key === key && asked.range.t0 <= range.t0 && asked.range.t1 >= range.t1 && Math.abs(asked.span / span - 1) < 0.01;
      if (covered || sight.lanes.length === 0 || sight.width <= 0) {
        return undefined;
      }
      const wide = { t0: Math.max(0, range.t0 - span * MARGIN), t1: range.t1 + span * MARGIN };
      asked = { key, range: { t0: Math.min(wide.t0, range.t0), t1: wide.t1 }, span };
      const pixels = Math.max(1, Math.round((sight.width * (wide.t1 - wide.t0)) / span));
      const query: BoxQuery = { lanes: sight.lanes, ...wide, pixels, loader: view.loader, ...laneSetOf(view) };
      return async () => {
        const set = boxSet(query, info?.revision ?? 0, await rpc.request('boxes', query));
        deliver(state, dispatch, epoch, { type: 'boxes', set });
      };
    },
  };
}

function overviewKind(state: Get, dispatch: Dispatch, rpc: Rpc, pause: Pause): Kind {
  let asked = '';
  return {
    forget() {
      asked = '';
    },
    next(sight) {
      const { epoch, info, view } = state();
      const key = [epoch, info?.revision, view.loader, sight.overviewLanes.join()].join(' ');
      if (key === asked || sight.overviewLanes.length === 0) {
        return undefined;
      }
      asked = key;
      const whole = fitRange(info?.durationNs ?? 0);
      const query: BoxQuery = {
        lanes: sight.overviewLanes,
        ...whole,
        pixels: OVERVIEW_PIXELS,
        loader: view.loader,
        ...laneSetOf(view),
      };
      return async () => {
        const set = boxSet(query, info?.revision ?? 0, await rpc.request('boxes', query));
        deliver(state, dispatch, epoch, { type: 'overview', set });
        // It shows the whole trace: not at every step of its growth.
        await pause(OVERVIEW_INTERVAL_MS);
      };
    },
  };
}

function detailsKind(state: Get, dispatch: Dispatch, rpc: Rpc): Kind {
  let asked = '';
  return {
    forget() {
      asked = '';
    },
    next() {
      const { epoch, info, view, details } = state();
      const event = view.selected;
      if (event === undefined) {
        asked = '';
        return undefined;
      }
      // A call that had not returned is asked for again as the trace grows.
      const open = details?.call.id === event && details.call.ret === undefined;
      const key = [epoch, event, open ? info?.revision : ''].join(' ');
      if (key === asked || (details?.call.id === event && !open)) {
        return undefined;
      }
      asked = key;
      return async () => {
        try {
          deliver(state, dispatch, epoch, {
            type: 'details',
            details: await rpc.request('describe', { event, ...laneSetOf(view) }),
          });
        } catch (error) {
          const message = error instanceof Error ? error.message : String(error);
          deliver(state, dispatch, epoch, { type: 'detailsProblem', event, message });
        }
      };
    },
  };
}

function totalsKind(state: Get, dispatch: Dispatch, rpc: Rpc): Kind {
  let asked: Range | undefined;
  return {
    forget() {
      asked = undefined;
    },
    next() {
      const { epoch, span, lanes, view } = state();
      if (span === undefined || span === asked) {
        return undefined;
      }
      asked = span;
      const shown = lanes
        .filter((lane) => !view.hidden.includes(classInfo(lane.classId).id))
        .slice(0, MAX_TOTAL_LANES)
        .map((lane) => lane.id);
      return async () => {
        const answer = await rpc.request('boxes', {
          lanes: shown,
          t0: span.t0,
          t1: span.t1,
          pixels: 1,
          loader: view.loader,
          ...laneSetOf(view),
        });
        const totals = {
          events: answer.reduce((sum, boxes) => sum + total(boxes.count), 0),
          errors: answer.reduce((sum, boxes) => sum + total(boxes.errors), 0),
        };
        deliver(state, dispatch, epoch, { type: 'spanTotals', span, totals });
      };
    },
  };
}

function boxSet(query: BoxQuery, revision: number, answer: readonly Boxes[]): BoxSet {
  return {
    range: { t0: query.t0, t1: query.t1 },
    pixels: query.pixels,
    revision,
    loader: query.loader,
    byLane: new Map(answer.map((boxes) => [boxes.lane, boxes])),
  };
}

function total(values: Uint32Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}
