/**
 * Where every pane header and lane lies, from top to bottom, and which of them can be seen. Pure: CSS pixels in a document
 * that scrolls; no DOM, no time axis (that is `timeToX`, at the end).
 */
import type { Lane, LaneId } from '../../extension/trace/engineProtocol';
import type { Pane } from './lanes';
import type { Range } from './range';

export const HEADER_HEIGHT = 28;
export const ROW_HEIGHT = 16;
const ROW_GAP = 2;
const LANE_PADDING = 4;
/** The strip of names above the boxes of a lane whose number was reused. */
export const GENERATION_HEIGHT = 13;
/** Calls that overlap stack to this many rows; what overlaps beyond is one thin row, "×n". */
export const MAX_ROWS = 4;
export const OVERFLOW_HEIGHT = 12;
const PANE_GAP = 6;

export type Row =
  | { readonly kind: 'header'; readonly pane: Pane; readonly top: number; readonly height: number; readonly paneBottom: number }
  | {
      readonly kind: 'lane';
      readonly pane: Pane;
      readonly lane: Lane;
      readonly top: number;
      readonly height: number;
      readonly named: boolean;
    }
  /** "n more": the lanes that aren't among the busiest, drawn into one row. */
  | { readonly kind: 'rest'; readonly pane: Pane; readonly top: number; readonly height: number }
  /** "Show the busiest only", below an expanded pane. */
  | { readonly kind: 'fewer'; readonly pane: Pane; readonly top: number; readonly height: number };

export interface Layout {
  /** By `top`, without gaps but between panes. */
  readonly rows: readonly Row[];
  readonly height: number;
}

/** rowCounts: how many stacking rows each lane has shown so far (1 where unknown): lanes grow, but never shrink under the pointer. */
export function layout(panes: readonly Pane[], rowCounts: ReadonlyMap<LaneId, number>): Layout {
  const rows: Row[] = [];
  let top = 0;
  for (const pane of panes) {
    const body = paneBody(pane, top + HEADER_HEIGHT, rowCounts);
    const last = body.at(-1);
    const paneBottom = last === undefined ? top + HEADER_HEIGHT : last.top + last.height;
    rows.push({ kind: 'header', pane, top, height: HEADER_HEIGHT, paneBottom }, ...body);
    top = paneBottom + PANE_GAP;
  }
  return { rows, height: top };
}

function paneBody(pane: Pane, from: number, rowCounts: ReadonlyMap<LaneId, number>): readonly Row[] {
  if (pane.collapsed) {
    return [];
  }
  const rows: Row[] = [];
  let top = from;
  for (const lane of pane.lanes) {
    const named = lane.generations.length > 1;
    const height = laneHeight(rowCounts.get(lane.id) ?? 1, named);
    rows.push({ kind: 'lane', pane, lane, top, height, named });
    top += height;
  }
  if (pane.rest.length > 0) {
    rows.push({ kind: 'rest', pane, top, height: laneHeight(1, false) });
  } else if (pane.expanded) {
    rows.push({ kind: 'fewer', pane, top, height: laneHeight(1, false) });
  }
  return rows;
}

export function laneHeight(rowCount: number, named: boolean): number {
  const full = Math.min(Math.max(rowCount, 1), MAX_ROWS);
  const overflow = rowCount > MAX_ROWS ? OVERFLOW_HEIGHT + ROW_GAP : 0;
  return LANE_PADDING * 2 + full * ROW_HEIGHT + (full - 1) * ROW_GAP + overflow + (named ? GENERATION_HEIGHT : 0);
}

export interface Band {
  readonly top: number;
  readonly height: number;
}

/** The place of a stacking row within its lane. */
export function stackBand(stackRow: number, named: boolean): Band {
  const first = LANE_PADDING + (named ? GENERATION_HEIGHT : 0);
  const row = Math.min(stackRow, MAX_ROWS);
  return { top: first + row * (ROW_HEIGHT + ROW_GAP), height: row === MAX_ROWS ? OVERFLOW_HEIGHT : ROW_HEIGHT };
}

/** The rows that a window of `height` at `scrollTop` shows. */
export function visibleRows(from: Layout, scrollTop: number, height: number): readonly Row[] {
  const { rows } = from;
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const row = rows[middle];
    if (row !== undefined && row.top + row.height <= scrollTop) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  let end = low;
  while (end < rows.length && (rows[end]?.top ?? Infinity) < scrollTop + height) {
    end++;
  }
  return rows.slice(low, end);
}

export interface StickyHeader {
  readonly pane: Pane;
  /** Within the window: 0, or less while the next pane pushes it out. */
  readonly top: number;
}

/** The header that stays at the window's top while its pane's lanes scroll under it. */
export function stickyHeader(from: Layout, scrollTop: number): StickyHeader | undefined {
  for (const row of from.rows) {
    if (row.kind === 'header' && row.top < scrollTop && row.paneBottom > scrollTop) {
      return { pane: row.pane, top: Math.min(0, row.paneBottom - scrollTop - HEADER_HEIGHT) };
    }
  }
  return undefined;
}

/** The row at a height of the document, a sticky header's not counted. */
export function rowAt(from: Layout, y: number): Row | undefined {
  return visibleRows(from, y, 1).find((row) => y >= row.top && y < row.top + row.height);
}

export function rowOfLane(from: Layout, lane: LaneId): Row | undefined {
  return from.rows.find(
    (row) =>
      (row.kind === 'lane' && row.lane.id === lane) || (row.kind === 'rest' && row.pane.rest.some((entry) => entry.id === lane)),
  );
}

/** The scroll position nearest to `scrollTop` at which the row is wholly seen, below a sticky header. */
export function scrollToRow(row: Row, scrollTop: number, height: number): number {
  const highest = row.top - HEADER_HEIGHT;
  const lowest = row.top + row.height - height;
  return Math.max(0, scrollTop > highest ? highest : Math.max(scrollTop, Math.min(lowest, highest)));
}

export function timeToX(ns: number, range: Range, width: number): number {
  return ((ns - range.t0) / (range.t1 - range.t0)) * width;
}

export function xToTime(x: number, range: Range, width: number): number {
  return range.t0 + (x / width) * (range.t1 - range.t0);
}
