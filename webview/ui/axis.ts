/**
 * The time axis (d3-axis) above the lanes, and the time that its labels count from when they are relative.
 */
import { axisTop, scaleLinear, select } from 'd3';
import type { Range } from '../model/range';
import { formatInstant, formatTick } from '../model/time';
import type { Ticks } from '../model/time';
import { element, setText, whenChanged } from './dom';

export const AXIS_HEIGHT = 24;
/** Room that a label needs. */
export const TICK_SPACING = 96;

export interface Axis {
  readonly root: HTMLElement;
  readonly corner: HTMLElement;
  update(range: Range, width: number, ticks: Ticks): void;
}

export function createAxis(): Axis {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('class', 'axis-svg');
  svg.setAttribute('aria-hidden', 'true');
  const root = element('div', { class: 'axis' }, svg);
  const corner = element('div', { class: 'axis-corner' });
  const group = select(svg)
    .append('g')
    .attr('transform', `translate(0, ${String(AXIS_HEIGHT - 0.5)})`);
  return {
    root,
    corner,
    update: whenChanged((range: Range, width: number, ticks: Ticks) => {
      const scale = scaleLinear([range.t0, range.t1], [0, width]);
      const axis = axisTop(scale)
        .tickValues([...ticks.values])
        .tickFormat((value) => formatTick(Number(value), ticks))
        .tickSize(5)
        .tickPadding(3);
      group.call(axis);
      // Labels at the edges turn inwards, where they would be cut.
      group.selectAll<SVGTextElement, number>('text').attr('text-anchor', (value) => {
        const x = scale(value);
        return x < TICK_SPACING / 3 ? 'start' : x > width - TICK_SPACING / 3 ? 'end' : 'middle';
      });
      setText(corner, ticks.baseNs === 0 ? 'Time since start' : `${formatInstant(ticks.baseNs)} +`);
    }),
  };
}
