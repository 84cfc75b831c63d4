/**
 * The drawer's Events: a table of every call of the classes on show, as long as the trace, of which only the rows in
 * sight are there. Selects through callbacks; knows no timeline.
 */
import type { EventId } from '../../extension/trace/engineProtocol';
import type { DescribedCall } from '../../extension/trace/timelineProtocol';
import { classInfo } from '../model/classes';
import { formatDuration, formatInstant } from '../model/time';
import type { Rpc } from '../rpc';
import { element, setAttribute } from '../ui/dom';
import { createEventPages } from './pages';
import type { EventFilter, EventPages } from './pages';
import { LIST_ROW_HEIGHT, listWindow, scrollToShow } from './window';

export interface EventsTable {
  readonly root: HTMLElement;
  update(filter: EventFilter, revision: number, selected: EventId | undefined, stopCostNs: number): void;
}

export interface EventsCallbacks {
  readonly select: (event: EventId) => void;
  readonly reveal: (event: EventId) => void;
  readonly failed: (error: unknown) => void;
}

const COLUMNS = ['Time', 'Duration', 'Thread', 'Call'] as const;

export function createEventsTable(rpc: Rpc, callbacks: EventsCallbacks): EventsTable {
  const body = element('div', { class: 'events-body', role: 'presentation' });
  const spacer = element('div', { class: 'events-spacer', role: 'presentation' }, body);
  const scroller = element('div', { class: 'events-scroller', role: 'rowgroup', tabindex: '0' }, spacer);
  const head = element(
    'div',
    { class: 'events-head', role: 'row' },
    ...COLUMNS.map((name) => element('span', { role: 'columnheader', text: name })),
  );
  const grid = element(
    'div',
    { class: 'events', role: 'grid', 'aria-label': 'Events' },
    element('div', { class: 'events-head-group', role: 'rowgroup' }, head),
    scroller,
  );
  let selected: EventId | undefined;
  let selectedIndex: number | undefined;
  let stopCostNs = 0;
  let queued = false;
  const pages = createEventPages(rpc, draw, callbacks.failed);

  function draw(): void {
    if (scroller.clientHeight === 0) {
      return; // another tab of the drawer is on show
    }
    const shown = listWindow(pages.total, scroller.scrollTop, scroller.clientHeight);
    pages.need(shown.first, Math.max(1, shown.count));
    spacer.style.height = `${String(shown.height)}px`;
    body.style.transform = `translateY(${String(scroller.scrollTop + shown.offset)}px)`;
    setAttribute(grid, 'aria-rowcount', String(pages.total + 1));
    body.replaceChildren(...visibleRows(pages, shown.first, shown.count, selected, stopCostNs));
    grid.classList.toggle('empty', pages.total === 0);
  }
  function drawSoon(): void {
    if (!queued) {
      queued = true;
      requestAnimationFrame(() => {
        queued = false;
        draw();
      });
    }
  }
  function bringIntoView(index: number): void {
    selectedIndex = index;
    scroller.scrollTop = scrollToShow(index, pages.total, scroller.scrollTop, scroller.clientHeight);
    drawSoon();
  }
  async function findSelected(event: EventId): Promise<void> {
    const index = await pages.indexOf(event);
    if (index !== undefined && event === selected) {
      bringIntoView(index);
    }
  }
  function choose(index: number): void {
    const row = pages.row(index);
    if (row !== undefined) {
      selected = row.call.id;
      bringIntoView(index);
      callbacks.select(row.call.id);
    }
  }
  scroller.addEventListener('scroll', drawSoon, { passive: true });
  new ResizeObserver(drawSoon).observe(scroller);
  body.addEventListener('click', (event) => {
    const row = event.target instanceof Element ? event.target.closest('[data-index]') : null;
    if (row instanceof HTMLElement) {
      choose(Number(row.dataset.index));
    }
  });
  grid.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[event.key];
    if (step !== undefined) {
      const from = selectedIndex ?? -1;
      choose(Math.max(0, Math.min(pages.total - 1, from + step)));
    } else if (event.key === 'Enter' && selected !== undefined) {
      callbacks.reveal(selected);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  });
  let before: { readonly filter: EventFilter; readonly revision: number } | undefined;
  return {
    root: grid,
    update(filter, revision, nowSelected, cost) {
      stopCostNs = cost;
      if (before === undefined || !sameFilter(before.filter, filter)) {
        pages.setFilter(filter);
        selectedIndex = undefined;
        selected = undefined;
      } else if (before.revision !== revision) {
        pages.grew();
      }
      before = { filter, revision };
      if (nowSelected !== selected) {
        selected = nowSelected;
        selectedIndex = undefined;
        if (nowSelected !== undefined) {
          findSelected(nowSelected).catch(callbacks.failed);
        }
      }
      drawSoon();
    },
  };
}

function sameFilter(a: EventFilter, b: EventFilter): boolean {
  return a.epoch === b.epoch && a.hidden === b.hidden && a.loader === b.loader;
}

function visibleRows(
  pages: EventPages,
  first: number,
  count: number,
  selected: EventId | undefined,
  stopCostNs: number,
): readonly HTMLElement[] {
  return Array.from({ length: count }, (_, position) =>
    eventRow(pages.row(first + position), first + position, selected, stopCostNs),
  );
}

function eventRow(row: DescribedCall | undefined, index: number, selected: EventId | undefined, stopCostNs: number): HTMLElement {
  const node = element('div', {
    class: 'events-row',
    role: 'row',
    'aria-rowindex': String(index + 2),
    'data-index': String(index),
  });
  node.style.height = `${String(LIST_ROW_HEIGHT)}px`;
  if (row === undefined) {
    node.append(element('span', { role: 'gridcell', class: 'muted', text: '…' }));
    return node;
  }
  const { call } = row;
  const info = classInfo(call.classId);
  const chosen = call.id === selected;
  setAttribute(node, 'aria-selected', String(chosen));
  node.classList.toggle('selected', chosen);
  node.classList.toggle('failed', row.errno !== undefined);
  const duration = call.durationNs === undefined ? 'in progress' : formatDuration(call.durationNs);
  node.append(
    element('span', { role: 'gridcell', class: 'events-time', text: formatInstant(call.startNs) }),
    element('span', { role: 'gridcell', class: (call.durationNs ?? Infinity) < stopCostNs ? 'below-cost' : '', text: duration }),
    element('span', { role: 'gridcell', text: String(call.tid) }),
    element(
      'span',
      { role: 'gridcell', class: 'events-call', title: row.text },
      element('span', { class: `badge small class-${info.id}`, text: info.glyph, 'aria-hidden': 'true' }),
      element('span', { text: row.text }),
    ),
  );
  return node;
}
