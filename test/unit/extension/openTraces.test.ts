/** Open traces and the timeline's requests against an engine made of functions. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OpenTraces, type Engine } from '../../../extension/timeline/openTraces';
import { answerRequest, type RequestContext } from '../../../extension/timeline/requests';
import type { EngineRequest, TraceInfo } from '../../../extension/trace/engineProtocol';
import { described } from './sessionClient';

const INFO: TraceInfo = {
  path: '/t',
  program: '/p',
  argv: [],
  cwd: '/',
  state: 'recording',
  startRealtimeMs: 0,
  durationNs: 0,
  events: 0,
  errors: 0,
  pending: 0,
  lost: 0,
  processes: 1,
  threads: 1,
  stopCostNs: 0,
  tracerPid: 1,
  controlPath: undefined,
  damage: [],
  problems: [],
  revision: 1,
};

interface Asked {
  readonly name: EngineRequest;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Answers with `answers[name]`, a value or a function of the parameters; `open` and `refresh` have answers of their own. */
function fakeEngine(answers: Readonly<Record<string, unknown>> = {}): {
  engine: Engine;
  asked: Asked[];
  state: { info: TraceInfo; id: number };
} {
  const asked: Asked[] = [];
  const state = { info: INFO, id: 1 };
  const own: Readonly<Record<string, unknown>> = {
    open: () => ({ trace: state.id, info: state.info }),
    refresh: () => state.info,
    ...answers,
  };
  const request = async (name: EngineRequest, params: unknown): Promise<unknown> => {
    asked.push({ name, params: params as Asked['params'] });
    await Promise.resolve();
    const answer = own[name];
    return typeof answer === 'function' ? (answer as (params: unknown) => unknown)(params) : answer;
  };
  return { engine: { request } as Engine, asked, state };
}

const names = (asked: readonly Asked[]): readonly string[] => asked.map(({ name }) => name);
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

test('a trace is opened once for all, and closed with its last user', async () => {
  const { engine, asked } = fakeEngine();
  const traces = new OpenTraces(engine);
  const [a, b] = await Promise.all([traces.acquire('/t'), traces.acquire('/t')]);
  assert.equal(a, b);
  a.release();
  assert.ok(traces.isOpen('/t'));
  b.release();
  assert.ok(!traces.isOpen('/t'));
  assert.deepEqual(names(asked), ['open', 'close']);
});

test('a trace that cannot be opened is not held, and can be tried again', async () => {
  let fail = true;
  const { engine } = fakeEngine({
    open: () => {
      if (fail) throw new Error('no trace');
      return { trace: 1, info: INFO };
    },
  });
  const traces = new OpenTraces(engine);
  await assert.rejects(traces.acquire('/t'), /no trace/);
  assert.ok(!traces.isOpen('/t'));
  fail = false;
  (await traces.acquire('/t')).release();
});

test('an expected trace is waited for', async () => {
  const { engine, asked } = fakeEngine();
  const traces = new OpenTraces(engine);
  traces.expect('/t');
  const trace = await traces.acquireSoon('/t');
  const second = traces.acquire('/t');
  await pause(20);
  assert.deepEqual(names(asked), []);
  traces.arrived('/t');
  await trace.opened();
  assert.equal(await second, trace);
  trace.release();
  trace.release();
  assert.deepEqual(names(asked), ['open', 'close']);
});

test('a trace that was expected and does not come is an error for who waits, and forgotten', async () => {
  const { engine, asked } = fakeEngine();
  const traces = new OpenTraces(engine);
  traces.expect('/t');
  const trace = await traces.acquireSoon('/t');
  const opened = trace.opened();
  assert.ok(traces.failed('/t'));
  assert.ok(!traces.failed('/t'));
  await assert.rejects(opened, /not started/);
  trace.release();
  assert.ok(!traces.isOpen('/t'));
  assert.deepEqual(names(asked), []);
});

test('a recording is followed while somebody looks, and its end is told', async () => {
  const { engine, asked, state } = fakeEngine();
  const trace = await new OpenTraces(engine).acquire('/t');
  const seen: string[] = [];
  trace.onChange((info) => seen.push(`${info.state} ${String(info.revision)}`));
  const watching = trace.watch();
  state.info = { ...INFO, revision: 2 };
  await pause(150);
  watching.dispose();
  watching.dispose(); // twice is once
  await pause(150);
  const before = asked.length;
  state.info = { ...INFO, state: 'complete', revision: 2 };
  await pause(200);
  assert.equal(asked.length, before, 'nobody looks');
  trace.watch();
  await pause(250);
  assert.deepEqual(seen, ['recording 2', 'complete 2']);
  const end = asked.length;
  await pause(200);
  assert.equal(asked.length, end, 'a complete trace is not asked for again');
  trace.release();
});

test('after the engine is lost each trace is opened again under its new number', async () => {
  let lost = true;
  const traces: OpenTraces[] = [];
  const { engine, asked, state } = fakeEngine({
    lanes: () => {
      if (!lost) return [];
      lost = false;
      state.id = 9;
      traces[0]?.engineLost();
      throw Object.assign(new Error('gone'), { code: 'engine-lost' });
    },
  });
  traces.push(new OpenTraces(engine));
  const trace = await traces[0]?.acquire('/t');
  assert.deepEqual(await trace?.request('lanes', {}), []);
  assert.deepEqual(names(asked), ['open', 'lanes', 'open', 'lanes']);
  assert.equal(asked[3]?.params['trace'], 9);
  trace?.release();
});

test('an error of the engine about a request is not taken for its loss', async () => {
  const { engine, asked } = fakeEngine({
    lanes: () => {
      throw new Error('There is no event 5.');
    },
  });
  const trace = await new OpenTraces(engine).acquire('/t');
  await assert.rejects(trace.request('lanes', {}), /There is no event 5/);
  assert.deepEqual(names(asked), ['open', 'lanes']);
  trace.release();
});

async function contextOf(answers: Readonly<Record<string, unknown>>): Promise<{ context: RequestContext; asked: Asked[] }> {
  const { engine, asked } = fakeEngine(answers);
  const trace = await new OpenTraces(engine).acquire('/t');
  const context: RequestContext = {
    trace,
    describe: (call) => ({ ...described, call }),
    chooseSource: () => Promise.resolve({ type: 'problem', kind: 'no-stack', text: 'This call has no stack.' }),
  };
  return { context, asked };
}

test('requests of the webview reach the engine checked and bounded', async () => {
  const { call } = described;
  const { context, asked } = await contextOf({
    boxes: [],
    events: { total: 1, calls: [call] },
    details: { call, lane: 1, stack: undefined },
    neighbour: 8,
  });
  const boxes = { lanes: [1], t0: 0, t1: 10, pixels: 1e9, loader: false };
  await answerRequest('boxes', { ...boxes, group: 'colour', extra: 'x' }, context);
  assert.deepEqual(asked.at(-1)?.params['query'], { ...boxes, pixels: 32_768, group: 'fd' });
  await answerRequest('boxes', { ...boxes, group: 'thread' }, context);
  assert.deepEqual(asked.at(-1)?.params['query'], { ...boxes, pixels: 32_768, group: 'thread' });
  const page = (await answerRequest('events', { first: 0, count: 1e9, hidden: ['pipe', 7], loader: true }, context)) as {
    total: number;
    calls: unknown[];
  };
  assert.equal(asked.at(-1)?.params['count'], 1_000);
  assert.equal(asked.at(-1)?.params['hidden'], 1 << 3);
  assert.deepEqual([page.total, page.calls.length], [1, 1]);
  assert.equal(await answerRequest('neighbour', { event: 7, direction: -1 }, context), 8);
  const details = (await answerRequest('describe', { event: 7 }, context)) as { sourceFrame: unknown; sourceProblem: unknown };
  assert.deepEqual([details.sourceFrame, details.sourceProblem], [undefined, 'This call has no stack.']);
});

test('requests that are none are refused before the engine hears of them', async () => {
  const { context, asked } = await contextOf({});
  const before = asked.length;
  const boxes = { lanes: [1], t0: 0, t1: 10, pixels: 100, loader: false };
  for (const params of [
    undefined,
    {},
    { ...boxes, t1: 0 },
    { ...boxes, lanes: ['1'] },
    { ...boxes, pixels: Number.NaN },
    { ...boxes, t0: -Infinity },
  ])
    await assert.rejects(answerRequest('boxes', params, context));
  for (const params of [undefined, { event: -1 }, { event: 1.5 }, { event: '1' }])
    await assert.rejects(answerRequest('describe', params, context));
  assert.equal(asked.length, before);
});
