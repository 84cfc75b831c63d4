/**
 * Which box lies under a point, with tolerance. Pure: boxes and a place in their lane in, an index out.
 */
import type { Boxes, EventId, LaneId } from '../../extension/trace/engineProtocol';
import { stackBand, timeToX } from './layout';
import type { Band } from './layout';
import type { Range } from './range';

/** How near a click must come to a box, in pixels. */
export const HIT_TOLERANCE = 3;
/** The narrowest that a box is drawn. */
export const MIN_BOX_WIDTH = 2;

export const BoxFlag = { error: 1, pending: 2, loader: 4 } as const;

export interface BoxSpan {
  readonly left: number;
  readonly right: number;
}

/** A box's left and right edge as drawn: at least two pixels wide; one in progress reaches to the right edge. */
export function boxSpan(boxes: Boxes, index: number, range: Range, width: number): BoxSpan {
  const left = timeToX(boxes.x0[index] ?? 0, range, width);
  const pending = ((boxes.flags[index] ?? 0) & BoxFlag.pending) !== 0;
  const right = pending ? Math.max(width, left) : timeToX(boxes.x1[index] ?? 0, range, width);
  return { left, right: Math.max(right, left + MIN_BOX_WIDTH) };
}

/** How a lane's boxes are placed in it: `flat` puts every stacking row on one line. */
export interface Placement {
  readonly named: boolean;
  readonly flat: boolean;
}

export function bandOf(boxes: Boxes, index: number, place: Placement): Band {
  return stackBand(place.flat ? 0 : (boxes.row[index] ?? 0), place.named);
}

export interface Hit {
  readonly index: number;
  readonly distance: number;
}

/** The box nearest to a point of its lane, within tolerance; undefined: none is near. */
export function hitBox(boxes: Boxes, x: number, y: number, place: Placement, range: Range, width: number): Hit | undefined {
  // The strip of names above the boxes belongs to the first row.
  const height = place.named ? Math.max(y, stackBand(0, true).top) : y;
  let best: Hit | undefined;
  for (let index = 0; index < boxes.x0.length; index++) {
    const { left, right } = boxSpan(boxes, index, range, width);
    const dx = Math.max(left - x, x - right, 0);
    if (dx > HIT_TOLERANCE) {
      continue;
    }
    const band = bandOf(boxes, index, place);
    const dy = Math.max(band.top - height, height - (band.top + band.height), 0);
    if (dy > HIT_TOLERANCE) {
      continue;
    }
    // Of two at the same distance the narrower one: it is the harder to hit. One in progress lies under everything.
    const distance = Math.hypot(dx, dy) + (right - left) * 1e-6;
    if (best === undefined || distance < best.distance) {
      best = { index, distance };
    }
  }
  return best;
}

/** The box that shows an event: its own, else one that stands for it among others. */
export function boxOfEvent(boxes: Boxes, event: EventId, startNs: number | undefined): number | undefined {
  const own = boxes.event.indexOf(event);
  if (own >= 0 || startNs === undefined) {
    return own >= 0 ? own : undefined;
  }
  const around = boxes.x0.findIndex(
    (x0, index) => (boxes.count[index] ?? 1) > 1 && x0 <= startNs && startNs <= (boxes.x1[index] ?? 0),
  );
  return around >= 0 ? around : undefined;
}

/** The box nearest in time, for moving from lane to lane by keyboard. */
export function nearestBox(boxes: Boxes, ns: number): number | undefined {
  let best: number | undefined;
  let bestDistance = Infinity;
  for (let index = 0; index < boxes.x0.length; index++) {
    const distance = Math.max((boxes.x0[index] ?? 0) - ns, ns - (boxes.x1[index] ?? 0), 0);
    if (distance < bestDistance) {
      best = index;
      bestDistance = distance;
    }
  }
  return best;
}

export interface PickedBox {
  readonly lane: LaneId;
  readonly event: EventId;
  /** Calls that the box stands for. */
  readonly count: number;
  readonly errors: number;
  readonly nr: number;
  readonly arch: number;
  readonly t0: number;
  readonly t1: number;
  readonly pending: boolean;
  readonly loader: boolean;
}

export function pick(boxes: Boxes, index: number): PickedBox {
  const flags = boxes.flags[index] ?? 0;
  return {
    lane: boxes.lane,
    event: boxes.event[index] ?? 0,
    count: boxes.count[index] ?? 1,
    errors: boxes.errors[index] ?? 0,
    nr: boxes.nr[index] ?? 0,
    arch: boxes.arch[index] ?? 0,
    t0: boxes.x0[index] ?? 0,
    t1: boxes.x1[index] ?? 0,
    pending: (flags & BoxFlag.pending) !== 0,
    loader: (flags & BoxFlag.loader) !== 0,
  };
}
