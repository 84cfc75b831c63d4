/** What the views ask the engine for, on a small trace, and a timeline of one row's calls only. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { Engine } from '../../../extension/engine/engine';
import type { TraceId } from '../../../extension/trace/engineProtocol';
import { BlindReason, FdOp } from '../../../extension/trace/gen/schema';
import type { FilterTerm } from '../../../extension/trace/viewProtocol';
import { addCall, CLASS, EVENT, sampleTrace } from './sampleTrace';
import { temporaryFile } from './temporary';
import { at, type TraceBuilder } from './traceWriter';

async function opened(t: TestContext, builder: TraceBuilder): Promise<{ engine: Engine; trace: TraceId }> {
  const engine = new Engine();
  t.after(() => {
    engine.dispose();
  });
  const { trace } = await engine.request('open', { path: temporaryFile(t, 'sample.syscope', builder.build()) });
  return { engine, trace };
}

/** The sample, and a child of its process that was killed. */
function withChild(): TraceBuilder {
  const builder = sampleTrace();
  builder.add('process', {
    seq: builder.seq(),
    time: at(810),
    pid: 200,
    ppid: 100,
    parent: 1,
    files: 2,
    name: builder.string('kid'),
  });
  builder.add('thread', { seq: builder.seq(), time: at(810), process: 1, tid: 200 });
  builder.add('fd', { time: at(811), files: 2, process: 1, fd: 4, op: FdOp.inherit, description: 2 });
  const event = addCall(builder, { thread: 2, nr: 0, start: 820, end: 830, ret: 9, fd: 4, class: CLASS.pipe, description: 2 });
  builder.add('exited', { seq: builder.seq(), time: at(840), process: 1, thread: 2, scope: 2, status: 9, max_rss_kb: 12 });
  const blind = { seq: builder.seq(), time: at(825), thread: 2, reason: BlindReason.linuxAio, event: event + 1 };
  builder.add('blind', { ...blind, count: 2, text: builder.string('Two of them.') });
  return builder;
}

test('processes: the tree, how each ended, what its calls come to', async (t) => {
  const { engine, trace } = await opened(t, withChild());
  const roots = await engine.request('processChildren', { trace, parent: undefined, first: 0, count: 10 });
  assert.equal(roots.total, 1);
  const [root] = roots.processes;
  assert.deepEqual(
    [root?.pid, root?.name, root?.children, root?.status, root?.argv],
    [100, 'sample', 1, undefined, ['sample', '--flag']],
  );
  assert.deepEqual([root?.calls, root?.errors, root?.loaderCalls, root?.received, root?.sent], [6, 1, 1, 5, 5]);
  const { processes } = await engine.request('processChildren', { trace, parent: 0, first: 0, count: 10 });
  const [child] = processes;
  assert.deepEqual(
    [child?.pid, child?.parent, child?.status, child?.endNs, child?.maxRssKb, child?.received],
    [200, 0, 9, 840, 12, 9],
  );
  assert.deepEqual(await engine.request('processRows', { trace, processes: [1, 7] }), processes);
  assert.deepEqual((await engine.request('processChildren', { trace, parent: 0, first: 1, count: 10 })).processes, []);
});

test('descriptors: sums by class, pages, origin and holders', async (t) => {
  const { engine, trace } = await opened(t, withChild());
  const sums = await engine.request('descriptorSums', { trace, processes: [] });
  assert.deepEqual(
    sums.map((sum) => [sum.classId, sum.descriptors, sum.open, sum.calls, sum.errors, sum.received, sum.sent]),
    [
      [CLASS.file, 1, 1, 2, 0, 5, 0],
      [CLASS.pipe, 2, 1, 2, 0, 9, 5],
      [CLASS.terminal, 1, 1, 1, 0, 0, 0],
    ],
  );
  const page = (processes: readonly number[], classId: number) =>
    engine.request('descriptors', { trace, processes, classId, first: 0, count: 10 });
  const [file] = await page([0], CLASS.file);
  assert.deepEqual(
    [file?.fd, file?.name, file?.origin, file?.startNs, file?.endNs, file?.loaderCalls, file?.firstEvent],
    [3, '/tmp/data', FdOp.open, 240, undefined, 1, EVENT.loaderOpen],
  );
  const [pipe, ...others] = await page([1], CLASS.pipe);
  assert.deepEqual([pipe?.pid, pipe?.origin, pipe?.endNs, pipe?.holders, others], [200, FdOp.inherit, 840, 2, []]);
  assert.equal((await page([], CLASS.pipe)).length, 2);
});

test('what is not shown: blind spots first, each once, by process', async (t) => {
  const { engine, trace } = await opened(t, withChild());
  const notices = await engine.request('notices', { trace });
  assert.deepEqual(
    notices.map(({ kind, reason, count, texts, processes }) => [kind, reason, count, texts, processes.map(({ pid }) => pid)]),
    [
      ['blind', BlindReason.linuxAio, 2, ['Two of them.'], [200]],
      ['lost', 1, 12, [], []],
      ['warning', 0, 1, ['Something to know.'], []],
    ],
  );
  assert.deepEqual(await engine.request('notices', { trace }), notices, 'rows are read once');
});

test('a filter: lanes, events, boxes and neighbours have its calls only', async (t) => {
  const { engine, trace } = await opened(t, withChild());
  const left = async (...filter: FilterTerm[]): Promise<readonly number[]> => {
    const { total, calls } = await engine.request('events', { trace, first: 0, count: 100, hidden: 0, loader: true, filter });
    const lanes = await engine.request('lanes', { trace, filter });
    assert.equal(calls.length, total);
    assert.equal(
      lanes.reduce((sum, lane) => sum + lane.events, 0),
      total,
      'lanes agree',
    );
    return calls.map(({ id }) => id);
  };
  const CHILD_READ = 7;
  const child: FilterTerm = { type: 'process', process: 1, family: false };
  assert.deepEqual(await left(child), [CHILD_READ]);
  assert.equal((await left({ type: 'process', process: 0, family: true })).length, 8);
  const file: FilterTerm = { type: 'descriptor', process: 0, fd: 3, description: 1 };
  assert.deepEqual(await left(file), [EVENT.loaderOpen, EVENT.open, EVENT.read]);
  assert.deepEqual(await left({ type: 'description', description: 2 }), [EVENT.write, CHILD_READ]);
  assert.deepEqual(await left({ type: 'blind', reason: BlindReason.linuxAio, process: undefined }), [CHILD_READ]);
  assert.deepEqual(await left({ type: 'blind', reason: BlindReason.ioUring, process: undefined }), []);
  assert.deepEqual(await left(file, child), [EVENT.loaderOpen, EVENT.open, EVENT.read, CHILD_READ], 'either');
  const { lane } = await engine.request('details', { trace, event: EVENT.write, filter: [file] });
  assert.equal(lane, -1, 'a call that does not fit is on no lane');
  assert.equal(await engine.request('neighbour', { trace, event: EVENT.read, direction: -1, filter: [file] }), EVENT.open);
  const query = { lanes: [0], t0: 0, t1: 900, pixels: 1, loader: false, filter: [file] };
  const [boxes] = await engine.request('boxes', { trace, query });
  assert.deepEqual(boxes?.count, Uint32Array.of(2));
  assert.equal((await engine.request('lanes', { trace })).length, 6, 'without a filter all are there');
});
