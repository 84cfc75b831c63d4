/**
 * What gestures, keys and the host's messages do: the one place where the view's input meets the state. No drawing.
 */
import type { EventId, LaneId } from '../extension/trace/engineProtocol';
import type { ToHost, ToWebview } from '../extension/trace/timelineProtocol';
import { parseViewState } from '../extension/trace/timelineProtocol';
import { parseFilter } from '../extension/trace/viewProtocol';
import { commandOf } from './input/keyboard';
import type { Command } from './input/keyboard';
import { listenToPointer } from './input/pointer';
import type { PickedBox } from './model/hit';
import { xToTime } from './model/layout';
import { pan, zoomAt } from './model/range';
import { laneSetOf, visibleRange } from './model/state';
import type { Action, State } from './model/state';
import { onOtherLane } from './picking';
import type { Rpc } from './rpc';
import type { View } from './view';

export interface ControllerContext {
  readonly state: () => State;
  readonly dispatch: (action: Action) => void;
  readonly post: (message: ToHost) => void;
  readonly rpc: Rpc;
  /** What this webview stored before it was hidden or reloaded. */
  readonly stored: { readonly path: string; readonly view: unknown } | undefined;
}

export interface Controller {
  /** Selects a call that may be anywhere, reveals its source and brings it into view. */
  show(event: EventId): void;
  receive(message: ToWebview): void;
  /** After a state change: brings a call that was selected from elsewhere into view once it is known where it is. */
  settle(view: View): void;
  listen(view: View): void;
}

const KEY_ZOOM = 1.5;
const KEY_PAN = 0.2;
const DOUBLE_CLICK_ZOOM = 4;
/** Room kept beside a merged box that was zoomed to. */
const ZOOM_MARGIN = 0.15;

export function createController(context: ControllerContext): Controller {
  const { state, dispatch, post, rpc } = context;
  let bringIntoView: EventId | undefined;
  /** The drawer that the first click opens may cover the lane that was clicked. */
  let laneToShow: LaneId | undefined;

  function select(event: EventId, picked: PickedBox | undefined): void {
    dispatch({ type: 'select', event, picked });
    post({ type: 'reveal', event, frame: undefined, focus: false });
  }
  function selectAndShow(event: EventId): void {
    bringIntoView = event;
    select(event, undefined);
  }
  async function selectNeighbour(event: EventId, direction: -1 | 1): Promise<void> {
    const { epoch, view } = state();
    const next = await rpc.request('neighbour', { event, direction, ...laneSetOf(view) });
    if (next !== undefined && state().epoch === epoch && state().view.selected === event) {
      selectAndShow(next);
    }
  }
  function moveAlong(view: View, direction: -1 | 1): void {
    const event = state().view.selected;
    if (event === undefined) {
      moveAcross(view, 1);
      return;
    }
    selectNeighbour(event, direction).catch((error: unknown) => {
      dispatch({ type: 'notice', notice: { severity: 'error', text: error instanceof Error ? error.message : String(error) } });
    });
  }
  function moveAcross(view: View, direction: -1 | 1): void {
    const { details, view: shown } = state();
    const from = details !== undefined && details.call.id === shown.selected ? details.call.startNs : visibleRange(state()).t0;
    const box = onOtherLane(view.picture(), view.selectedRow(), from, direction);
    if (box !== undefined) {
      bringIntoView = box.event;
      select(box.event, box);
    }
  }
  function zoomKey(factor: number): void {
    const range = visibleRange(state());
    const { details, view } = state();
    const start = details !== undefined && details.call.id === view.selected ? details.call.startNs : undefined;
    const inView = start !== undefined && start >= range.t0 && start <= range.t1;
    dispatch({ type: 'range', range: zoomAt(range, inView ? start : (range.t0 + range.t1) / 2, factor) });
  }
  function run(view: View, command: Command): void {
    switch (command) {
      case 'previous':
        moveAlong(view, -1);
        return;
      case 'next':
        moveAlong(view, 1);
        return;
      case 'laneAbove':
        moveAcross(view, -1);
        return;
      case 'laneBelow':
        moveAcross(view, 1);
        return;
      case 'source': {
        const event = state().view.selected;
        if (event !== undefined) {
          post({ type: 'reveal', event, frame: undefined, focus: true });
        }
        return;
      }
      case 'clear':
        dispatch({ type: 'clear' });
        return;
      case 'zoomIn':
        zoomKey(KEY_ZOOM);
        return;
      case 'zoomOut':
        zoomKey(1 / KEY_ZOOM);
        return;
      case 'panLeft':
        dispatch({ type: 'range', range: pan(visibleRange(state()), -KEY_PAN) });
        return;
      case 'panRight':
        dispatch({ type: 'range', range: pan(visibleRange(state()), KEY_PAN) });
        return;
      case 'fit':
        dispatch({ type: 'fit' });
        return;
    }
  }
  function click(view: View, x: number, y: number): void {
    const { hit } = view.underAt(x, y);
    if (hit === undefined) {
      dispatch({ type: 'clear' });
    } else {
      laneToShow = hit.box.lane;
      select(hit.box.event, hit.box);
    }
  }
  function doubleClick(view: View, x: number, y: number): void {
    const { hit } = view.underAt(x, y);
    const range = visibleRange(state());
    if (hit !== undefined && hit.box.count > 1) {
      zoomTo(dispatch, hit.box.t0, hit.box.t1);
    } else {
      dispatch({ type: 'range', range: zoomAt(range, xToTime(x, range, view.size().width), DOUBLE_CLICK_ZOOM) });
    }
  }
  function drag(view: View, x0: number, x1: number): void {
    const range = visibleRange(state());
    const { width } = view.size();
    const time = (x: number): number => Math.max(0, xToTime(Math.min(width, Math.max(0, x)), range, width));
    const [t0, t1] = [time(Math.min(x0, x1)), time(Math.max(x0, x1))];
    dispatch({ type: 'span', span: t1 > t0 ? { t0, t1 } : undefined });
  }
  return {
    show: selectAndShow,
    receive(message) {
      switch (message.type) {
        case 'init': {
          // The host's state wins: it also has that of the run before a restart.
          const own =
            context.stored?.path === message.info.path && state().epoch === 0 ? parseViewState(context.stored.view) : undefined;
          const view = parseViewState(message.state) ?? own;
          dispatch({ type: 'init', info: message.info, view, hasPrevious: message.hasPrevious });
          return;
        }
        case 'update':
          dispatch({ type: 'update', info: message.info });
          return;
        case 'select':
          bringIntoView = message.event;
          dispatch({ type: 'select', event: message.event, picked: undefined });
          return;
        case 'filter':
          dispatch({ type: 'filter', filter: parseFilter(message.filter) });
          return;
        case 'notice':
          dispatch({ type: 'notice', notice: { text: message.text, severity: message.severity } });
          return;
        case 'response':
        case 'error':
          rpc.answer(message);
          return;
      }
    },
    settle(view) {
      if (laneToShow !== undefined) {
        view.scrollTo(laneToShow);
        laneToShow = undefined;
      }
      const { details } = state();
      if (bringIntoView === undefined || details?.call.id !== bringIntoView) {
        return;
      }
      bringIntoView = undefined;
      const { startNs, durationNs = 0 } = details.call;
      dispatch({ type: 'show', t0: startNs, t1: startNs + durationNs });
      view.scrollTo(details.details.lane);
    },
    listen(view) {
      listenToPointer(view.stage.canvas, view.stage.root, {
        hover: (x, y, event) => {
          view.hoverAt(x, y, event.clientX, event.clientY);
        },
        leave: () => {
          view.leave();
        },
        click: (x, y) => {
          click(view, x, y);
        },
        doubleClick: (x, y) => {
          doubleClick(view, x, y);
        },
        drag: (x0, x1) => {
          drag(view, x0, x1);
        },
        pan: (pixels) => {
          dispatch({ type: 'range', range: pan(visibleRange(state()), pixels / Math.max(1, view.size().width)) });
        },
      });
      document.addEventListener('keydown', (event) => {
        const command = appliesTo(event.target, event.key) ? commandOf(event) : undefined;
        if (command !== undefined) {
          event.preventDefault();
          run(view, command);
        }
      });
      view.stage.scroller.addEventListener(
        'scroll',
        () => {
          dispatch({ type: 'scroll', top: view.stage.scroller.scrollTop });
        },
        { passive: true },
      );
    },
  };
}

/** Shows a stretch of time with some room on both sides. */
export function zoomTo(dispatch: (action: Action) => void, t0: number, t1: number): void {
  const margin = (t1 - t0) * ZOOM_MARGIN;
  dispatch({ type: 'range', range: { t0: t0 - margin, t1: t1 + margin } });
}

/** Keys belong to the timeline unless a control or a scrolled panel that has the focus uses them itself. */
function appliesTo(target: EventTarget | null, key: string): boolean {
  if (target instanceof HTMLSelectElement) {
    return false;
  }
  if (!(target instanceof Element) || target.closest('.drawer') === null) {
    return !(target instanceof Element && target.closest('button') !== null && key === 'Enter');
  }
  return key === 'Escape';
}
