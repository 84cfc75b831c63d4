/**
 * What a lane's number referred to over time: a tint while it was open, and for a reused number each generation's name
 * over its span. The context's origin is the lane's top left corner.
 */
import { shortResource } from '../model/lanes';
import { GENERATION_HEIGHT, timeToX } from '../model/layout';
import type { Row } from '../model/layout';
import type { Frame } from './frame';
import { fittedText } from './text';

/** Narrower spans are a line only: their beginnings would run into one another. */
const TICK_FROM = 8;

type LaneRow = Extract<Row, { kind: 'lane' }>;

interface Span {
  readonly left: number;
  readonly right: number;
  readonly resource: string;
}

export function drawOpenSpans(context: CanvasRenderingContext2D, frame: Frame, row: LaneRow): void {
  context.fillStyle = frame.theme.classes.get(row.pane.info.value)?.open ?? 'transparent';
  for (const { left, right } of visibleSpans(frame, row)) {
    context.fillRect(left, 0, right - left, row.height - 1);
  }
}

export function drawGenerations(context: CanvasRenderingContext2D, frame: Frame, row: LaneRow): void {
  const paint = frame.theme.classes.get(row.pane.info.value);
  context.font = `10px ${frame.theme.font}`;
  context.textBaseline = 'middle';
  for (const { left, right, resource } of visibleSpans(frame, row)) {
    context.fillStyle = paint?.fill ?? frame.theme.line;
    context.fillRect(left, 2, Math.max(1, right - left - 1), 1);
    if (right - left >= TICK_FROM) {
      context.fillRect(left, 2, 1, GENERATION_HEIGHT - 2);
    }
    context.fillStyle = frame.theme.muted;
    context.fillText(fittedText(context, shortResource(resource), right - left - 7), left + 4, GENERATION_HEIGHT / 2 + 2.5);
  }
}

function visibleSpans(frame: Frame, row: LaneRow): readonly Span[] {
  return row.lane.generations.flatMap(({ startNs, endNs, resource }) => {
    const left = Math.max(0, timeToX(startNs, frame.range, frame.width));
    const right = Math.min(frame.width, timeToX(Math.min(endNs, frame.endNs), frame.range, frame.width));
    return right > left ? [{ left, right, resource }] : [];
  });
}
