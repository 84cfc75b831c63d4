/**
 * The bar above the timeline: a chip a class, and what acts on the whole view or on the recording.
 */
import type { Lane, TraceInfo } from '../../extension/trace/engineProtocol';
import type { ToHost, ViewState } from '../../extension/trace/timelineProtocol';
import { LANE_GROUPS, type LaneGroup } from '../../extension/trace/engineProtocol';
import { classCounts, countedLanes } from '../model/lanes';
import type { ClassCount } from '../model/lanes';
import { formatCount } from '../model/time';
import { groupOf } from '../model/state';
import type { Action, State } from '../model/state';
import { button, element, setAttribute, setText, whenChanged } from './dom';
import { icon } from './icons';
import type { IconName } from './icons';

export interface Toolbar {
  readonly root: HTMLElement;
  update(state: State): void;
}

export function createToolbar(
  dispatch: (action: Action) => void,
  post: (message: ToHost) => void,
  filters: HTMLElement,
): Toolbar {
  const chips = element('div', { class: 'chips', role: 'group', 'aria-label': 'Show or hide classes' });
  const updateChips = createChips(chips, dispatch);
  const loader = toggle('loader', 'Loader', 'Show what the dynamic loader does before the program’s first instruction', (on) => {
    dispatch({ type: 'loader', on });
  });
  const group = choice(
    'Lanes by',
    GROUP_LABELS,
    'What a lane is: a descriptor of a process, a thread, or a file, socket or pipe',
    (value) => {
      dispatch({ type: 'group', group: value });
    },
  );
  const follow = toggle('follow', 'Follow', 'Keep the newest calls in view', (on) => {
    dispatch({ type: 'follow', on });
  });
  const fit = action('fit', 'Fit', 'Show the whole trace (F)', () => {
    dispatch({ type: 'fit' });
  });
  const previous = action('history', 'Previous trace', 'Open the trace of the previous run', () => {
    post({ type: 'command', command: 'previousTrace' });
  });
  const save = action('save', 'Save As…', 'Save a copy of this trace', () => {
    post({ type: 'command', command: 'saveAs' });
  });
  const stop = action('stop', 'Stop', 'Stop the recording', () => {
    post({ type: 'command', command: 'stop' });
  });
  stop.classList.add('stop');
  const root = element(
    'header',
    { class: 'toolbar', role: 'toolbar', 'aria-label': 'Timeline' },
    element('div', { class: 'choices' }, filters, chips),
    element('div', { class: 'actions' }, group.root, loader, follow, fit, previous, save, stop),
  );
  const updateActions = whenChanged((info: TraceInfo | undefined, view: ViewState, hasPrevious: boolean) => {
    const recording = info?.state === 'recording';
    stop.hidden = !recording;
    follow.hidden = !recording;
    previous.hidden = !hasPrevious;
    save.hidden = recording || info === undefined;
    setAttribute(loader, 'aria-pressed', String(view.loader));
    setAttribute(follow, 'aria-pressed', String(view.follow));
    group.set(groupOf(view));
  });
  return {
    root,
    update(state) {
      updateChips(state.lanes, state.view.hidden, state.view.loader);
      updateActions(state.info, state.view, state.hasPrevious);
    },
  };
}

const GROUP_LABELS: Readonly<Record<LaneGroup, string>> = { fd: 'descriptor', thread: 'thread', resource: 'resource' };

interface Choice {
  readonly root: HTMLElement;
  set(value: LaneGroup): void;
}

function choice(
  label: string,
  labels: Readonly<Record<LaneGroup, string>>,
  title: string,
  chosen: (value: LaneGroup) => void,
): Choice {
  const select = element('select', { title, 'aria-label': label });
  select.append(...LANE_GROUPS.map((value) => element('option', { value, text: labels[value] })));
  select.addEventListener('change', () => {
    const value = LANE_GROUPS[select.selectedIndex];
    if (value !== undefined) {
      chosen(value);
    }
  });
  return {
    root: element('label', { class: 'tool choice', title }, element('span', { text: label }), select),
    set(value) {
      select.selectedIndex = LANE_GROUPS.indexOf(value);
    },
  };
}

function createChips(
  root: HTMLElement,
  dispatch: (action: Action) => void,
): (lanes: readonly Lane[], hidden: readonly string[], loader: boolean) => void {
  const made = new Map<string, HTMLButtonElement>();
  let all: readonly string[] = [];
  function chip(id: string): HTMLButtonElement {
    const known = made.get(id);
    if (known !== undefined) {
      return known;
    }
    const node = button({ class: 'chip' }, (event) => {
      if (event.altKey) {
        dispatch({ type: 'only', classId: id, all });
      } else {
        dispatch({ type: 'hide', classId: id, hidden: node.getAttribute('aria-pressed') === 'true' });
      }
    });
    made.set(id, node);
    return node;
  }
  return whenChanged((lanes: readonly Lane[], hidden: readonly string[], loader: boolean) => {
    const counts = classCounts(countedLanes(lanes, loader), hidden);
    all = counts.map((entry) => entry.info.id);
    const nodes = counts.map((entry) => fillChip(chip(entry.info.id), entry));
    if (nodes.length !== root.childElementCount || nodes.some((node, index) => root.children[index] !== node)) {
      root.replaceChildren(...nodes);
    }
  });
}

function fillChip(node: HTMLButtonElement, { info, events, errors, hidden }: ClassCount): HTMLButtonElement {
  setAttribute(node, 'aria-pressed', String(!hidden));
  setAttribute(node, 'data-class', info.id);
  const failed = errors > 0 ? `, ${formatCount(errors)} failed` : '';
  setAttribute(
    node,
    'title',
    `${info.label}: ${formatCount(events)} calls${failed}\nClick to ${hidden ? 'show' : 'hide'}; Alt+click to show alone`,
  );
  if (node.childElementCount === 0) {
    node.append(
      element('span', { class: `badge class-${info.id}`, text: info.glyph, 'aria-hidden': 'true' }),
      element('span', { class: 'chip-name', text: info.label }),
      element('span', { class: 'chip-count' }),
    );
  }
  const count = node.querySelector('.chip-count');
  if (count !== null) {
    setText(count, formatCount(events));
  }
  return node;
}

function action(name: IconName, label: string, title: string, pressed: () => void): HTMLButtonElement {
  return button({ class: 'tool', title }, pressed, icon(name), element('span', { text: label }));
}

function toggle(name: IconName, label: string, title: string, switched: (on: boolean) => void): HTMLButtonElement {
  const node = button(
    { class: 'tool', title, 'aria-pressed': 'false' },
    () => {
      switched(node.getAttribute('aria-pressed') !== 'true');
    },
    icon(name),
    element('span', { text: label }),
  );
  return node;
}
