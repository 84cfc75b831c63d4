/**
 * What floats over a dragged range: its duration, how many calls it touches, zoom, dismiss.
 */
import { timeToX } from '../model/layout';
import type { Range } from '../model/range';
import { formatCount, formatDuration, plural } from '../model/time';
import type { Action, Totals } from '../model/state';
import { button, element, setText, whenChanged } from './dom';
import { icon } from './icons';

export interface RangePill {
  readonly root: HTMLElement;
  update(span: Range | undefined, totals: Totals | undefined, range: Range, width: number): void;
}

export function createRangePill(dispatch: (action: Action) => void): RangePill {
  const duration = element('strong', {});
  const counts = element('span', {});
  let now: Range | undefined;
  const zoom = button(
    { class: 'link', title: 'Show only this range' },
    () => {
      if (now !== undefined) {
        dispatch({ type: 'range', range: now });
        dispatch({ type: 'span', span: undefined });
      }
    },
    icon('zoomIn'),
    'Zoom',
  );
  const dismiss = button(
    { class: 'icon-button', title: 'Clear the range (Esc)', 'aria-label': 'Clear the range' },
    () => {
      dispatch({ type: 'span', span: undefined });
    },
    icon('close'),
  );
  const root = element(
    'div',
    { class: 'range-pill', role: 'group', 'aria-label': 'Selected range' },
    duration,
    counts,
    zoom,
    dismiss,
  );
  root.hidden = true;
  return {
    root,
    update: whenChanged((span: Range | undefined, totals: Totals | undefined, range: Range, width: number) => {
      now = span;
      root.hidden = span === undefined;
      if (span === undefined) {
        return;
      }
      setText(duration, formatDuration(span.t1 - span.t0));
      setText(counts, totals === undefined ? '' : totalsText(totals));
      const middle = timeToX((span.t0 + span.t1) / 2, range, width);
      const half = root.offsetWidth / 2 + 4;
      const x = width < 2 * half ? width / 2 : Math.min(width - half, Math.max(half, middle));
      root.style.transform = `translateX(calc(${String(x)}px - 50%))`;
    }),
  };
}

function totalsText(totals: Totals): string {
  return totals.errors > 0
    ? `${plural(totals.events, 'call')}, ${formatCount(totals.errors)} failed`
    : plural(totals.events, 'call');
}
