/**
 * What is on the screen, derived from a state and the window's size: panes, layout, the rows in sight, the lanes to ask
 * for, where the selection lies. Scrolls the stage only to restore a stored place.
 */
import type { LaneId } from '../extension/trace/engineProtocol';
import type { Marked } from './draw/frame';
import { boxOfEvent } from './model/hit';
import type { PickedBox } from './model/hit';
import { countedLanes, drawnRest, panes } from './model/lanes';
import type { Pane } from './model/lanes';
import { layout, rowOfLane, visibleRows } from './model/layout';
import type { Layout, Row } from './model/layout';
import { fitRange } from './model/range';
import { visibleRange } from './model/state';
import type { State } from './model/state';
import type { Picture } from './picking';
import type { Size, Stage } from './ui/stage';

export interface Shown {
  readonly picture: Picture;
  readonly panes: readonly Pane[];
  readonly rows: readonly Row[];
  readonly scrollTop: number;
  readonly lanes: readonly LaneId[];
  readonly overviewLanes: readonly LaneId[];
  readonly selectedRow: Row | undefined;
  readonly selected: Marked | undefined;
  readonly selectedNs: number | undefined;
}

export function emptyShown(size: Size): Shown {
  return {
    picture: { layout: { rows: [], height: 0 }, boxes: undefined, range: fitRange(0), width: size.width },
    panes: [],
    rows: [],
    scrollTop: 0,
    lanes: [],
    overviewLanes: [],
    selectedRow: undefined,
    selected: undefined,
    selectedNs: undefined,
  };
}

/** Panes and layout are computed anew only when lanes, filters or row counts are others than before. */
export function createArranger(): (state: State, size: Size, stage: Stage) => Shown {
  let key: readonly unknown[] = [];
  let paneList: readonly Pane[] = [];
  let rows: Layout = { rows: [], height: 0 };
  let restored = -1;
  return (state, size, stage) => {
    const { hidden, collapsed, expanded = [], loader } = state.view;
    const nowKey = [state.lanes, hidden, collapsed, expanded, loader, state.rowCounts];
    if (nowKey.some((part, index) => part !== key[index])) {
      key = nowKey;
      paneList = panes(countedLanes(state.lanes, loader), { hidden, collapsed, expanded });
      rows = layout(paneList, state.rowCounts);
      stage.content.style.height = `${String(Math.max(rows.height, 1))}px`;
    }
    if (restored !== state.epoch && state.lanes.length > 0) {
      restored = state.epoch;
      stage.scroller.scrollTop = state.view.scrollTop;
    }
    const scrollTop = stage.scroller.scrollTop;
    const near = visibleRows(rows, Math.max(0, scrollTop - size.height), size.height * 3);
    return {
      picture: { layout: rows, boxes: state.boxes, range: visibleRange(state), width: size.width },
      panes: paneList,
      rows: visibleRows(rows, scrollTop, size.height),
      scrollTop,
      lanes: near.flatMap(lanesOfRow),
      overviewLanes: paneList.flatMap((pane) => pane.lanes.map((lane) => lane.id)).slice(0, 200),
      ...selection(state, rows),
    };
  };
}

function lanesOfRow(row: Row): readonly LaneId[] {
  if (row.kind === 'lane') {
    return [row.lane.id];
  }
  return row.kind === 'rest' ? drawnRest(row.pane).map((lane) => lane.id) : [];
}

function selection(state: State, rows: Layout): Pick<Shown, 'selectedRow' | 'selected' | 'selectedNs'> {
  const event = state.view.selected;
  if (event === undefined) {
    return { selectedRow: undefined, selected: undefined, selectedNs: undefined };
  }
  const details = state.details?.call.id === event ? state.details : undefined;
  const lane = details?.details.lane ?? state.picked?.lane;
  const startNs = details?.call.startNs ?? pickedStart(state.picked);
  const boxes = lane === undefined ? undefined : state.boxes?.byLane.get(lane);
  const index = boxes === undefined ? undefined : boxOfEvent(boxes, event, startNs);
  return {
    selectedRow: lane === undefined ? undefined : rowOfLane(rows, lane),
    selected: lane === undefined || index === undefined ? undefined : { lane, index },
    selectedNs: startNs,
  };
}

/** A merged box doesn't say when its chosen call began. */
function pickedStart(picked: PickedBox | undefined): number | undefined {
  return picked === undefined || picked.count > 1 ? undefined : picked.t0;
}
