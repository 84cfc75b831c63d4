/**
 * What the timeline is filtered to: a chip for each process, descriptor or blind spot, each of which can be removed; the same said
 * to screen readers; and, where nothing fits, why the timeline is empty.
 */
import type { FilterItem } from '../../extension/trace/viewProtocol';
import { termKey } from '../../extension/trace/viewProtocol';
import { countedLanes } from '../model/lanes';
import type { Action, State } from '../model/state';
import { formatCount, plural } from '../model/time';
import { button, element, setText, whenChanged } from './dom';
import { icon } from './icons';

export interface FilterChips {
  /** For the toolbar. */
  readonly root: HTMLElement;
  /** For the middle of the stage. */
  readonly empty: HTMLElement;
  /** Said politely. */
  readonly live: HTMLElement;
  update(state: State): void;
}

/** More are one chip. */
const MAX_CHIPS = 3;

export function createFilterChips(dispatch: (action: Action) => void, focusTimeline: () => void): FilterChips {
  const root = element('div', { class: 'filters', role: 'group', 'aria-label': 'Timeline filter' });
  const live = element('div', { class: 'visually-hidden', role: 'status', 'aria-live': 'polite' });
  const why = element('p', {});
  const clearAll = (): void => {
    dispatch({ type: 'filter', filter: undefined });
    focusTimeline();
  };
  const empty = element('div', { class: 'empty-filter' }, why, button({ class: 'link' }, clearAll, 'Clear Filter'));
  let filtered = false;
  let announced = '';
  root.hidden = true;
  empty.hidden = true;

  function remove(filter: readonly FilterItem[], gone: readonly FilterItem[]): void {
    const left = filter.filter((item) => !gone.includes(item));
    dispatch({ type: 'filter', filter: left.length === 0 ? undefined : left });
    focusTimeline();
  }
  const show = whenChanged((filter: readonly FilterItem[] | undefined) => {
    root.hidden = filter === undefined;
    root.replaceChildren(
      ...(filter === undefined
        ? []
        : chips(filter, (gone) => {
            remove(filter, gone);
          })),
    );
  });
  function announce(text: string): void {
    if (text !== announced) {
      announced = text;
      setText(live, text);
    }
  }
  return {
    root,
    empty,
    live,
    update(state) {
      const { filter } = state.view;
      show(filter);
      const lanes = countedLanes(state.lanes, state.view.loader);
      empty.hidden = filter === undefined || !state.lanesKnown || lanes.length > 0;
      setText(why, filter === undefined ? '' : `No calls to show of ${nameOf(filter)}.`);
      if (filter === undefined) {
        announce(filtered ? 'Filter cleared: every call is shown.' : '');
      } else if (state.lanesKnown) {
        filtered = true;
        // Without the number of calls, which grows while a program runs: what is on show would be said again and again.
        announce(lanes.length === 0 ? `No calls of ${nameOf(filter)}.` : `Only calls of ${nameOf(filter)} are shown.`);
      }
      root.title =
        filter === undefined
          ? ''
          : plural(
              lanes.reduce((sum, lane) => sum + lane.events, 0),
              'call',
            );
    },
  };
}

function nameOf(filter: readonly FilterItem[]): string {
  const [first] = filter;
  return filter.length === 1 && first !== undefined ? first.label : `${formatCount(filter.length)} selected items`;
}

function chips(filter: readonly FilterItem[], remove: (gone: readonly FilterItem[]) => void): readonly HTMLElement[] {
  const own = filter.length > MAX_CHIPS ? [] : filter;
  const all =
    own.length > 0 ? own.map((item) => ({ items: [item], label: item.label })) : [{ items: filter, label: nameOf(filter) }];
  return all.map(({ items, label }) => {
    const close = button(
      { class: 'icon-button', title: 'Remove this filter (Esc)', 'aria-label': `Remove the filter: ${label}` },
      () => {
        remove(items);
      },
      icon('close'),
    );
    close.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') {
        event.preventDefault();
        event.stopPropagation();
        remove(items);
      }
    });
    const terms = items.map(({ term }) => termKey(term)).join(',');
    const title = items.map((item) => item.label).join('\n');
    return element(
      'span',
      { class: 'filter-chip', 'data-terms': terms, title },
      icon('filter'),
      element('span', { class: 'filter-name', text: label }),
      close,
    );
  });
}
