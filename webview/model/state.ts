/**
 * What the webview shows, as plain data, and the one function that changes it. Pure: messages and gestures come in as
 * actions; no DOM, no requests (app.ts), no positions (layout.ts).
 */
import type { Boxes, EventId, Lane, LaneGroup, LaneId, TraceInfo } from '../../extension/trace/engineProtocol';
import { DEFAULT_VIEW } from '../../extension/trace/timelineProtocol';
import type { DescribedDetails, ToWebview, ViewState } from '../../extension/trace/timelineProtocol';
import { type FilterItem, type FilterTerm, sameTerm } from '../../extension/trace/viewProtocol';
import type { PickedBox } from './hit';
import { bringIntoView, clampRange, fitRange, slideToEnd } from './range';
import type { Range } from './range';

export { DEFAULT_VIEW };

export type Drawer = NonNullable<ViewState['drawer']>;
export type Notice = Omit<Extract<ToWebview, { type: 'notice' }>, 'type'>;

/** An answer to a query for boxes, and what was asked. */
export interface BoxSet {
  readonly range: Range;
  readonly pixels: number;
  readonly revision: number;
  readonly loader: boolean;
  readonly byLane: ReadonlyMap<LaneId, Boxes>;
}

export interface Totals {
  readonly events: number;
  readonly errors: number;
}

export interface State {
  /** undefined until the host's first message. */
  readonly info: TraceInfo | undefined;
  /** Grows with each trace that this tab shows, and each grouping of its lanes: answers about an earlier one are dropped. */
  readonly epoch: number;
  readonly hasPrevious: boolean;
  readonly view: ViewState;
  readonly lanes: readonly Lane[];
  /** The lanes of this epoch have come: if there are none, there is nothing to show. */
  readonly lanesKnown: boolean;
  readonly boxes: BoxSet | undefined;
  readonly overview: BoxSet | undefined;
  /** Stacking rows that each lane has shown so far. */
  readonly rowCounts: ReadonlyMap<LaneId, number>;
  /** Of view.selected, once it has come; the former selection's until then. */
  readonly details: DescribedDetails | undefined;
  readonly detailsProblem: string | undefined;
  /** The box that was clicked: it may stand for more than the event that it selects. */
  readonly picked: PickedBox | undefined;
  readonly span: Range | undefined;
  readonly spanTotals: Totals | undefined;
  readonly notice: Notice | undefined;
  /** The person closed the drawer: selecting a call doesn't open it. */
  readonly drawerClosed: boolean;
}

export type Action =
  | { readonly type: 'init'; readonly info: TraceInfo; readonly view: ViewState | undefined; readonly hasPrevious: boolean }
  | { readonly type: 'update'; readonly info: TraceInfo }
  | { readonly type: 'lanes'; readonly lanes: readonly Lane[] }
  | { readonly type: 'boxes'; readonly set: BoxSet }
  | { readonly type: 'overview'; readonly set: BoxSet }
  | { readonly type: 'select'; readonly event: EventId; readonly picked: PickedBox | undefined }
  | { readonly type: 'details'; readonly details: DescribedDetails }
  | { readonly type: 'detailsProblem'; readonly event: EventId; readonly message: string }
  | { readonly type: 'clear' }
  | { readonly type: 'range'; readonly range: Range }
  | { readonly type: 'show'; readonly t0: number; readonly t1: number }
  | { readonly type: 'fit' }
  | { readonly type: 'follow'; readonly on: boolean }
  | { readonly type: 'hide'; readonly classId: string; readonly hidden: boolean }
  /** Shows one class alone; every class again if it is alone already. */
  | { readonly type: 'only'; readonly classId: string; readonly all: readonly string[] }
  | { readonly type: 'collapse'; readonly classId: string; readonly collapsed: boolean }
  | { readonly type: 'expand'; readonly classId: string; readonly expanded: boolean }
  | { readonly type: 'loader'; readonly on: boolean }
  | { readonly type: 'group'; readonly group: LaneGroup }
  /** Only the calls of these; every call again. */
  | { readonly type: 'filter'; readonly filter: readonly FilterItem[] | undefined }
  | { readonly type: 'drawer'; readonly drawer: Drawer | undefined }
  | { readonly type: 'drawerSize'; readonly size: number }
  | { readonly type: 'scroll'; readonly top: number }
  | { readonly type: 'span'; readonly span: Range | undefined }
  | { readonly type: 'spanTotals'; readonly span: Range; readonly totals: Totals }
  | { readonly type: 'notice'; readonly notice: Notice | undefined };

export const INITIAL: State = {
  info: undefined,
  epoch: 0,
  hasPrevious: false,
  view: DEFAULT_VIEW,
  lanes: [],
  lanesKnown: false,
  boxes: undefined,
  overview: undefined,
  rowCounts: new Map(),
  details: undefined,
  detailsProblem: undefined,
  picked: undefined,
  span: undefined,
  spanTotals: undefined,
  notice: undefined,
  drawerClosed: false,
};

/** What the time axis shows. */
export function visibleRange(state: State): Range {
  return state.view.range ?? fitRange(state.info?.durationNs ?? 0);
}

export function reduce(state: State, action: Action): State {
  switch (action.type) {
    case 'init':
      return {
        ...INITIAL,
        info: action.info,
        epoch: state.epoch + 1,
        hasPrevious: action.hasPrevious,
        view: action.view ?? DEFAULT_VIEW,
      };
    case 'update':
      return grow(state, action.info);
    case 'group':
      return action.group === groupOf(state.view) ? state : rearranged(state, { group: action.group });
    case 'filter':
      return sameFilter(action.filter, state.view.filter) ? state : rearranged(state, { filter: action.filter });
    case 'lanes':
      return { ...state, lanes: action.lanes, lanesKnown: true };
    case 'boxes':
      return { ...state, boxes: action.set, rowCounts: grownRows(state.rowCounts, action.set) };
    case 'overview':
      return { ...state, overview: action.set };
    case 'select':
      return select(state, action.event, action.picked);
    case 'details':
      return action.details.call.id === state.view.selected
        ? { ...state, details: action.details, detailsProblem: undefined }
        : state;
    case 'detailsProblem':
      return action.event === state.view.selected ? { ...state, details: undefined, detailsProblem: action.message } : state;
    case 'clear':
      return { ...withView(state, { selected: undefined }), ...CLEARED };
    case 'span':
      return { ...state, span: action.span, spanTotals: undefined };
    case 'spanTotals':
      return action.span === state.span ? { ...state, spanTotals: action.totals } : state;
    case 'notice':
      return { ...state, notice: action.notice };
    default:
      return reduceView(state, action);
  }
}

export function groupOf(view: ViewState): LaneGroup {
  return view.group ?? 'fd';
}

/** What the lanes of a view are: the questions about them name it. */
export function laneSetOf(view: ViewState): { readonly group: LaneGroup; readonly filter?: readonly FilterTerm[] } {
  return { group: groupOf(view), ...filterOf(view) };
}

export function filterOf(view: ViewState): { readonly filter?: readonly FilterTerm[] } {
  return view.filter === undefined ? {} : { filter: view.filter.map(({ term }) => term) };
}

function sameFilter(a: readonly FilterItem[] | undefined, b: readonly FilterItem[] | undefined): boolean {
  return (
    a === b || (a?.length === b?.length && a?.every(({ term }, i) => b?.[i] !== undefined && sameTerm(term, b[i].term)) === true)
  );
}

/** Other lanes, with other numbers: only the view and the selection stay. */
function rearranged(state: State, change: Pick<Partial<ViewState>, 'group' | 'filter'>): State {
  const { info, epoch, hasPrevious, notice, drawerClosed, view } = state;
  return { ...INITIAL, info, epoch: epoch + 1, hasPrevious, notice, drawerClosed, view: { ...view, ...change, scrollTop: 0 } };
}

/** The first call that is selected opens the drawer. */
function select(state: State, event: EventId, picked: PickedBox | undefined): State {
  const drawer = state.view.drawer ?? (state.drawerClosed ? undefined : 'details');
  return { ...withView(state, { selected: event, drawer }), picked, detailsProblem: undefined };
}

const CLEARED = {
  details: undefined,
  detailsProblem: undefined,
  picked: undefined,
  span: undefined,
  spanTotals: undefined,
} as const;

type ViewAction = Extract<
  Action,
  {
    type:
      | 'range'
      | 'show'
      | 'fit'
      | 'follow'
      | 'hide'
      | 'only'
      | 'collapse'
      | 'expand'
      | 'loader'
      | 'drawer'
      | 'drawerSize'
      | 'scroll';
  }
>;

function reduceView(state: State, action: ViewAction): State {
  const { view } = state;
  switch (action.type) {
    case 'range':
      return withView(state, { range: clampRange(action.range, durationOf(state)), follow: false });
    case 'show':
      return show(state, action.t0, action.t1);
    case 'fit':
      return withView(state, { range: undefined, follow: true });
    case 'follow':
      return follow(state, action.on);
    case 'hide':
      return withView(state, { hidden: toggled(view.hidden, action.classId, action.hidden) });
    case 'only':
      return withView(state, { hidden: only(view.hidden, action.classId, action.all) });
    case 'collapse':
      return withView(state, { collapsed: toggled(view.collapsed, action.classId, action.collapsed) });
    case 'expand':
      return withView(state, { expanded: toggled(view.expanded ?? [], action.classId, action.expanded) });
    case 'loader':
      return withView(state, { loader: action.on });
    case 'drawer':
      return { ...withView(state, { drawer: action.drawer }), drawerClosed: action.drawer === undefined };
    case 'drawerSize':
      return withView(state, { drawerSize: action.size });
    case 'scroll':
      return view.scrollTop === action.top ? state : withView(state, { scrollTop: action.top });
  }
}

function withView(state: State, change: Partial<ViewState>): State {
  return { ...state, view: { ...state.view, ...change } };
}

function durationOf(state: State): number {
  return state.info?.durationNs ?? 0;
}

function grow(state: State, info: TraceInfo): State {
  const grown = { ...state, info };
  const { range, follow: on } = state.view;
  return on && range !== undefined ? withView(grown, { range: slideToEnd(range, info.durationNs) }) : grown;
}

function follow(state: State, on: boolean): State {
  const { range } = state.view;
  if (on) {
    return withView(state, { follow: true, range: range === undefined ? undefined : slideToEnd(range, durationOf(state)) });
  }
  return withView(state, { follow: false, range: visibleRange(state) });
}

function show(state: State, t0: number, t1: number): State {
  const now = visibleRange(state);
  const next = clampRange(bringIntoView(now, t0, t1), durationOf(state));
  return next.t0 === now.t0 && next.t1 === now.t1 ? state : withView(state, { range: next, follow: false });
}

function toggled(list: readonly string[], item: string, on: boolean): readonly string[] {
  const rest = list.filter((entry) => entry !== item);
  return on ? [...rest, item] : rest;
}

function only(hidden: readonly string[], classId: string, all: readonly string[]): readonly string[] {
  const others = all.filter((entry) => entry !== classId);
  const alone = !hidden.includes(classId) && others.every((entry) => hidden.includes(entry));
  return alone ? [] : others;
}

function grownRows(known: ReadonlyMap<LaneId, number>, set: BoxSet): ReadonlyMap<LaneId, number> {
  let grown: Map<LaneId, number> | undefined;
  for (const [lane, boxes] of set.byLane) {
    const rows = boxes.row.reduce((highest, row) => Math.max(highest, row + 1), 1);
    if (rows > (known.get(lane) ?? 1)) {
      grown ??= new Map(known);
      grown.set(lane, rows);
    }
  }
  return grown ?? known;
}
