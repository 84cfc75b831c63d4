/**
 * What the pointer is over: a box of the timeline, in a few lines beside it. Text comes from what is on show already;
 * nothing is asked for.
 */
import type { Lane } from '../../extension/trace/engineProtocol';
import { laneLabel } from '../model/lanes';
import type { PickedBox } from '../model/hit';
import { formatCount, formatDuration, plural } from '../model/time';
import { element } from './dom';

export interface TooltipContent {
  readonly lane: Lane;
  readonly box: PickedBox;
  readonly name: string;
  readonly classId: string;
  readonly glyph: string;
}

export interface Tooltip {
  readonly root: HTMLElement;
  /** At a point of the window. */
  show(content: TooltipContent, x: number, y: number): void;
  hide(): void;
}

const OFFSET = 14;
const MARGIN = 6;

export function createTooltip(): Tooltip {
  const root = element('div', { class: 'tooltip', 'aria-hidden': 'true' });
  root.hidden = true;
  return {
    root,
    show(content, x, y) {
      root.replaceChildren(...lines(content));
      root.hidden = false;
      const { offsetWidth: width, offsetHeight: height } = root;
      const left = x + OFFSET + width + MARGIN > window.innerWidth ? x - OFFSET - width : x + OFFSET;
      const top = y + OFFSET + height + MARGIN > window.innerHeight ? y - OFFSET - height : y + OFFSET;
      root.style.transform = `translate(${String(Math.max(MARGIN, left))}px, ${String(Math.max(MARGIN, top))}px)`;
    },
    hide() {
      root.hidden = true;
    },
  };
}

function lines({ lane, box, name, classId, glyph }: TooltipContent): readonly HTMLElement[] {
  const label = laneLabel(lane);
  const title = box.count > 1 ? plural(box.count, 'call') : name;
  const head = element(
    'div',
    { class: 'tooltip-head' },
    element('span', { class: `badge class-${classId}`, text: glyph }),
    element('strong', { text: title }),
    box.errors > 0
      ? element('span', { class: 'tooltip-failed', text: box.count > 1 ? `${formatCount(box.errors)} failed` : 'failed' })
      : undefined,
    box.loader ? element('span', { class: 'tooltip-muted', text: 'loader' }) : undefined,
  );
  const time = box.pending ? 'in progress' : formatDuration(box.t1 - box.t0);
  return [
    head,
    element('div', { text: `${label.number}${label.name === '' ? '' : `  ${lane.resource}`}` }),
    element('div', { class: 'tooltip-muted', text: label.process }),
    element('div', {
      class: 'tooltip-muted',
      text: `${box.count > 1 ? `within ${time}` : time}  ·  at ${formatDuration(box.t0)}`,
    }),
    ...(box.count > 1 ? [element('div', { class: 'tooltip-muted', text: mergedHint(box, name) })] : []),
  ];
}

function mergedHint(box: PickedBox, name: string): string {
  return `Click selects ${box.errors > 0 ? 'the first failed' : 'the longest'} (${name}); double click zooms in`;
}
