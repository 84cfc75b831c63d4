/**
 * The visible stretch of time and what gestures make of it. Pure: a range in, a range out; times in nanoseconds.
 */
export interface Range {
  readonly t0: number;
  readonly t1: number;
}

/** The narrowest view: at 1,500 pixels a nanosecond is 15 pixels wide, and doubles still place it exactly within a year. */
export const MIN_SPAN_NS = 100;

/** Room right of the newest record, so that a call in progress that began just now has a width. */
const FIT_MARGIN = 0.03;

/** The whole trace. */
export function fitRange(durationNs: number): Range {
  return { t0: 0, t1: Math.max(MIN_SPAN_NS, durationNs) * (1 + FIT_MARGIN) };
}

/** The range as it may be shown: not narrower than allowed, not wider than the trace, not outside of it. */
export function clampRange(range: Range, durationNs: number): Range {
  const whole = fitRange(durationNs);
  const span = Math.min(Math.max(range.t1 - range.t0, MIN_SPAN_NS), whole.t1 - whole.t0);
  const t0 = Math.min(Math.max(range.t0, whole.t0), whole.t1 - span);
  return { t0, t1: t0 + span };
}

/** Zooms by `factor` (above 1: nearer) about the time `at`, which keeps its place. */
export function zoomAt(range: Range, at: number, factor: number): Range {
  return { t0: at - (at - range.t0) / factor, t1: at + (range.t1 - at) / factor };
}

/** Moves by a share of the range's width. */
export function pan(range: Range, share: number): Range {
  const shift = (range.t1 - range.t0) * share;
  return { t0: range.t0 + shift, t1: range.t1 + shift };
}

/** The same width with its right edge at the trace's end. */
export function slideToEnd(range: Range, durationNs: number): Range {
  const span = range.t1 - range.t0;
  return clampRange({ t0: fitRange(durationNs).t1 - span, t1: fitRange(durationNs).t1 }, durationNs);
}

/** Moves, and if need be widens, the range so that t0..t1 can be seen with some room on both sides. */
export function bringIntoView(range: Range, t0: number, t1: number): Range {
  const span = range.t1 - range.t0;
  const room = span * 0.1;
  if (t0 >= range.t0 + room * 0.2 && t1 <= range.t1 - room * 0.2) {
    return range;
  }
  if (t1 - t0 > span * 0.8) {
    // Longer than the view: its start is what matters.
    return t0 >= range.t0 && t0 <= range.t1 - room ? range : { t0: t0 - room, t1: t0 - room + span };
  }
  const middle = (t0 + t1) / 2;
  return { t0: middle - span / 2, t1: middle + span / 2 };
}

export function isFinite(range: Range): boolean {
  return Number.isFinite(range.t0) && Number.isFinite(range.t1) && range.t1 > range.t0;
}
