/**
 * Keys on the timeline. A table of what each does; no state.
 */
export type Command =
  'previous' | 'next' | 'laneAbove' | 'laneBelow' | 'source' | 'clear' | 'zoomIn' | 'zoomOut' | 'panLeft' | 'panRight' | 'fit';

const KEYS: Readonly<Record<string, Command>> = {
  ArrowLeft: 'previous',
  ArrowRight: 'next',
  ArrowUp: 'laneAbove',
  ArrowDown: 'laneBelow',
  Enter: 'source',
  Escape: 'clear',
  '+': 'zoomIn',
  '=': 'zoomIn',
  w: 'zoomIn',
  '-': 'zoomOut',
  s: 'zoomOut',
  a: 'panLeft',
  d: 'panRight',
  f: 'fit',
};

/** The command of a key, none with Ctrl, Alt or Meta: those are VS Code's. */
export function commandOf(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'altKey' | 'metaKey'>): Command | undefined {
  if (event.ctrlKey || event.altKey || event.metaKey) {
    return undefined;
  }
  return KEYS[event.key] ?? KEYS[event.key.toLowerCase()];
}
