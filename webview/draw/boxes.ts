/**
 * The boxes of one lane: fill, what marks failed, merged and unfinished calls apart by shape as well as colour, labels.
 * The context's origin is the lane's top left corner.
 */
import type { Boxes } from '../../extension/trace/engineProtocol';
import { bandOf, BoxFlag, boxSpan } from '../model/hit';
import type { BoxSpan, Placement } from '../model/hit';
import { MAX_ROWS } from '../model/layout';
import type { Band } from '../model/layout';
import { formatCount } from '../model/time';
import type { ClassPaint } from '../theme';
import type { Frame } from './frame';
import { fittedText, textWidth } from './text';

export interface LanePlace extends Placement {
  readonly classId: number;
  readonly glyph: string;
}

const ROUNDED_FROM = 6;
const LABEL_FROM = 24;
const LOADER_ALPHA = 0.5;

interface Painter {
  readonly context: CanvasRenderingContext2D;
  readonly frame: Frame;
  readonly boxes: Boxes;
  readonly place: LanePlace;
  readonly paint: ClassPaint;
}

export function drawBoxes(context: CanvasRenderingContext2D, frame: Frame, boxes: Boxes, place: LanePlace): void {
  const paint = frame.theme.classes.get(place.classId);
  if (paint === undefined) {
    return;
  }
  const painter: Painter = { context, frame, boxes, place, paint };
  const shown = visible(painter);
  for (const index of shown) {
    fillBox(painter, index);
  }
  for (const index of shown) {
    labelBox(painter, index);
  }
  for (const index of shown) {
    if ((flagsOf(boxes, index) & BoxFlag.error) !== 0) {
      markFailed(painter, index);
    }
  }
}

/** The box under the pointer, or the selected one. */
export function drawOutline(
  context: CanvasRenderingContext2D,
  frame: Frame,
  boxes: Boxes,
  place: LanePlace,
  index: number,
  selected: boolean,
): void {
  const { left, right } = boxSpan(boxes, index, frame.range, frame.width);
  const band = bandOf(boxes, index, place);
  // A ring of the background between box and outline keeps it apart from the class's colour.
  const ring = (out: number, width: number, colour: string): void => {
    context.lineWidth = width;
    context.strokeStyle = colour;
    context.beginPath();
    context.roundRect(left - out, band.top - out, right - left + out * 2, band.height + out * 2, 2 + out);
    context.stroke();
  };
  if (selected) {
    ring(1, 2, frame.theme.background);
    ring(2.5, 1.5, frame.theme.foreground);
  } else {
    ring(1, 1, frame.theme.foreground);
  }
}

function visible({ boxes, frame }: Painter): readonly number[] {
  const shown: number[] = [];
  for (let index = 0; index < boxes.x0.length; index++) {
    const { left, right } = boxSpan(boxes, index, frame.range, frame.width);
    if (right >= 0 && left <= frame.width) {
      shown.push(index);
    }
  }
  return shown;
}

function flagsOf(boxes: Boxes, index: number): number {
  return boxes.flags[index] ?? 0;
}

/** The span in whole device pixels, a gap of one kept to the right neighbour where there is room for it. */
function snapped(painter: Painter, index: number): BoxSpan {
  const { frame, boxes } = painter;
  const span = boxSpan(boxes, index, frame.range, frame.width);
  const snap = (x: number): number => Math.round(x * frame.ratio) / frame.ratio;
  const left = snap(Math.max(span.left, -4));
  const right = snap(Math.min(span.right, frame.width + 4));
  return { left, right: right - left > 4 ? right - 1 / frame.ratio : right };
}

function fillBox(painter: Painter, index: number): void {
  const { context, frame, boxes, paint } = painter;
  const flags = flagsOf(boxes, index);
  const { left, right } = snapped(painter, index);
  const width = right - left;
  const band = bandOf(boxes, index, painter.place);
  context.globalAlpha = (flags & BoxFlag.loader) === 0 ? 1 : LOADER_ALPHA;
  if ((flags & BoxFlag.pending) !== 0) {
    fillPending(painter, left, right, band);
  } else {
    context.fillStyle = paint.fill;
    fillRounded(context, left, band.top, width, band.height);
  }
  if ((boxes.count[index] ?? 1) > 1 && width >= 3) {
    // Several calls: cut like a stack of cards.
    context.fillStyle = frame.theme.background;
    context.fillRect(left, band.top + band.height - 3, width, 1);
  }
  context.globalAlpha = 1;
}

function fillRounded(context: CanvasRenderingContext2D, x: number, y: number, width: number, height: number): void {
  if (width < ROUNDED_FROM) {
    context.fillRect(x, y, width, height);
    return;
  }
  context.beginPath();
  context.roundRect(x, y, width, height, 2);
  context.fill();
}

/** In progress: a solid beginning, then hatched and open at the right edge. */
function fillPending({ context, frame, paint }: Painter, left: number, right: number, band: Band): void {
  const alpha = context.globalAlpha;
  const hatch = frame.hatches.get(context, paint.fill);
  context.globalAlpha = alpha * (frame.theme.highContrast ? 0.35 : 0.28);
  context.fillStyle = paint.fill;
  context.fillRect(left, band.top, right - left, band.height);
  context.globalAlpha = alpha * 0.85;
  if (hatch !== undefined) {
    context.fillStyle = hatch;
    context.fillRect(left, band.top, right - left, band.height);
  }
  context.globalAlpha = alpha;
  context.fillStyle = paint.fill;
  context.fillRect(left, band.top, 3, band.height);
  context.fillRect(left, band.top, right - left, 1);
  context.fillRect(left, band.top + band.height - 1, right - left, 1);
}

/** A failed call: a red bar along its top and a pointer above it, which is wide enough to see on the narrowest box. */
function markFailed({ context, frame, boxes, place }: Painter, index: number): void {
  const { left, right } = boxSpan(boxes, index, frame.range, frame.width);
  const band = bandOf(boxes, index, place);
  const x = Math.max(left, 0);
  context.fillStyle = frame.theme.error;
  context.fillRect(x, band.top, Math.min(right, frame.width) - x, 2);
  const tip = Math.max(left + 1, 4);
  context.beginPath();
  context.moveTo(tip - 4, band.top - 3.5);
  context.lineTo(tip + 4, band.top - 3.5);
  context.lineTo(tip, band.top + 4);
  context.closePath();
  context.lineWidth = 2;
  context.strokeStyle = frame.theme.background;
  context.stroke();
  context.fill();
}

function labelBox(painter: Painter, index: number): void {
  const { context, frame, boxes, place, paint } = painter;
  const span = snapped(painter, index);
  const left = Math.max(span.left, 0);
  const room = Math.min(span.right, frame.width) - left;
  const count = boxes.count[index] ?? 1;
  const overflow = !place.flat && (boxes.row[index] ?? 0) >= MAX_ROWS;
  if (room < LABEL_FROM && !(overflow && room >= 14)) {
    return;
  }
  const band = bandOf(boxes, index, place);
  const flags = flagsOf(boxes, index);
  const pending = (flags & BoxFlag.pending) !== 0;
  context.fillStyle = pending ? frame.theme.foreground : paint.ink;
  context.textBaseline = 'middle';
  const middle = band.top + band.height / 2 + 0.5;
  const failed = (flags & BoxFlag.error) !== 0 && span.left >= 0;
  const start = left + (failed ? 8 : 5);
  const space = span.right - start - 3;
  if (overflow) {
    context.font = `600 9px ${frame.theme.font}`;
    context.fillText(fittedText(context, `×${formatCount(count)}`, space), start, middle);
    return;
  }
  context.font = `700 9px ${frame.theme.font}`;
  const glyphWidth = textWidth(context, place.glyph);
  context.fillText(place.glyph, start, middle);
  context.font = `11px ${frame.theme.font}`;
  const label = boxLabel(frame.callName(boxes.nr[index] ?? 0), count, pending);
  context.fillText(fittedText(context, label, Math.min(space, room) - glyphWidth - 5), start + glyphWidth + 5, middle);
}

function boxLabel(name: string, count: number, pending: boolean): string {
  if (count > 1) {
    return `×${formatCount(count)}`;
  }
  return pending ? `${name} …` : name;
}
