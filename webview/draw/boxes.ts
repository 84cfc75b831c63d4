/**
 * The boxes of one lane: fill, what marks failed, merged and unfinished calls apart by shape as well as colour, labels.
 * The context's origin is the lane's top left corner.
 */
import type { Boxes } from '../../extension/trace/engineProtocol';
import { bandOf, BoxFlag, boxSpan } from '../model/hit';
import type { BoxSpan, Placement } from '../model/hit';
import { ROW_HEIGHT } from '../model/layout';
import type { Band } from '../model/layout';
import { formatCount } from '../model/time';
import type { ClassPaint } from '../theme';
import type { Frame } from './frame';
import { fittedText, textWidth } from './text';

export interface LanePlace extends Placement {
  readonly classId: number;
  readonly glyph: string;
}

/** A narrower box is a plain bar, and bars that touch are drawn as one. */
const WIDE_FROM = 6;
const NOTCH_FROM = 3;
const LABEL_FROM = 24;
const OVERFLOW_LABEL_FROM = 14;
const LOADER_ALPHA = 0.5;
/** Marks of failed calls nearer than that would only cover each other. */
const MARK_SPACING = 5;

interface Painter {
  readonly context: CanvasRenderingContext2D;
  readonly frame: Frame;
  readonly boxes: Boxes;
  readonly place: LanePlace;
  readonly paint: ClassPaint;
}

/** A box on show, in whole device pixels. */
interface Shown extends BoxSpan {
  readonly index: number;
  readonly band: Band;
}

/** What is drawn box by box, after the bars: a window shows few of these, however many calls there are. */
interface Sorted {
  readonly wide: Shown[];
  readonly notched: Shown[];
  readonly failed: Shown[];
}

export function drawBoxes(context: CanvasRenderingContext2D, frame: Frame, boxes: Boxes, place: LanePlace): void {
  const paint = frame.theme.classes.get(place.classId);
  if (paint === undefined) {
    return;
  }
  const painter: Painter = { context, frame, boxes, place, paint };
  const { wide, notched, failed } = drawBars(painter);
  for (const shown of wide) {
    fillWide(painter, shown);
  }
  // Several calls: cut like a stack of cards.
  context.fillStyle = frame.theme.background;
  for (const { left, right, band } of notched) {
    context.fillRect(left, band.top + band.height - 3, right - left, 1);
  }
  for (const shown of wide) {
    labelBox(painter, shown);
  }
  markFailed(painter, failed);
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

function flagsOf(boxes: Boxes, index: number): number {
  return boxes.flags[index] ?? 0;
}

/** Draws the narrow boxes, bars that touch as one, and sorts out what needs more than that. */
function drawBars({ context, frame, boxes, place, paint }: Painter): Sorted {
  const sorted: Sorted = { wide: [], notched: [], failed: [] };
  let run: { readonly left: number; readonly band: Band; right: number } | undefined;
  const finish = (): void => {
    if (run !== undefined) {
      context.fillRect(run.left, run.band.top, run.right - run.left, run.band.height);
    }
    run = undefined;
  };
  context.fillStyle = paint.fill;
  for (let index = 0; index < boxes.x0.length; index++) {
    const span = boxSpan(boxes, index, frame.range, frame.width);
    if (span.right < 0 || span.left > frame.width) {
      continue;
    }
    const { left, right } = snapped(span, frame);
    const band = bandOf(boxes, index, place);
    const shown = { index, left, right, band };
    sortOut(sorted, shown, boxes);
    if (isWide(shown, boxes)) {
      continue;
    }
    if (run !== undefined && run.band.top === band.top && left >= run.left && left <= run.right) {
      run.right = Math.max(run.right, right);
    } else {
      finish();
      run = { left, right, band };
    }
  }
  finish();
  return sorted;
}

function isWide({ index, left, right }: Shown, boxes: Boxes): boolean {
  return right - left >= WIDE_FROM || (flagsOf(boxes, index) & (BoxFlag.pending | BoxFlag.loader)) !== 0;
}

function sortOut({ wide, notched, failed }: Sorted, shown: Shown, boxes: Boxes): void {
  if (isWide(shown, boxes)) {
    wide.push(shown);
  }
  const overflow = shown.band.height < ROW_HEIGHT;
  if ((boxes.count[shown.index] ?? 1) > 1 && shown.right - shown.left >= NOTCH_FROM && !overflow) {
    notched.push(shown);
  }
  if ((flagsOf(boxes, shown.index) & BoxFlag.error) !== 0) {
    const before = failed.at(-1);
    const apart =
      before === undefined || before.band.top !== shown.band.top || Math.abs(shown.left - before.left) >= MARK_SPACING;
    if (apart || shown.right - shown.left >= WIDE_FROM) {
      failed.push(shown);
    }
  }
}

/** The span in whole device pixels, a gap of one kept to the right neighbour where there is room for it. */
function snapped(span: BoxSpan, { ratio, width }: Frame): BoxSpan {
  const left = Math.round(Math.max(span.left, -4) * ratio) / ratio;
  const right = Math.round(Math.min(span.right, width + 4) * ratio) / ratio;
  return { left, right: right - left > 4 ? right - 1 / ratio : right };
}

function fillWide(painter: Painter, { index, left, right, band }: Shown): void {
  const { context, boxes, paint } = painter;
  const flags = flagsOf(boxes, index);
  context.globalAlpha = (flags & BoxFlag.loader) === 0 ? 1 : LOADER_ALPHA;
  if ((flags & BoxFlag.pending) !== 0) {
    fillPending(painter, left, right, band);
  } else {
    context.fillStyle = paint.fill;
    fillRounded(context, left, band.top, right - left, band.height);
  }
  context.globalAlpha = 1;
}

function fillRounded(context: CanvasRenderingContext2D, x: number, y: number, width: number, height: number): void {
  if (width < WIDE_FROM) {
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

/** Failed calls: a red bar along the top and a pointer above it, which is wide enough to see on the narrowest box. */
function markFailed({ context, frame }: Painter, failed: readonly Shown[]): void {
  if (failed.length === 0) {
    return;
  }
  context.fillStyle = frame.theme.error;
  context.beginPath();
  for (const { left, right, band } of failed) {
    const x = Math.max(left, 0);
    context.fillRect(x, band.top, Math.min(right, frame.width) - x, 2);
    const tip = Math.max(left + 1, 4);
    context.moveTo(tip - 4, band.top - 3.5);
    context.lineTo(tip + 4, band.top - 3.5);
    context.lineTo(tip, band.top + 4);
    context.closePath();
  }
  context.lineWidth = 2;
  context.strokeStyle = frame.theme.background;
  context.stroke();
  context.fill();
}

function labelBox({ context, frame, boxes, place, paint }: Painter, shown: Shown): void {
  const { index, band } = shown;
  const left = Math.max(shown.left, 0);
  const room = Math.min(shown.right, frame.width) - left;
  const count = boxes.count[index] ?? 1;
  const overflow = band.height < ROW_HEIGHT;
  if (room < (overflow ? OVERFLOW_LABEL_FROM : LABEL_FROM)) {
    return;
  }
  const flags = flagsOf(boxes, index);
  const pending = (flags & BoxFlag.pending) !== 0;
  context.fillStyle = pending ? frame.theme.foreground : paint.ink;
  context.textBaseline = 'middle';
  const middle = band.top + band.height / 2 + 0.5;
  // A failed call's mark covers the first pixels.
  const start = left + ((flags & BoxFlag.error) !== 0 && shown.left >= 0 ? 8 : 5);
  const space = left + room - start - 3;
  if (overflow) {
    context.font = `600 9px ${frame.theme.font}`;
    context.fillText(fittedText(context, `×${formatCount(count)}`, space), start, middle);
    return;
  }
  context.font = `700 9px ${frame.theme.font}`;
  const glyphWidth = textWidth(context, place.glyph);
  context.fillText(place.glyph, start, middle);
  context.font = `11px ${frame.theme.font}`;
  const label = boxLabel(frame.callName(boxes.nr[index] ?? 0, boxes.arch[index] ?? 0), count, pending);
  context.fillText(fittedText(context, label, space - glyphWidth - 5), start + glyphWidth + 5, middle);
}

function boxLabel(name: string, count: number, pending: boolean): string {
  if (count > 1) {
    return `×${formatCount(count)}`;
  }
  return pending ? `${name} …` : name;
}
