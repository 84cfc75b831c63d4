/**
 * From a state to the screen: layout, canvas, labels, bars, drawer, once a frame. Keeps only what belongs to the screen
 * (sizes, theme, the pointer's place); changes no state but through `dispatch`.
 */
import type { LaneId } from '../extension/trace/engineProtocol';
import { syscallName } from '../extension/trace/syscallTable';
import type { ToHost } from '../extension/trace/timelineProtocol';
import { createArranger, emptyShown } from './arrange';
import type { Shown } from './arrange';
import { drawFrame } from './draw/frame';
import { createHatches } from './draw/hatch';
import { drawOverview } from './draw/overview';
import { createDrawer, SIDE_FROM } from './drawer/drawer';
import type { DrawerCallbacks } from './drawer/drawer';
import { createTimeZoom } from './input/zoom';
import { classInfo } from './model/classes';
import { rowOfLane, scrollToRow } from './model/layout';
import type { Row } from './model/layout';
import { fitRange } from './model/range';
import type { Range } from './model/range';
import type { State } from './model/state';
import { timeTicks } from './model/time';
import { under } from './picking';
import type { Picture, Under } from './picking';
import type { Sight } from './queries';
import type { Rpc } from './rpc';
import { paintClasses, readTheme, watchTheme } from './theme';
import { TICK_SPACING } from './ui/axis';
import { element, setAttribute, setText } from './ui/dom';
import { createFilterChips } from './ui/filterChips';
import { createGutter } from './ui/gutter';
import { createRangePill } from './ui/rangePill';
import { createStage } from './ui/stage';
import type { Size, Stage } from './ui/stage';
import { createNoticeBar, createStatus, spoken } from './ui/status';
import { createToolbar } from './ui/toolbar';
import { createTooltip } from './ui/tooltip';

export interface View {
  readonly stage: Stage;
  readonly size: () => Size;
  readonly picture: () => Picture;
  readonly sight: () => Sight;
  /** The row of the selected call, if its lane is on show. */
  readonly selectedRow: () => Row | undefined;
  render(state: State): void;
  hoverAt(x: number, y: number, clientX: number, clientY: number): void;
  leave(): void;
  underAt(x: number, y: number): Under;
  scrollTo(lane: LaneId): void;
}

export interface ViewCallbacks extends DrawerCallbacks {
  readonly post: (message: ToHost) => void;
  /** Something outside of the state changed: size, theme, pointer. */
  readonly invalidate: () => void;
  readonly setRange: (range: Range) => void;
}

export function createView(body: HTMLElement, rpc: Rpc, callbacks: ViewCallbacks): View {
  const { dispatch, invalidate } = callbacks;
  const notice = createNoticeBar(dispatch);
  const gutter = createGutter(dispatch);
  const stage = createStage(callbacks.setRange, gutter.root);
  const filters = createFilterChips(dispatch, () => {
    stage.canvas.focus();
  });
  const toolbar = createToolbar(dispatch, callbacks.post, filters.root);
  const pill = createRangePill(dispatch);
  const tooltip = createTooltip();
  const drawer = createDrawer(rpc, callbacks);
  const status = createStatus(dispatch);
  stage.window.append(element('div', { class: 'pill-layer' }, pill.root), filters.empty);
  stage.root.append(filters.live);
  const app = element(
    'div',
    { class: 'app' },
    toolbar.root,
    notice.root,
    element('div', { class: 'work' }, stage.root, drawer.root),
    status.root,
    tooltip.root,
  );
  body.replaceChildren(app);

  const zoom = createTimeZoom(stage.root, stage.canvas, callbacks.setRange);
  const context = stage.canvas.getContext('2d', { alpha: false });
  const overviewContext = stage.overview.canvas.getContext('2d', { alpha: false });
  let theme = readTheme(body);
  let hatches = createHatches();
  let size = stage.measure();
  let shown: Shown = emptyShown(size);
  let pointer: { readonly x: number; readonly y: number; readonly clientX: number; readonly clientY: number } | undefined;
  const arrange = createArranger();

  paintClasses(app, theme);
  watchTheme(body, () => {
    theme = readTheme(body);
    hatches = createHatches();
    paintClasses(app, theme);
    invalidate();
  });
  new ResizeObserver(invalidate).observe(stage.scroller);
  window.addEventListener('resize', invalidate);

  function underAt(x: number, y: number): Under {
    return under(shown.picture, x, y + shown.scrollTop);
  }
  function drawTooltip(state: State, hovered: Under | undefined): void {
    const lane = hovered?.hit === undefined ? undefined : state.lanes.find((entry) => entry.id === hovered.hit?.box.lane);
    if (pointer === undefined || hovered?.hit === undefined || lane === undefined) {
      tooltip.hide();
      return;
    }
    const { box } = hovered.hit;
    const info = classInfo(lane.classId);
    tooltip.show(
      { lane, box, name: syscallName(box.nr, box.arch), classId: info.id, glyph: info.glyph },
      pointer.clientX,
      pointer.clientY,
    );
  }
  function drawCanvases(state: State, hovered: Under | undefined): void {
    const { picture, rows } = shown;
    const ticks = timeTicks(picture.range.t0, picture.range.t1, size.width / TICK_SPACING);
    stage.axis.update(picture.range, size.width, ticks);
    const endNs = state.info?.durationNs ?? 0;
    if (context !== null) {
      drawFrame(context, {
        theme,
        rows,
        scrollTop: shown.scrollTop,
        width: size.width,
        height: size.height,
        ratio: size.ratio,
        range: picture.range,
        ticks,
        boxes: state.boxes,
        hatches,
        callName: syscallName,
        hoverRow: hovered?.row,
        selectedRow: shown.selectedRow,
        hover: hovered?.hit === undefined ? undefined : { lane: hovered.hit.box.lane, index: hovered.hit.index },
        selected: shown.selected,
        selectedNs: shown.selectedNs,
        span: state.span,
        endNs,
      });
    }
    const whole = fitRange(endNs);
    if (overviewContext !== null) {
      const frame = {
        theme,
        panes: shown.panes,
        width: size.width,
        height: stage.overview.canvas.clientHeight,
        ratio: size.ratio,
        range: whole,
      };
      drawOverview(overviewContext, { ...frame, boxes: state.overview });
    }
    stage.overview.update(whole, picture.range, size.width);
    zoom.sync(picture.range, endNs, size.gutter, size.width);
    setAttribute(stage.canvas, 'data-t0', String(picture.range.t0));
    setAttribute(stage.canvas, 'data-t1', String(picture.range.t1));
  }
  function measure(): void {
    const next = stage.measure();
    if (!sameSize(size, next) || stage.canvas.width === 0) {
      size = next;
      stage.resize(size);
    }
  }
  return {
    stage,
    size: () => size,
    picture: () => shown.picture,
    selectedRow: () => shown.selectedRow,
    underAt,
    sight: () => ({ lanes: shown.lanes, overviewLanes: shown.overviewLanes, width: size.width }),
    render(state) {
      // A closed drawer is its tabs at the foot, however wide the window.
      app.classList.toggle('side', window.innerWidth >= SIDE_FROM && state.view.drawer !== undefined);
      toolbar.update(state);
      filters.update(state);
      notice.update(state.notice);
      drawer.update(state);
      status.update(state.info);
      measure();
      shown = arrange(state, size, stage);
      gutter.update(shown.picture.layout, shown.scrollTop, size.height, shown.selectedRow);
      const hovered = pointer === undefined ? undefined : underAt(pointer.x, pointer.y);
      drawCanvases(state, hovered);
      pill.update(state.span, state.spanTotals, shown.picture.range, size.width);
      drawTooltip(state, hovered);
      stage.canvas.classList.toggle('over-box', hovered?.hit !== undefined);
      const { details } = state;
      setText(stage.live, details !== undefined && details.call.id === state.view.selected ? spoken(details) : '');
    },
    hoverAt(x, y, clientX, clientY) {
      pointer = { x, y, clientX, clientY };
      invalidate();
    },
    leave() {
      pointer = undefined;
      invalidate();
    },
    scrollTo(lane) {
      const row = rowOfLane(shown.picture.layout, lane);
      if (row !== undefined) {
        stage.scroller.scrollTop = scrollToRow(row, stage.scroller.scrollTop, size.height);
      }
    },
  };
}

function sameSize(a: Size, b: Size): boolean {
  return a.width === b.width && a.height === b.height && a.gutter === b.gutter && a.ratio === b.ratio;
}
