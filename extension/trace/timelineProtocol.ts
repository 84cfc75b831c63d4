/**
 * Messages between the timeline's webview and the extension host. Discriminated unions with a `type` tag; a request
 * carries an id and is always answered, by a result or an error. The webview holds what it shows, never the trace.
 * Every message to the webview is posted as `toWire(message)` and read there as `fromWire(event.data)` (wire.ts): VS Code
 * sends JSON, which has no bigint and no Infinity. Messages to the host carry neither and are posted as they are.
 * Types only, plus what both sides check and carry messages with. No vscode, no DOM.
 */
import {
  LANE_GROUPS,
  type Boxes,
  type BoxQuery,
  type EventDetails,
  type EventId,
  type Lane,
  type LaneGroup,
  type LaneSet,
  type RawCall,
  type TraceInfo,
} from './engineProtocol';
import { type FilterItem, type FilterTerm, parseFilter } from './viewProtocol';

/** What survives hiding, reloading and a restart of the session (kept by the webview's setState and by the host). */
export interface ViewState {
  readonly version: 1;
  /** Undefined: follow the whole trace. */
  readonly range: { readonly t0: number; readonly t1: number } | undefined;
  readonly follow: boolean;
  /** Class ids ("network", ...) whose panes are hidden. */
  readonly hidden: readonly string[];
  readonly collapsed: readonly string[];
  readonly loader: boolean;
  readonly selected: EventId | undefined;
  readonly drawer: 'details' | 'events' | 'stack' | undefined;
  readonly drawerSize: number | undefined;
  readonly scrollTop: number;
  /** Class ids whose panes show all their lanes, not only the busiest. */
  readonly expanded?: readonly string[];
  /** What lanes are; `fd` unless said. */
  readonly group?: LaneGroup;
  /** Only the calls of these are shown; every call unless said. */
  readonly filter?: readonly FilterItem[] | undefined;
}

/** How a trace is shown that was not shown before. */
export const DEFAULT_VIEW: ViewState = {
  version: 1,
  range: undefined,
  follow: true,
  hidden: [],
  collapsed: ['none'],
  loader: false,
  selected: undefined,
  drawer: undefined,
  drawerSize: undefined,
  scrollTop: 0,
  expanded: [],
  group: 'fd',
};

/** A described call: what `trace/describe` says of it, ready to show. */
export interface DescribedCall {
  readonly call: RawCall;
  readonly name: string;
  /** The line that strace would print after the pid. */
  readonly text: string;
  /** One entry an argument: name, text. */
  readonly args: readonly { readonly name: string; readonly text: string }[];
  /** "= 5", "-1 ENOENT (No such file or directory)", "in progress". */
  readonly result: string;
  readonly errno: string | undefined;
}
export interface DescribedDetails extends DescribedCall {
  readonly details: EventDetails;
  /** Index of the frame that a click opens, and why there is none otherwise. */
  readonly sourceFrame: number | undefined;
  readonly sourceProblem: string | undefined;
}

/** Requests from the webview: [parameters, result]. */
export interface TimelineRequests {
  lanes: [LaneSet, readonly Lane[]];
  boxes: [BoxQuery, readonly Boxes[]];
  describe: [{ event: EventId } & LaneSet, DescribedDetails];
  events: [
    { first: number; count: number; hidden: readonly string[]; loader: boolean; filter?: readonly FilterTerm[] },
    { total: number; calls: readonly DescribedCall[] },
  ];
  neighbour: [{ event: EventId; direction: -1 | 1 } & LaneSet, EventId | undefined];
}
export type TimelineRequest = keyof TimelineRequests;

export type ToHost =
  | { readonly type: 'ready' }
  | { readonly type: 'request'; readonly id: number; readonly method: TimelineRequest; readonly params: unknown }
  /** A click on an event: the host reveals its source line. focus: Enter was pressed. frame: an entry of the stack was clicked. */
  | { readonly type: 'reveal'; readonly event: EventId; readonly frame: number | undefined; readonly focus: boolean }
  | { readonly type: 'state'; readonly state: ViewState }
  /** The toolbar's Stop (a recording), the link to the previous trace, "rebuild with -g" help, Save As. */
  | { readonly type: 'command'; readonly command: 'stop' | 'previousTrace' | 'saveAs' | 'copy'; readonly text?: string };

export type ToWebview =
  | { readonly type: 'response'; readonly id: number; readonly result: unknown }
  | { readonly type: 'error'; readonly id: number; readonly message: string }
  /** First message after ready, and whenever another trace is shown in this tab (restart): state has the filters and zoom to keep. */
  | { readonly type: 'init'; readonly info: TraceInfo; readonly state: ViewState | undefined; readonly hasPrevious: boolean }
  /** The trace grew or ended; at most ten times a second. */
  | { readonly type: 'update'; readonly info: TraceInfo }
  /** The host selects (command, editor): the webview brings it into view. */
  | { readonly type: 'select'; readonly event: EventId }
  /** A view's selection: only its calls are shown; none: every call again. */
  | { readonly type: 'filter'; readonly filter: readonly FilterItem[] | undefined }
  /** Said under the toolbar: why the source could not be reached, and so on. */
  | { readonly type: 'notice'; readonly text: string; readonly severity: 'info' | 'warning' | 'error' };

/** A state that was stored, by this version or another: undefined if it isn't one. */
export function parseViewState(value: unknown): ViewState | undefined {
  if (!isRecord(value) || value.version !== 1) {
    return undefined;
  }
  const range = value.range;
  const drawer = value.drawer;
  const filter = parseFilter(value.filter);
  return {
    version: 1,
    range:
      isRecord(range) && isFiniteNumber(range.t0) && isFiniteNumber(range.t1) && range.t1 > range.t0
        ? { t0: range.t0, t1: range.t1 }
        : undefined,
    follow: value.follow === true,
    hidden: strings(value.hidden),
    collapsed: strings(value.collapsed),
    loader: value.loader === true,
    selected: isId(value.selected) ? value.selected : undefined,
    drawer: drawer === 'details' || drawer === 'events' || drawer === 'stack' ? drawer : undefined,
    drawerSize: isFiniteNumber(value.drawerSize) && value.drawerSize > 0 ? value.drawerSize : undefined,
    scrollTop: isFiniteNumber(value.scrollTop) && value.scrollTop > 0 ? value.scrollTop : 0,
    expanded: strings(value.expanded),
    group: laneGroup(value.group),
    ...(filter === undefined ? {} : { filter }),
  };
}

/** What a webview posted, checked: undefined if it is no message of this protocol. A request's params are checked by who answers it. */
export function parseToHost(value: unknown): ToHost | undefined {
  if (!isRecord(value)) {
    return undefined;
  }
  switch (value.type) {
    case 'ready':
      return { type: 'ready' };
    case 'request':
      return isId(value.id) && isMethod(value.method)
        ? { type: 'request', id: value.id, method: value.method, params: value.params }
        : undefined;
    case 'reveal': {
      const frame = value.frame;
      return isId(value.event) && (frame === undefined || isId(frame))
        ? { type: 'reveal', event: value.event, frame, focus: value.focus === true }
        : undefined;
    }
    case 'state': {
      const state = parseViewState(value.state);
      return state === undefined ? undefined : { type: 'state', state };
    }
    case 'command':
      return isCommand(value.command)
        ? { type: 'command', command: value.command, ...(typeof value.text === 'string' ? { text: value.text } : {}) }
        : undefined;
    default:
      return undefined;
  }
}

/** Anything else is the usual grouping. */
export function laneGroup(value: unknown): LaneGroup {
  return LANE_GROUPS.find((group) => group === value) ?? 'fd';
}

type Command = Extract<ToHost, { type: 'command' }>['command'];
const METHODS: readonly TimelineRequest[] = ['lanes', 'boxes', 'describe', 'events', 'neighbour'];
const COMMANDS: readonly Command[] = ['stop', 'previousTrace', 'saveAs', 'copy'];

function isMethod(value: unknown): value is TimelineRequest {
  return METHODS.some((method) => method === value);
}
function isCommand(value: unknown): value is Command {
  return COMMANDS.some((command) => command === value);
}
function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
function isFiniteNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
function isId(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}
