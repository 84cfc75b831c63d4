/**
 * One frame of the event canvas: grid, lanes, boxes, selection. Sees a finished layout and plain data; changes nothing,
 * asks for nothing, touches no DOM but the context that it is given.
 */
import type { LaneId } from '../../extension/trace/engineProtocol';
import type { Ticks } from '../model/time';
import type { Row } from '../model/layout';
import { timeToX } from '../model/layout';
import { drawnRest } from '../model/lanes';
import type { Range } from '../model/range';
import type { BoxSet } from '../model/state';
import type { Theme } from '../theme';
import { drawBoxes, drawOutline } from './boxes';
import type { Hatches } from './hatch';
import { drawGenerations, drawOpenSpans } from './generations';

export interface Marked {
  readonly lane: LaneId;
  readonly index: number;
}

export interface Frame {
  readonly theme: Theme;
  readonly rows: readonly Row[];
  readonly scrollTop: number;
  readonly width: number;
  readonly height: number;
  readonly ratio: number;
  readonly range: Range;
  readonly ticks: Ticks;
  readonly boxes: BoxSet | undefined;
  readonly hatches: Hatches;
  readonly callName: (nr: number, arch: number) => string;
  /** The row under the pointer, and the lane of the selection. */
  readonly hoverRow: Row | undefined;
  readonly selectedRow: Row | undefined;
  readonly hover: Marked | undefined;
  readonly selected: Marked | undefined;
  /** The selected call's start, also where no box of its own is on show. */
  readonly selectedNs: number | undefined;
  readonly span: Range | undefined;
  /** The end of the recording so far: what lies right of it hasn't happened yet. */
  readonly endNs: number;
}

export function drawFrame(context: CanvasRenderingContext2D, frame: Frame): void {
  context.setTransform(frame.ratio, 0, 0, frame.ratio, 0, 0);
  context.fillStyle = frame.theme.background;
  context.fillRect(0, 0, frame.width, frame.height);
  drawGrid(context, frame);
  for (const row of frame.rows) {
    context.save();
    context.translate(0, row.top - frame.scrollTop);
    drawRow(context, frame, row);
    context.restore();
  }
  drawSelectionLine(context, frame);
  drawSpan(context, frame);
}

function drawGrid(context: CanvasRenderingContext2D, frame: Frame): void {
  context.fillStyle = frame.theme.grid;
  for (const value of frame.ticks.values) {
    context.fillRect(Math.round(timeToX(value, frame.range, frame.width)), 0, 1, frame.height);
  }
  const end = timeToX(frame.endNs, frame.range, frame.width);
  if (end < frame.width) {
    context.fillStyle = frame.theme.line;
    context.fillRect(Math.round(Math.max(0, end)), 0, 1, frame.height);
  }
}

function drawRow(context: CanvasRenderingContext2D, frame: Frame, row: Row): void {
  if (row.kind === 'header') {
    return;
  }
  const tint = row === frame.selectedRow ? frame.theme.rowSelected : row === frame.hoverRow ? frame.theme.rowHover : undefined;
  if (tint !== undefined) {
    context.fillStyle = tint;
    context.fillRect(0, 0, frame.width, row.height);
  }
  context.fillStyle = frame.theme.grid;
  context.fillRect(0, row.height - 1, frame.width, 1);
  if (row.kind === 'fewer') {
    return;
  }
  const lanes = row.kind === 'lane' ? [row.lane] : drawnRest(row.pane);
  if (row.kind === 'lane') {
    drawOpenSpans(context, frame, row);
  }
  for (const lane of lanes) {
    const boxes = frame.boxes?.byLane.get(lane.id);
    if (boxes === undefined) {
      continue;
    }
    const place = {
      named: row.kind === 'lane' && row.named,
      flat: row.kind === 'rest',
      classId: row.pane.info.value,
      glyph: row.pane.info.glyph,
    };
    drawBoxes(context, frame, boxes, place);
    for (const marked of [frame.hover, frame.selected]) {
      if (marked?.lane === lane.id) {
        drawOutline(context, frame, boxes, place, marked.index, marked === frame.selected);
      }
    }
  }
  if (row.kind === 'lane' && row.named) {
    drawGenerations(context, frame, row);
  }
}

function drawSelectionLine(context: CanvasRenderingContext2D, frame: Frame): void {
  if (frame.selectedNs === undefined) {
    return;
  }
  const x = Math.round(timeToX(frame.selectedNs, frame.range, frame.width));
  if (x < 0 || x > frame.width) {
    return;
  }
  context.save();
  context.globalAlpha = frame.theme.highContrast ? 1 : 0.7;
  context.strokeStyle = frame.theme.focus;
  context.setLineDash([2, 3]);
  context.beginPath();
  context.moveTo(x + 0.5, 0);
  context.lineTo(x + 0.5, frame.height);
  context.stroke();
  context.restore();
}

function drawSpan(context: CanvasRenderingContext2D, frame: Frame): void {
  if (frame.span === undefined) {
    return;
  }
  const left = Math.max(-1, timeToX(frame.span.t0, frame.range, frame.width));
  const right = Math.min(frame.width + 1, timeToX(frame.span.t1, frame.range, frame.width));
  if (right < 0 || left > frame.width) {
    return;
  }
  context.fillStyle = frame.theme.range;
  context.fillRect(left, 0, right - left, frame.height);
  context.fillStyle = frame.theme.focus;
  context.fillRect(Math.round(left), 0, 1, frame.height);
  context.fillRect(Math.round(right) - 1, 0, 1, frame.height);
}
