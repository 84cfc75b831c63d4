/**
 * Pane headers and lane labels: DOM over and beside the canvas, placed from the layout in the same frame, only what can be
 * seen. Each row also carries, as data attributes, what it is and where: assistive technology and tests read positions
 * here; nothing can be selected through them.
 */
import type { Lane } from '../../extension/trace/engineProtocol';
import { formatCount, plural } from '../model/time';
import { laneLabel, paneSummary } from '../model/lanes';
import type { Pane } from '../model/lanes';
import { stackBand, stickyHeader, visibleRows } from '../model/layout';
import type { Layout, Row } from '../model/layout';
import type { Action } from '../model/state';
import { button, element, setAttribute } from './dom';
import { icon } from './icons';

export interface Gutter {
  readonly root: HTMLElement;
  update(layout: Layout, scrollTop: number, height: number, selected: Row | undefined): void;
}

interface Placed {
  readonly row: Row;
  readonly top: number;
}

interface Shown {
  readonly node: HTMLElement;
  readonly source: unknown;
  readonly kind: Row['kind'];
}

export function createGutter(dispatch: (action: Action) => void): Gutter {
  const root = element('div', { class: 'gutter', role: 'list', 'aria-label': 'Panes and lanes' });
  let shown = new Map<string, Shown>();
  let order: readonly string[] = [];
  return {
    root,
    update(layout, scrollTop, height, selected) {
      const next = new Map<string, Shown>();
      for (const { row, top } of placed(layout, scrollTop, height)) {
        const key = rowKey(row);
        const source = row.kind === 'lane' ? row.lane : row.pane;
        const before = shown.get(key);
        const node = before?.node ?? element('div', { role: 'listitem' });
        if (before?.source !== source) {
          fill(node, row, dispatch);
        }
        place(node, row, top, row === selected);
        next.set(key, { node, source, kind: row.kind });
      }
      for (const [key, entry] of shown) {
        if (!next.has(key)) {
          entry.node.remove();
        }
      }
      const keys = [...next.keys()];
      if (keys.length !== order.length || keys.some((key, index) => key !== order[index])) {
        reorder(root, [...next.values()]);
      }
      shown = next;
      order = keys;
    },
  };
}

/** The visible rows; the header of a pane that scrolls under the top edge stays there. */
function placed(layout: Layout, scrollTop: number, height: number): readonly Placed[] {
  const sticky = stickyHeader(layout, scrollTop);
  const rows = visibleRows(layout, scrollTop, height)
    .filter((row) => !(row.kind === 'header' && row.pane === sticky?.pane))
    .map((row) => ({ row, top: row.top - scrollTop }));
  const header = layout.rows.find((row) => row.kind === 'header' && row.pane === sticky?.pane);
  return sticky === undefined || header === undefined ? rows : [{ row: header, top: sticky.top }, ...rows];
}

function rowKey(row: Row): string {
  return row.kind === 'lane' ? `lane ${String(row.lane.id)}` : `${row.kind} ${row.pane.info.id}`;
}

/** Moves only what is out of place, so that a focused button keeps its focus. */
function reorder(root: HTMLElement, entries: readonly Shown[]): void {
  let previous: Element | null = null;
  for (const { node } of entries) {
    const next: Element | null = previous === null ? root.firstElementChild : previous.nextElementSibling;
    if (next !== node) {
      root.insertBefore(node, next);
    }
    previous = node;
  }
}

function place(node: HTMLElement, row: Row, top: number, selected: boolean): void {
  const transform = `translateY(${String(top)}px)`;
  if (node.style.transform !== transform) {
    node.style.transform = transform;
  }
  const height = `${String(row.height)}px`;
  if (node.style.height !== height) {
    node.style.height = height;
  }
  setAttribute(node, 'data-top', String(top));
  setAttribute(node, 'data-height', String(row.height));
  setAttribute(node, 'data-row-top', row.kind === 'lane' ? String(stackBand(0, row.named).top) : undefined);
  node.classList.toggle('selected', selected);
}

function fill(node: HTMLElement, row: Row, dispatch: (action: Action) => void): void {
  setAttribute(node, 'data-kind', row.kind);
  setAttribute(node, 'data-class', row.pane.info.id);
  node.className = `row row-${row.kind}`;
  switch (row.kind) {
    case 'header':
      fillHeader(node, row.pane, dispatch);
      return;
    case 'lane':
      fillLane(node, row.lane);
      return;
    case 'rest':
    case 'fewer':
      fillRest(node, row, dispatch);
      return;
  }
}

function fillHeader(node: HTMLElement, pane: Pane, dispatch: (action: Action) => void): void {
  const { info } = pane;
  let toggle = node.querySelector('button');
  if (toggle === null) {
    toggle = button({ class: 'pane-toggle' }, () => {
      dispatch({ type: 'collapse', classId: info.id, collapsed: toggle?.getAttribute('aria-expanded') === 'true' });
    });
    node.replaceChildren(toggle);
  }
  setAttribute(toggle, 'aria-expanded', String(!pane.collapsed));
  toggle.replaceChildren(
    icon('chevron'),
    element('span', { class: `badge class-${info.id}`, text: info.glyph, 'aria-hidden': 'true' }),
    element('span', { class: 'pane-name', text: info.label }),
    element('span', { class: 'pane-counts', text: paneSummary({ ...pane, errors: 0 }) }),
    ...(pane.errors > 0 ? [element('span', { class: 'pane-errors', text: `${formatCount(pane.errors)} failed` })] : []),
  );
}

function fillLane(node: HTMLElement, lane: Lane): void {
  const label = laneLabel(lane);
  setAttribute(node, 'data-lane', String(lane.id));
  setAttribute(node, 'data-fd', String(lane.fd));
  setAttribute(node, 'data-pid', String(lane.pid));
  setAttribute(node, 'data-label', label.full);
  const counts = `${plural(lane.events, 'call')}${lane.errors > 0 ? `, ${formatCount(lane.errors)} failed` : ''}`;
  setAttribute(node, 'title', `${label.full}\n${counts}`);
  node.replaceChildren(
    element('span', { class: 'lane-number', text: label.number }),
    element('span', { class: 'lane-name', text: label.name }),
    ...(lane.errors > 0
      ? [element('span', { class: 'lane-errors', text: formatCount(lane.errors), title: plural(lane.errors, 'failed call') })]
      : []),
    element('span', { class: 'lane-process' }, element('span', { class: 'visually-hidden', text: ' — ' }), label.process),
  );
}

function fillRest(node: HTMLElement, row: Extract<Row, { kind: 'rest' | 'fewer' }>, dispatch: (action: Action) => void): void {
  const { info, rest } = row.pane;
  const events = rest.reduce((sum, lane) => sum + lane.events, 0);
  const more = row.kind === 'rest';
  node.replaceChildren(
    button(
      { class: 'rest-toggle', title: `${info.label}: ${more ? 'show every lane' : 'show the busiest lanes only'}` },
      () => {
        dispatch({ type: 'expand', classId: info.id, expanded: more });
      },
      icon('chevron'),
      element('span', { text: more ? `${formatCount(rest.length)} more · ${plural(events, 'call')}` : 'Show the busiest only' }),
    ),
  );
}
