/**
 * The drawer: tabs, size, and which of Details, Events and Stack it shows. At the window's foot, or at its side where the
 * window is wide enough.
 */
import type { DescribedDetails } from '../../extension/trace/timelineProtocol';
import type { PickedBox } from '../model/hit';
import { filterOf } from '../model/state';
import type { Action, Drawer, State } from '../model/state';
import type { Rpc } from '../rpc';
import { button, element, setAttribute, whenChanged } from '../ui/dom';
import { icon } from '../ui/icons';
import { detailsView } from './details';
import { createEventsTable } from './events';
import type { EventsCallbacks } from './events';
import { stackView } from './stack';

/** From this width of the window on the drawer lies at its side. */
export const SIDE_FROM = 1100;
const MIN_SIZE = 120;
const DEFAULT_HEIGHT = 250;
const DEFAULT_WIDTH = 420;
/** Of a small window the drawer takes no more than this share unless it is pulled. */
const DEFAULT_SHARE = 0.4;
/** The timeline keeps at least this share of the window. */
const MAX_SHARE = 0.7;
const KEY_STEP = 24;
/** A line of 16 bytes in hexadecimal and as text needs about this much. */
const NARROW_BELOW = 560;

const TABS: readonly { readonly id: Drawer; readonly label: string }[] = [
  { id: 'details', label: 'Details' },
  { id: 'events', label: 'Events' },
  { id: 'stack', label: 'Stack' },
];

export interface DrawerCallbacks extends EventsCallbacks {
  readonly dispatch: (action: Action) => void;
  readonly revealFrame: (frame: number | undefined) => void;
  readonly copy: (text: string) => void;
  readonly zoomTo: (t0: number, t1: number) => void;
}

export interface DrawerView {
  readonly root: HTMLElement;
  update(state: State): void;
}

export function createDrawer(rpc: Rpc, callbacks: DrawerCallbacks): DrawerView {
  const { dispatch } = callbacks;
  const events = createEventsTable(rpc, callbacks);
  const panels: Readonly<Record<Drawer, HTMLElement>> = {
    details: tabPanel('details', element('div', { class: 'panel-scroll details', tabindex: '0' })),
    events: tabPanel('events', events.root),
    stack: tabPanel('stack', element('div', { class: 'panel-scroll stack', tabindex: '0' })),
  };
  const tabs = createTabs(dispatch);
  const splitter = createSplitter(dispatch);
  const root = element(
    'aside',
    { class: 'drawer', 'aria-label': 'Selected call' },
    splitter.root,
    tabs.root,
    ...Object.values(panels),
  );
  const updateDetails = whenChanged(
    (
      details: DescribedDetails | undefined,
      problem: string | undefined,
      processName: string,
      picked: PickedBox | undefined,
      cost: number,
      narrow: boolean,
      selected: boolean,
    ) => {
      const body = panels.details.firstElementChild;
      body?.replaceChildren(
        ...(details === undefined
          ? emptyText(problem, selected)
          : detailsView({
              details,
              processName,
              picked,
              stopCostNs: cost,
              narrow,
              reveal: callbacks.revealFrame,
              copy: callbacks.copy,
              zoomTo: callbacks.zoomTo,
            })),
      );
    },
  );
  const updateStack = whenChanged((details: DescribedDetails | undefined, problem: string | undefined, selected: boolean) => {
    const body = panels.stack.firstElementChild;
    body?.replaceChildren(...(details === undefined ? emptyText(problem, selected) : stackView(details, callbacks.revealFrame)));
  });
  return {
    root,
    update(state) {
      const { drawer, selected, hidden, loader } = state.view;
      root.classList.toggle('closed', drawer === undefined);
      splitter.update(state.view.drawerSize);
      tabs.update(drawer);
      for (const { id } of TABS) {
        panels[id].hidden = id !== drawer;
      }
      const details = selected === undefined ? undefined : state.details;
      const cost = state.info?.stopCostNs ?? 0;
      if (drawer === 'details') {
        const lane = state.lanes.find((entry) => entry.id === details?.details.lane);
        updateDetails(
          details,
          state.detailsProblem,
          lane?.processName ?? '',
          state.picked,
          cost,
          root.clientWidth < NARROW_BELOW,
          selected !== undefined,
        );
      } else if (drawer === 'stack') {
        updateStack(details, state.detailsProblem, selected !== undefined);
      } else if (drawer === 'events') {
        events.update({ epoch: state.epoch, hidden, loader, ...filterOf(state.view) }, state.info?.revision ?? 0, selected, cost);
      }
    },
  };
}

/** What stands where no call is described: a hint, or why there is none; nothing while one is on its way. */
function emptyText(problem: string | undefined, selected: boolean): readonly HTMLElement[] {
  if (selected && problem === undefined) {
    return [];
  }
  return [emptyParagraph(problem)];
}

function emptyParagraph(problem: string | undefined): HTMLElement {
  return element('p', {
    class: 'empty',
    text: problem ?? 'Click a call on the timeline to see its arguments, its data and the source line that made it.',
  });
}

function tabPanel(id: Drawer, content: HTMLElement): HTMLElement {
  return element('div', { class: 'panel', role: 'tabpanel', id: `panel-${id}`, 'aria-labelledby': `tab-${id}` }, content);
}

function createTabs(dispatch: (action: Action) => void): {
  readonly root: HTMLElement;
  update(drawer: Drawer | undefined): void;
} {
  const nodes = TABS.map(({ id, label }) =>
    button({ class: 'tab', role: 'tab', id: `tab-${id}`, 'aria-controls': `panel-${id}`, text: label }, () => {
      dispatch({ type: 'drawer', drawer: id });
    }),
  );
  const list = element('div', { class: 'tabs', role: 'tablist', 'aria-label': 'Selected call' }, ...nodes);
  list.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const from = nodes.findIndex((node) => node === event.target);
    const next = TABS[(from + (step ?? 0) + TABS.length) % TABS.length];
    if (step !== undefined && from >= 0 && next !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      dispatch({ type: 'drawer', drawer: next.id });
      document.getElementById(`tab-${next.id}`)?.focus();
    }
  });
  let open: Drawer | undefined;
  let last: Drawer = 'details';
  const fold = button(
    { class: 'icon-button fold' },
    () => {
      dispatch({ type: 'drawer', drawer: open === undefined ? last : undefined });
    },
    icon('chevron'),
  );
  return {
    root: element('div', { class: 'tab-bar' }, list, fold),
    update(drawer) {
      open = drawer;
      last = drawer ?? last;
      const label = drawer === undefined ? 'Open the drawer' : 'Close the drawer';
      setAttribute(fold, 'aria-label', label);
      setAttribute(fold, 'title', label);
      setAttribute(fold, 'aria-expanded', String(drawer !== undefined));
      nodes.forEach((node, index) => {
        const chosen = TABS[index]?.id === drawer;
        setAttribute(node, 'aria-selected', String(chosen));
        setAttribute(node, 'tabindex', chosen || (drawer === undefined && index === 0) ? '0' : '-1');
      });
    },
  };
}

function createSplitter(dispatch: (action: Action) => void): {
  readonly root: HTMLElement;
  update(size: number | undefined): void;
} {
  const root = element('div', { class: 'splitter', role: 'separator', tabindex: '0', 'aria-label': 'Size of the drawer' });
  let size: number | undefined;
  const atSide = (): boolean => window.innerWidth >= SIDE_FROM;
  const whole = (): number => (atSide() ? window.innerWidth : window.innerHeight);
  const standard = (): number => Math.min(atSide() ? DEFAULT_WIDTH : DEFAULT_HEIGHT, whole() * DEFAULT_SHARE);
  const present = (): number => clamp(size ?? standard());
  const clamp = (wanted: number): number => Math.round(Math.max(MIN_SIZE, Math.min(wanted, whole() * MAX_SHARE)));
  const resize = (wanted: number): void => {
    dispatch({ type: 'drawerSize', size: clamp(wanted) });
  };
  root.addEventListener('pointerdown', (event) => {
    root.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  root.addEventListener('pointermove', (event) => {
    if (root.hasPointerCapture(event.pointerId)) {
      const drawer = root.parentElement?.getBoundingClientRect();
      resize(atSide() ? (drawer?.right ?? 0) - event.clientX : (drawer?.bottom ?? 0) - event.clientY);
    }
  });
  root.addEventListener('keydown', (event) => {
    const step = { ArrowUp: 1, ArrowLeft: 1, ArrowDown: -1, ArrowRight: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      resize(present() + step * KEY_STEP);
    }
  });
  return {
    root,
    update(next) {
      size = next;
      const drawn = present();
      root.parentElement?.style.setProperty('--drawer-size', `${String(drawn)}px`);
      setAttribute(root, 'aria-orientation', atSide() ? 'vertical' : 'horizontal');
      setAttribute(root, 'aria-valuenow', String(drawn));
      setAttribute(root, 'aria-valuemin', String(MIN_SIZE));
      setAttribute(root, 'aria-valuemax', String(Math.round(whole() * MAX_SHARE)));
    },
  };
}
