/**
 * The pointer over the lanes' canvas: a click selects, a drag marks a range of time, double click zooms in, Shift+wheel
 * pans. Turns events into calls of plain functions; knows neither state nor drawing.
 */
export interface PointerTarget {
  /** x and y within the canvas. */
  readonly hover: (x: number, y: number, event: PointerEvent) => void;
  readonly leave: () => void;
  readonly click: (x: number, y: number) => void;
  readonly doubleClick: (x: number, y: number) => void;
  readonly drag: (x0: number, x1: number) => void;
  readonly pan: (pixels: number) => void;
}

/** A movement shorter than that is a click. */
const DRAG_FROM = 4;

export function listenToPointer(canvas: HTMLCanvasElement, wheelArea: HTMLElement, target: PointerTarget): void {
  let start: { readonly x: number; readonly pointer: number } | undefined;
  let dragged = false;
  canvas.addEventListener('pointerdown', (event) => {
    if (event.button === 0 && !event.shiftKey && event.pointerType !== 'touch') {
      start = { x: event.offsetX, pointer: event.pointerId };
      dragged = false;
      canvas.setPointerCapture(event.pointerId);
    }
  });
  canvas.addEventListener('pointermove', (event) => {
    if (start === undefined) {
      target.hover(event.offsetX, event.offsetY, event);
      return;
    }
    if (dragged || Math.abs(event.offsetX - start.x) >= DRAG_FROM) {
      dragged = true;
      target.leave();
      target.drag(start.x, event.offsetX);
    }
  });
  canvas.addEventListener('pointerup', (event) => {
    const clicked = start !== undefined && !dragged;
    start = undefined;
    if (clicked || event.pointerType === 'touch') {
      target.click(event.offsetX, event.offsetY);
    }
  });
  canvas.addEventListener('pointercancel', () => {
    start = undefined;
  });
  canvas.addEventListener('pointerleave', () => {
    target.leave();
  });
  canvas.addEventListener('dblclick', (event) => {
    if (!event.shiftKey) {
      target.doubleClick(event.offsetX, event.offsetY);
    }
  });
  wheelArea.addEventListener(
    'wheel',
    (event) => {
      if (event.ctrlKey || event.metaKey) {
        return;
      }
      // With Shift, Chromium turns a wheel's deltaY into deltaX; a touch pad's sideways movement has it anyway.
      const sideways = event.deltaX === 0 && event.shiftKey ? event.deltaY : event.deltaX;
      if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        event.preventDefault();
        target.pan(sideways * (event.deltaMode === 0 ? 1 : 33));
      }
    },
    { passive: false },
  );
}
