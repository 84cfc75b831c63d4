/**
 * From a point or a direction to a box: which call a click, or an arrow key, means. Pure: a layout and boxes in.
 */
import { hitBox, nearestBox, pick } from './model/hit';
import type { PickedBox } from './model/hit';
import { drawnRest } from './model/lanes';
import { rowAt } from './model/layout';
import type { Layout, Row } from './model/layout';
import type { Range } from './model/range';
import type { BoxSet } from './model/state';

export interface Picture {
  readonly layout: Layout;
  readonly boxes: BoxSet | undefined;
  readonly range: Range;
  readonly width: number;
}

export interface Under {
  readonly row: Row | undefined;
  readonly hit: { readonly index: number; readonly box: PickedBox } | undefined;
}

/** What lies at x, y of the scrolled document. */
export function under(picture: Picture, x: number, y: number): Under {
  const row = rowAt(picture.layout, y);
  if (row === undefined || row.kind === 'header' || row.kind === 'fewer') {
    return { row, hit: undefined };
  }
  const place = { named: row.kind === 'lane' && row.named, flat: row.kind === 'rest' };
  const lanes = row.kind === 'lane' ? [row.lane] : drawnRest(row.pane);
  let nearest: { readonly index: number; readonly distance: number; readonly box: PickedBox } | undefined;
  for (const lane of lanes) {
    const boxes = picture.boxes?.byLane.get(lane.id);
    const hit = boxes === undefined ? undefined : hitBox(boxes, x, y - row.top, place, picture.range, picture.width);
    if (boxes !== undefined && hit !== undefined && (nearest === undefined || hit.distance < nearest.distance)) {
      nearest = { ...hit, box: pick(boxes, hit.index) };
    }
  }
  return { row, hit: nearest };
}

/** The call nearest in time on the next lane up or down that has any on show; without a selection, on the first lane. */
export function onOtherLane(picture: Picture, from: Row | undefined, ns: number, direction: -1 | 1): PickedBox | undefined {
  const lanes = picture.layout.rows.flatMap((row) => (row.kind === 'lane' ? [row] : []));
  const start = lanes.findIndex((row) => row === from);
  const order = direction === 1 ? lanes.slice(start + 1) : lanes.slice(0, Math.max(start, 0)).reverse();
  for (const row of order) {
    const boxes = picture.boxes?.byLane.get(row.lane.id);
    const index = boxes === undefined ? undefined : nearestBox(boxes, ns);
    if (boxes !== undefined && index !== undefined) {
      return pick(boxes, index);
    }
  }
  return undefined;
}
