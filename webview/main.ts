/**
 * The webview's entry: state, requests, view and controller tied together. Nothing else decides anything here.
 */
import './css/base.css';
import './css/toolbar.css';
import './css/stage.css';
import './css/drawer.css';
import { fromWire } from '../extension/trace/wire';
import type { ToHost, ToWebview } from '../extension/trace/timelineProtocol';
import { createController, zoomTo } from './controller';
import { INITIAL, reduce } from './model/state';
import type { Action, State } from './model/state';
import { createQueries } from './queries';
import { createRpc } from './rpc';
import type { VsCodeApi } from './rpc';
import { createView } from './view';

declare function acquireVsCodeApi(): VsCodeApi;

/** How long the view rests before its state is stored. */
const STORE_AFTER_MS = 250;

function start(api: VsCodeApi): void {
  const post = (message: ToHost): void => {
    api.postMessage(message);
  };
  const rpc = createRpc(api);
  let state: State = INITIAL;
  let frame: number | undefined;
  let storing: ReturnType<typeof setTimeout> | undefined;

  function invalidate(): void {
    frame ??= requestAnimationFrame(() => {
      frame = undefined;
      view.render(state);
      controller.settle(view);
      queries.sync(view.sight());
    });
  }
  function dispatch(action: Action): void {
    const before = state;
    state = reduce(state, action);
    if (state.view !== before.view && state.info !== undefined) {
      storing ??= setTimeout(store, STORE_AFTER_MS);
    }
    if (state !== before) {
      invalidate();
    }
  }
  function store(): void {
    clearTimeout(storing);
    storing = undefined;
    if (state.info !== undefined) {
      api.setState({ path: state.info.path, view: state.view });
      post({ type: 'state', state: state.view });
    }
  }
  const controller = createController({ state: () => state, dispatch, post, rpc, stored: storedState(api.getState()) });
  const queries = createQueries(() => state, dispatch, rpc);
  const view = createView(document.body, rpc, {
    dispatch,
    post,
    invalidate,
    setRange: (range) => {
      dispatch({ type: 'range', range });
    },
    select: (event) => {
      controller.show(event);
    },
    reveal: (event) => {
      post({ type: 'reveal', event, frame: undefined, focus: true });
    },
    revealFrame: (frameIndex) => {
      const event = state.details?.call.id;
      if (event !== undefined) {
        post({ type: 'reveal', event, frame: frameIndex, focus: false });
      }
    },
    copy: (text) => {
      post({ type: 'command', command: 'copy', text });
    },
    zoomTo: (t0, t1) => {
      zoomTo(dispatch, t0, t1);
    },
    failed: (error) => {
      dispatch({ type: 'notice', notice: { severity: 'error', text: error instanceof Error ? error.message : String(error) } });
    },
  });
  controller.listen(view);
  window.addEventListener('message', (event: MessageEvent<unknown>) => {
    const message = fromWire(event.data);
    if (isMessage(message)) {
      controller.receive(message);
    }
  });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden' && storing !== undefined) {
      store();
    }
  });
  invalidate();
  post({ type: 'ready' });
}

/** The host alone posts to this window (VS Code's frame sees to that); anything without a known type is another extension's noise. */
function isMessage(value: unknown): value is ToWebview {
  const types: readonly unknown[] = ['response', 'error', 'init', 'update', 'select', 'filter', 'notice'];
  return typeof value === 'object' && value !== null && 'type' in value && types.includes(value.type);
}

function storedState(value: unknown): { readonly path: string; readonly view: unknown } | undefined {
  return typeof value === 'object' && value !== null && 'path' in value && typeof value.path === 'string' && 'view' in value
    ? { path: value.path, view: value.view }
    : undefined;
}

start(acquireVsCodeApi());
