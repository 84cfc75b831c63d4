/** When the timeline asks for what: one request of a kind at a time, nothing twice, nothing about another trace. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BoxQuery } from '../../../extension/trace/engineProtocol';
import { INITIAL, reduce, visibleRange } from '../../../webview/model/state';
import type { Action, State } from '../../../webview/model/state';
import { createQueries } from '../../../webview/queries';
import type { Sight } from '../../../webview/queries';
import { makeBoxes, makeInfo, makeLane } from './fixtures';

interface Asked {
  readonly method: string;
  readonly params: unknown;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

const SIGHT: Sight = { lanes: [0], overviewLanes: [], width: 1000 };

interface World {
  readonly asked: Asked[];
  readonly pauses: number[];
  readonly state: () => State;
  /** Dispatches, then asks for what is missing. */
  readonly act: (...actions: readonly Action[]) => void;
  /** Answers the oldest open request of a method and lets what follows happen. */
  readonly answer: (method: string, result: unknown) => Promise<void>;
  readonly fail: (method: string) => Promise<void>;
  readonly open: (method: string) => number;
}

function world(): World {
  let state = INITIAL;
  const asked: Asked[] = [];
  const pauses: number[] = [];
  const dispatch = (action: Action): void => {
    state = reduce(state, action);
  };
  const rpc = {
    request: (method: string, params: unknown): Promise<never> =>
      new Promise((resolve, reject) => {
        asked.push({ method, params, resolve: (result) => resolve(result as never), reject });
      }),
    answer: () => false,
  };
  const queries = createQueries(
    () => state,
    dispatch,
    rpc,
    (ms) => {
      pauses.push(ms);
      return Promise.resolve();
    },
  );
  const take = (method: string): Asked => {
    const at = asked.findIndex((entry) => entry.method === method);
    assert.ok(at >= 0, `${method} was asked for`);
    return asked.splice(at, 1)[0]!;
  };
  const settle = async (): Promise<void> => {
    await new Promise(setImmediate);
    queries.sync(SIGHT);
  };
  return {
    asked,
    pauses,
    state: () => state,
    act(...actions) {
      actions.forEach(dispatch);
      queries.sync(SIGHT);
    },
    async answer(method, result) {
      take(method).resolve(result);
      await settle();
    },
    async fail(method) {
      take(method).reject(new Error('The engine has stopped.'));
      await settle();
    },
    open: (method) => asked.filter((entry) => entry.method === method).length,
  };
}

const opened: Action = { type: 'init', info: makeInfo(), view: undefined, hasPrevious: false };
const boxes = [makeBoxes(0, [{ x0: 1, x1: 2 }])];

test('before the first message nothing is asked for', () => {
  const { act, asked } = world();
  act();
  assert.equal(asked.length, 0);
});

test('lanes and boxes are asked for once, and again when the trace grew', async () => {
  const { act, answer, asked, open, state } = world();
  act(opened);
  act();
  assert.deepEqual([open('lanes'), open('boxes')], [1, 1]);
  await answer('lanes', [makeLane(0)]);
  await answer('boxes', boxes);
  assert.equal(state().lanes.length, 1);
  assert.equal(state().boxes?.byLane.get(0), boxes[0]);
  assert.equal(asked.length, 0);
  act({ type: 'update', info: makeInfo({ revision: 2 }) });
  assert.deepEqual([open('lanes'), open('boxes')], [1, 1]);
});

test('while boxes are on their way no others are asked for; then the newest view alone', async () => {
  const { act, answer, asked, open, state } = world();
  act(opened);
  for (const t1 of [500_000, 400_000, 300_000]) {
    act({ type: 'range', range: { t0: 200_000, t1 } });
  }
  assert.equal(open('boxes'), 1);
  await answer('boxes', boxes);
  assert.equal(open('boxes'), 1);
  const query = asked.find((entry) => entry.method === 'boxes')?.params as BoxQuery;
  const { t0, t1 } = visibleRange(state());
  assert.ok(query.t0 <= t0 && query.t1 >= t1);
  assert.equal(Math.round((query.t1 - query.t0) / query.pixels), Math.round((t1 - t0) / SIGHT.width), 'as fine as the screen');
});

test('panning within what was asked for asks for nothing', async () => {
  const { act, answer, open } = world();
  act(opened, { type: 'range', range: { t0: 400_000, t1: 500_000 } });
  await answer('boxes', boxes);
  act({ type: 'range', range: { t0: 420_000, t1: 520_000 } });
  assert.equal(open('boxes'), 0);
  act({ type: 'range', range: { t0: 480_000, t1: 580_000 } });
  assert.equal(open('boxes'), 1);
});

test('an answer about a trace that is no longer shown is dropped', async () => {
  const { act, answer, open, state } = world();
  act(opened);
  act({ ...opened, info: makeInfo({ path: '/tmp/b' }) });
  await answer('lanes', [makeLane(0), makeLane(1)]);
  assert.equal(state().lanes.length, 0);
  assert.equal(open('lanes'), 1, 'the other trace’s are asked for');
  await answer('lanes', [makeLane(7)]);
  assert.deepEqual(
    state().lanes.map((lane) => lane.id),
    [7],
  );
});

test('what failed is said, and asked for again less and less often', async () => {
  const { act, answer, fail, open, pauses, state } = world();
  act(opened);
  await fail('lanes');
  assert.match(state().notice?.text ?? '', /could not be read: The engine has stopped\./);
  assert.equal(open('lanes'), 1);
  await fail('lanes');
  await fail('lanes');
  assert.deepEqual(pauses, [1000, 4000, 16_000]);
  await answer('lanes', [makeLane(0)]);
  assert.equal(open('lanes'), 0);
  assert.equal(state().lanes.length, 1);
});

test('the selected call is described once; one that cannot be says why', async () => {
  const { act, fail, open, state } = world();
  act(opened, { type: 'select', event: 4, picked: undefined });
  act();
  assert.equal(open('describe'), 1);
  await fail('describe');
  assert.equal(state().detailsProblem, 'The engine has stopped.');
  assert.equal(open('describe'), 0);
});
