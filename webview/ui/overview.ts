/**
 * The overview strip's brush (d3-brush): shows which stretch of the trace the timeline shows, and moves it.
 */
import { brushX, select } from 'd3';
import type { D3BrushEvent } from 'd3';
import { timeToX, xToTime } from '../model/layout';
import type { Range } from '../model/range';
import { element } from './dom';

export const OVERVIEW_HEIGHT = 40;
/** A narrower window couldn't be grasped. */
const MIN_WINDOW = 6;

export interface Overview {
  readonly root: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  update(whole: Range, shown: Range, width: number): void;
}

export function createOverview(setRange: (range: Range) => void): Overview {
  const canvas = element('canvas', { class: 'overview-canvas', 'aria-hidden': 'true' });
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('class', 'overview-brush');
  svg.setAttribute('aria-hidden', 'true');
  const root = element(
    'div',
    { class: 'overview', title: 'The whole trace: drag the window, or drag beside it to choose another' },
    canvas,
    svg,
  );
  const group = select(svg).append('g');
  let now: { readonly whole: Range; readonly shown: Range; readonly width: number } | undefined;
  let dragging = false;
  const brush = brushX<unknown>()
    .handleSize(8)
    .on('start', (event: D3BrushEvent<unknown>) => {
      dragging = dragging || isGesture(event);
    })
    .on('brush end', (event: D3BrushEvent<unknown>) => {
      if (!isGesture(event) || now === undefined) {
        return;
      }
      dragging = event.type !== 'end';
      const chosen = event.selection as readonly [number, number] | null;
      if (chosen !== null && chosen[1] - chosen[0] >= 1) {
        setRange({ t0: xToTime(chosen[0], now.whole, now.width), t1: xToTime(chosen[1], now.whole, now.width) });
      } else if (event.type === 'end') {
        place();
      }
    });
  let brushWidth = 0;
  function place(): void {
    if (now === undefined) {
      return;
    }
    const { whole, shown, width } = now;
    const left = Math.max(0, timeToX(shown.t0, whole, width));
    const right = Math.min(width, Math.max(timeToX(shown.t1, whole, width), left + MIN_WINDOW));
    brush.move(group, [Math.min(left, width - MIN_WINDOW), right]);
  }
  return {
    root,
    canvas,
    update(whole, shown, width) {
      if (width < 2 * MIN_WINDOW) {
        return;
      }
      now = { whole, shown, width };
      if (width !== brushWidth) {
        brushWidth = width;
        brush.extent([
          [0, 0],
          [width, OVERVIEW_HEIGHT],
        ]);
        group.call(brush);
      }
      if (!dragging) {
        place();
      }
    },
  };
}

/** Moves that the program makes have no source event. */
function isGesture(event: D3BrushEvent<unknown>): boolean {
  return (event.sourceEvent as unknown) !== undefined && (event.sourceEvent as unknown) !== null;
}
