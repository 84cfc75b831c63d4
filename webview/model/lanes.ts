/**
 * Panes and the lanes in each: which are shown, in what order, under which label. Pure; no positions (layout.ts).
 */
import type { Lane, LaneId } from '../../extension/trace/engineProtocol';
import { PANE_ORDER, classInfo } from './classes';
import type { ClassInfo } from './classes';
import { plural } from './time';

/** A pane shows this many lanes, and one for the rest. */
export const BUSIEST_LANES = 12;
/** A failed call is worth this many others when lanes compete for a place. */
const ERROR_WEIGHT = 50;

export interface Pane {
  readonly info: ClassInfo;
  /** In order of process and descriptor. */
  readonly lanes: readonly Lane[];
  /** The lanes that stand behind "n more", busiest first; empty when they are expanded. */
  readonly rest: readonly Lane[];
  readonly laneCount: number;
  readonly events: number;
  readonly errors: number;
  readonly collapsed: boolean;
  readonly expanded: boolean;
}

export interface PaneFilter {
  readonly hidden: readonly string[];
  readonly collapsed: readonly string[];
  readonly expanded: readonly string[];
}

/** The lanes as they count with the loader's and the agent's calls hidden, or not. */
export function countedLanes(lanes: readonly Lane[], helpers: boolean): readonly Lane[] {
  return helpers
    ? lanes
    : lanes.flatMap((lane) =>
        lane.events > lane.helperEvents
          ? [{ ...lane, events: lane.events - lane.helperEvents, errors: lane.errors - lane.helperErrors }]
          : [],
      );
}

/** The panes that have lanes and aren't hidden. */
export function panes(lanes: readonly Lane[], filter: PaneFilter): readonly Pane[] {
  const byClass = groupByClass(lanes);
  return PANE_ORDER.flatMap((info) => {
    const own = byClass.get(info.value);
    return own === undefined || filter.hidden.includes(info.id) ? [] : [makePane(info, own, filter)];
  });
}

function groupByClass(lanes: readonly Lane[]): ReadonlyMap<number, readonly Lane[]> {
  const groups = new Map<number, Lane[]>();
  for (const lane of lanes) {
    const { value } = classInfo(lane.classId);
    const group = groups.get(value);
    if (group === undefined) {
      groups.set(value, [lane]);
    } else {
      group.push(lane);
    }
  }
  return groups;
}

function makePane(info: ClassInfo, lanes: readonly Lane[], filter: PaneFilter): Pane {
  const expanded = filter.expanded.includes(info.id);
  const ranked = [...lanes].sort((a, b) => weight(b) - weight(a) || a.id - b.id);
  // A rest of one would take the same room as the lane itself.
  const all = expanded || ranked.length <= BUSIEST_LANES + 1;
  return {
    info,
    lanes: (all ? ranked : ranked.slice(0, BUSIEST_LANES)).sort(byPlace),
    rest: all ? [] : ranked.slice(BUSIEST_LANES),
    laneCount: lanes.length,
    events: sum(lanes, (lane) => lane.events),
    errors: sum(lanes, (lane) => lane.errors),
    collapsed: filter.collapsed.includes(info.id),
    expanded: expanded && ranked.length > BUSIEST_LANES + 1,
  };
}

function weight(lane: Lane): number {
  return lane.events + ERROR_WEIGHT * lane.errors;
}

function byPlace(a: Lane, b: Lane): number {
  return a.process - b.process || a.fd - b.fd || a.thread - b.thread || a.id - b.id;
}

function sum(lanes: readonly Lane[], value: (lane: Lane) => number): number {
  return lanes.reduce((total, lane) => total + value(lane), 0);
}

export interface LaneLabel {
  /** "fd 3", "by path", "thread 1235"; nothing for a resource. */
  readonly number: string;
  /** Shown: the last part of a path, or the resource as it is. */
  readonly name: string;
  /** "cat [1234]"; nothing for a resource. */
  readonly process: string;
  /** All of it, for tooltips and screen readers: "fd 3 /tmp/log.txt — cat [1234]". */
  readonly full: string;
}

export function laneLabel(lane: Lane): LaneLabel {
  const process = isResource(lane) ? '' : `${lane.processName === '' ? '?' : lane.processName} [${String(lane.pid)}]`;
  const number = laneNumber(lane);
  const resource = lane.fd < 0 && !isResource(lane) ? '' : lane.resource;
  const what = [number, resource].filter((part) => part !== '').join(' ');
  return { number, name: shortResource(resource), process, full: [what, process].filter((part) => part !== '').join(' — ') };
}

/** Of no process: a file or a socket, whoever has it open. */
function isResource(lane: Lane): boolean {
  return lane.process < 0 && lane.fd < 0 && lane.thread < 0 && lane.resource !== '';
}

function laneNumber(lane: Lane): string {
  if (lane.fd >= 0) {
    return `fd ${String(lane.fd)}`;
  }
  if (isResource(lane)) {
    return '';
  }
  return lane.classId === 0 || lane.thread >= 0 ? `thread ${String(lane.tid)}` : 'by path';
}

/** A path's last part; what isn't a path stays. */
export function shortResource(resource: string): string {
  if (!resource.startsWith('/')) {
    return resource;
  }
  const parts = resource.split('/').filter((part) => part !== '');
  // Devices and proc files say too little by their last part alone.
  return /^\/(dev|proc|sys)\//.test(resource) || parts.length < 2 ? resource : (parts.at(-1) ?? resource);
}

export function paneSummary(pane: Pane): string {
  const parts = [plural(pane.laneCount, 'lane'), plural(pane.events, 'call')];
  return (pane.errors > 0 ? [...parts, plural(pane.errors, 'failed call')] : parts).join(' · ');
}

export interface ClassCount {
  readonly info: ClassInfo;
  readonly events: number;
  readonly errors: number;
  readonly hidden: boolean;
}

/** One entry a class that the trace has, hidden or not: the chips. */
export function classCounts(lanes: readonly Lane[], hidden: readonly string[]): readonly ClassCount[] {
  const byClass = groupByClass(lanes);
  return PANE_ORDER.flatMap((info) => {
    const own = byClass.get(info.value);
    if (own === undefined) {
      return [];
    }
    const errors = sum(own, (lane) => lane.errors);
    return [{ info, events: sum(own, (lane) => lane.events), errors, hidden: hidden.includes(info.id) }];
  });
}

/** The lanes whose boxes the timeline needs: those on show, and of each rest as many as are worth drawing. */
export function shownLanes(paneList: readonly Pane[]): readonly LaneId[] {
  return paneList.filter((pane) => !pane.collapsed).flatMap((pane) => [...pane.lanes, ...drawnRest(pane)].map((lane) => lane.id));
}

/** The rest's lanes that are drawn into its one row; more of them would only cover each other. */
export function drawnRest(pane: Pane): readonly Lane[] {
  return pane.rest.slice(0, 100);
}
