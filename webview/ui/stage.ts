/**
 * The timeline's elements: overview, axis, and the scrolled window of lanes with its canvas. Builds and measures them;
 * what is drawn on them comes from view.ts, what gestures do from input/.
 */
import { AXIS_HEIGHT, createAxis } from './axis';
import type { Axis } from './axis';
import { element } from './dom';
import { createOverview, OVERVIEW_HEIGHT } from './overview';
import type { Overview } from './overview';
import type { Range } from '../model/range';

export interface Size {
  /** Of the lanes' window, labels not counted. */
  readonly width: number;
  readonly height: number;
  /** Of the labels to the left. */
  readonly gutter: number;
  readonly ratio: number;
}

export interface Stage {
  readonly root: HTMLElement;
  readonly scroller: HTMLElement;
  readonly content: HTMLElement;
  /** What stays in the window while the content scrolls: canvas, labels, headers. */
  readonly window: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  readonly overview: Overview;
  readonly axis: Axis;
  readonly live: HTMLElement;
  measure(): Size;
  /** Fits the canvases' bitmaps to the size. */
  resize(size: Size): void;
}

const HELP =
  'Timeline of system calls. Left and right arrow: previous and next call on the lane. Up and down: other lanes. ' +
  'Enter: go to the source line. W and S or plus and minus: zoom. A and D: pan. F: whole trace. Escape: clear the selection.';
const GUTTER = 280;
const NARROW_GUTTER = 150;
const NARROW_BELOW = 640;

export function createStage(setRange: (range: Range) => void, gutter: HTMLElement): Stage {
  const canvas = element('canvas', {
    class: 'events-canvas',
    tabindex: '0',
    role: 'application',
    'aria-label': HELP,
    'aria-describedby': 'selected-call',
  });
  const live = element('div', { class: 'visually-hidden', id: 'selected-call', 'aria-live': 'polite' });
  const inner = element('div', { class: 'lanes-window' }, canvas, gutter);
  const content = element('div', { class: 'lanes-content' }, inner);
  const scroller = element('div', { class: 'lanes' }, content);
  const overview = createOverview(setRange);
  const axis = createAxis();
  const root = element(
    'main',
    { class: 'stage', 'aria-label': 'Timeline' },
    element('div', { class: 'overview-row' }, element('div', { class: 'overview-corner', text: 'Whole trace' }), overview.root),
    element('div', { class: 'axis-row' }, axis.corner, axis.root),
    scroller,
    live,
  );
  return {
    root,
    scroller,
    content,
    window: inner,
    canvas,
    overview,
    axis,
    live,
    measure() {
      const gutterWidth = scroller.clientWidth < NARROW_BELOW ? NARROW_GUTTER : GUTTER;
      return {
        width: Math.max(0, scroller.clientWidth - gutterWidth),
        height: scroller.clientHeight,
        gutter: gutterWidth,
        ratio: window.devicePixelRatio,
      };
    },
    resize(size) {
      root.classList.toggle('narrow', size.gutter === NARROW_GUTTER);
      root.style.setProperty('--gutter', `${String(size.gutter)}px`);
      inner.style.height = `${String(size.height)}px`;
      fitBitmap(canvas, size.width, size.height, size.ratio);
      fitBitmap(overview.canvas, size.width, OVERVIEW_HEIGHT, size.ratio);
      for (const [svg, height] of [
        [overview.root.querySelector('svg'), OVERVIEW_HEIGHT],
        [axis.root.querySelector('svg'), AXIS_HEIGHT],
      ] as const) {
        svg?.setAttribute('width', String(size.width));
        svg?.setAttribute('height', String(height));
      }
    },
  };
}

function fitBitmap(canvas: HTMLCanvasElement, width: number, height: number, ratio: number): void {
  const pixelWidth = Math.round(width * ratio);
  const pixelHeight = Math.round(height * ratio);
  // Setting either clears the bitmap.
  if (canvas.width !== pixelWidth || canvas.height !== pixelHeight) {
    canvas.width = pixelWidth;
    canvas.height = pixelHeight;
  }
  canvas.style.width = `${String(width)}px`;
  canvas.style.height = `${String(height)}px`;
}
