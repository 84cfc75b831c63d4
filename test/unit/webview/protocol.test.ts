/** What comes from outside, a stored state or a webview's message, is taken only in the protocol's form. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseToHost, parseViewState } from '../../../extension/trace/timelineProtocol';
import { DEFAULT_VIEW } from '../../../webview/model/state';

test('a state comes back as it was stored, through JSON too', () => {
  const state = {
    ...DEFAULT_VIEW,
    range: { t0: 5, t1: 9.5 },
    hidden: ['pipe'],
    selected: 7,
    drawer: 'stack' as const,
    drawerSize: 300,
  };
  assert.deepEqual(parseViewState(state), state);
  assert.deepEqual(parseViewState(JSON.parse(JSON.stringify(state))), state);
});

test('what is no state is none, and what is wrong in one is left out', () => {
  for (const value of [undefined, null, 5, 'x', [], {}, { version: 2 }]) {
    assert.equal(parseViewState(value), undefined);
  }
  const broken = parseViewState({
    version: 1,
    range: { t0: 9, t1: 5 },
    follow: 'yes',
    hidden: [1, 'pipe', null],
    collapsed: 'none',
    selected: -1,
    drawer: 'attic',
    drawerSize: NaN,
    scrollTop: -4,
    group: 'colour',
  });
  assert.deepEqual(broken, {
    version: 1,
    range: undefined,
    follow: false,
    hidden: ['pipe'],
    collapsed: [],
    loader: false,
    selected: undefined,
    drawer: undefined,
    drawerSize: undefined,
    scrollTop: 0,
    expanded: [],
    group: 'fd',
  });
});

test('messages of the protocol pass, with nothing more than they have', () => {
  assert.deepEqual(parseToHost({ type: 'ready', extra: 1 }), { type: 'ready' });
  assert.deepEqual(parseToHost({ type: 'request', id: 3, method: 'boxes', params: { lanes: [] } }), {
    type: 'request',
    id: 3,
    method: 'boxes',
    params: { lanes: [] },
  });
  assert.deepEqual(parseToHost({ type: 'reveal', event: 4, focus: true }), {
    type: 'reveal',
    event: 4,
    frame: undefined,
    focus: true,
  });
  assert.deepEqual(parseToHost({ type: 'command', command: 'copy', text: 'x' }), { type: 'command', command: 'copy', text: 'x' });
  assert.deepEqual(parseToHost({ type: 'command', command: 'stop' }), { type: 'command', command: 'stop' });
  assert.equal(parseToHost({ type: 'state', state: DEFAULT_VIEW })?.type, 'state');
});

test('anything else does not', () => {
  const wrong: readonly unknown[] = [
    undefined,
    null,
    'ready',
    [],
    { type: 'nonsense' },
    { type: 'request', id: 3, method: 'constructor', params: {} },
    { type: 'request', id: '3', method: 'boxes' },
    { type: 'request', id: -1, method: 'boxes' },
    { type: 'reveal', event: 1.5, focus: true },
    { type: 'reveal', event: 1, frame: 'x', focus: true },
    { type: 'command', command: 'rm' },
    { type: 'state', state: { version: 9 } },
  ];
  for (const value of wrong) {
    assert.equal(parseToHost(value), undefined, JSON.stringify(value));
  }
});
