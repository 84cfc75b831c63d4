/**
 * Zooming and panning of the time axis with d3-zoom: Ctrl+wheel and pinch zoom at the cursor, Shift+drag pans. The state's
 * range is the truth; d3's transform is derived from it before each gesture and turned back into a range after.
 */
import { scaleLinear, select, zoom, zoomIdentity } from 'd3';
import type { D3ZoomEvent } from 'd3';
import { fitRange, MIN_SPAN_NS } from '../model/range';
import type { Range } from '../model/range';

export interface TimeZoom {
  /** Tells d3 where the view is. left: of the time axis within the target. */
  sync(range: Range, durationNs: number, left: number, width: number): void;
}

/** A notch of a mouse wheel zooms by about 1.4; pinching on a touch pad sends many small steps. */
const NOTCH_FACTOR = 0.005;
const PINCH_FACTOR = 0.02;
const PINCH_BELOW = 40;

export function createTimeZoom(target: HTMLElement, canvas: HTMLCanvasElement, setRange: (range: Range) => void): TimeZoom {
  let scale = scaleLinear([0, 1], [0, 1]);
  const behaviour = zoom<HTMLElement, unknown>()
    .filter((event: MouseEvent | WheelEvent | TouchEvent) => isZoomGesture(event, canvas))
    .wheelDelta((event: WheelEvent) => wheelStep(event))
    .on('zoom', (event: D3ZoomEvent<HTMLElement, unknown>) => {
      const [t0, t1] = event.transform.rescaleX(scale).domain();
      if (t0 !== undefined && t1 !== undefined && t1 > t0) {
        setRange({ t0, t1 });
      }
    });
  select(target).call(behaviour).on('dblclick.zoom', null);
  return {
    sync(range, durationNs, left, width) {
      const whole = fitRange(durationNs);
      const span = whole.t1 - whole.t0;
      const right = left + Math.max(1, width);
      scale = scaleLinear([whole.t0, whole.t1], [left, right]);
      const factor = span / (range.t1 - range.t0);
      behaviour
        .extent([
          [left, 0],
          [right, 1],
        ])
        .translateExtent([
          [left, -Infinity],
          [right, Infinity],
        ])
        .scaleExtent([1, Math.max(1, span / MIN_SPAN_NS)]);
      // Setting the property, rather than calling transform, keeps a gesture in progress alive.
      Object.assign(target, { __zoom: zoomIdentity.translate(left - factor * scale(range.t0), 0).scale(factor) });
    },
  };
}

function isZoomGesture(event: MouseEvent | WheelEvent | TouchEvent, canvas: HTMLCanvasElement): boolean {
  if (event.type === 'wheel') {
    return event.ctrlKey || event.metaKey;
  }
  if (event.type === 'mousedown') {
    return event.target === canvas && event.shiftKey && 'button' in event && event.button === 0;
  }
  // One finger scrolls; two pinch.
  return event.type === 'touchstart' && 'touches' in event && event.touches.length >= 2;
}

function wheelStep(event: WheelEvent): number {
  const pixels = event.deltaMode === 1 ? event.deltaY * 33 : event.deltaMode === 2 ? event.deltaY * 300 : event.deltaY;
  return -pixels * (Math.abs(pixels) < PINCH_BELOW ? PINCH_FACTOR : NOTCH_FACTOR);
}
