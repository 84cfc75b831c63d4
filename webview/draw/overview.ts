/**
 * The strip that shows the whole trace, one thin line a pane, failed calls along its foot. Draws boxes that were asked for
 * the whole duration; the brush over it is ui/overview.ts.
 */
import type { Boxes } from '../../extension/trace/engineProtocol';
import { BoxFlag } from '../model/hit';
import type { Pane } from '../model/lanes';
import { timeToX } from '../model/layout';
import type { Range } from '../model/range';
import type { BoxSet } from '../model/state';
import type { Theme } from '../theme';

export interface OverviewFrame {
  readonly theme: Theme;
  readonly panes: readonly Pane[];
  readonly width: number;
  readonly height: number;
  readonly ratio: number;
  readonly range: Range;
  readonly boxes: BoxSet | undefined;
}

const ERROR_HEIGHT = 3;
const PADDING = 3;
const MAX_LINE = 7;

export function drawOverview(context: CanvasRenderingContext2D, frame: OverviewFrame): void {
  const { theme, width, height, ratio } = frame;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.fillStyle = theme.background;
  context.fillRect(0, 0, width, height);
  const room = height - PADDING * 2 - ERROR_HEIGHT - 1;
  const line = Math.min(MAX_LINE, room / Math.max(1, frame.panes.length));
  const top = PADDING + (room - line * frame.panes.length) / 2;
  frame.panes.forEach((pane, position) => {
    const fill = theme.classes.get(pane.info.value)?.fill ?? theme.muted;
    for (const lane of pane.lanes) {
      const boxes = frame.boxes?.byLane.get(lane.id);
      if (boxes !== undefined) {
        drawLine(context, frame, boxes, fill, top + line * position, Math.max(1, line - 1));
      }
    }
  });
}

function drawLine(
  context: CanvasRenderingContext2D,
  frame: OverviewFrame,
  boxes: Boxes,
  fill: string,
  y: number,
  height: number,
): void {
  for (let index = 0; index < boxes.x0.length; index++) {
    const flags = boxes.flags[index] ?? 0;
    const pending = (flags & BoxFlag.pending) !== 0;
    const left = timeToX(boxes.x0[index] ?? 0, frame.range, frame.width);
    const right = pending ? frame.width : timeToX(boxes.x1[index] ?? 0, frame.range, frame.width);
    context.globalAlpha = pending ? 0.4 : 1;
    context.fillStyle = fill;
    context.fillRect(left, y, Math.max(1, right - left), height);
    context.globalAlpha = 1;
    if ((flags & BoxFlag.error) !== 0) {
      context.fillStyle = frame.theme.error;
      context.fillRect(
        left - 0.5,
        frame.height - PADDING - ERROR_HEIGHT + 1,
        Math.max(2, Math.min(right - left, 3)),
        ERROR_HEIGHT,
      );
    }
  }
}
