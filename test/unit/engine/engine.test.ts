/** Every request of the protocol on a small trace, in this process. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { Engine } from '../../../extension/engine/engine';
import type { BoxQuery, LaneGroup, TraceId, TraceInfo } from '../../../extension/trace/engineProtocol';
import { FrameFlag } from '../../../extension/trace/gen/schema';
import { AUDIT_ARCH_AARCH64, AUDIT_ARCH_I386, AUDIT_ARCH_X86_64, syscallName } from '../../../extension/trace/syscallTable';
import { addCall, BUILD_ID, CLASS, EVENT, sampleTrace } from './sampleTrace';
import { temporaryFile, temporaryFolder } from './temporary';
import { BASE_REALTIME_NS, TraceBuilder } from './traceWriter';

async function opened(t: TestContext, bytes: Uint8Array): Promise<{ engine: Engine; trace: TraceId; info: TraceInfo }> {
  const engine = new Engine();
  t.after(() => {
    engine.dispose();
  });
  return { engine, ...(await engine.request('open', { path: temporaryFile(t, 'sample.syscope', bytes) })) };
}

test('info', async (t) => {
  const { info } = await opened(t, sampleTrace().build());
  const { path: file, ...rest } = info;
  assert.match(file, /sample\.syscope$/);
  assert.deepEqual(rest, {
    program: '/usr/bin/sample',
    argv: ['sample', '--flag'],
    cwd: '/home/user',
    state: 'complete',
    startRealtimeMs: Number(BASE_REALTIME_NS / 1_000_000n),
    durationNs: 800,
    events: 7,
    errors: 1,
    pending: 1,
    lost: 12,
    processes: 1,
    threads: 2,
    stopCostNs: 7000,
    tracerPid: 1,
    controlPath: undefined,
    damage: [],
    problems: ['12 events were not recorded: the disk was full.', 'Something to know.'],
    revision: 1,
  });
});

test('a recording whose tracer has gone is interrupted, one that runs is live', async (t) => {
  const dead = await opened(t, sampleTrace().build({ state: 'recording', tracerPid: process.pid, tracerStart: 1n }));
  assert.equal(dead.info.state, 'interrupted');
  assert.match(dead.info.problems[0]!, /was interrupted/);
  const start = BigInt(fs.readFileSync('/proc/self/stat', 'utf8').replace(/^.*\)/s, '').split(' ')[20]!);
  const live = await opened(t, sampleTrace().build({ state: 'recording', tracerPid: process.pid, tracerStart: start }));
  assert.equal(live.info.state, 'recording');
  assert.equal(live.info.controlPath, '/run/user/1000/syscope.sock');
  const { engine, trace } = live;
  assert.equal(await engine.request('pending', { trace, tid: 100 }), EVENT.pending);
  assert.equal(await engine.request('pending', { trace, tid: 101 }), undefined);
  assert.equal(await engine.request('pending', { trace, tid: 5 }), undefined);
});

test('lanes', async (t) => {
  const { engine, trace } = await opened(t, sampleTrace().build());
  const lanes = await engine.request('lanes', { trace });
  const seen = lanes.map((lane) => [lane.classId, lane.fd, lane.tid, lane.resource, lane.events, lane.errors, lane.helperEvents]);
  assert.deepEqual(seen, [
    [CLASS.file, 3, -1, '/tmp/data', 3, 0, 1],
    [CLASS.file, -1, -1, '', 1, 1, 0],
    [CLASS.none, -1, 101, '', 1, 0, 0],
    [CLASS.pipe, 4, -1, 'pipe:[77]', 1, 0, 0],
    [CLASS.terminal, 0, -1, '/dev/pts/3', 1, 0, 0],
  ]);
  assert.ok(lanes.every((lane) => lane.pid === 100 && lane.processName === 'sample' && lane.process === 0));
  assert.deepEqual(lanes[0]!.generations, [{ startNs: 240, endNs: Infinity, resource: '/tmp/data' }]);
  assert.deepEqual([lanes[0]!.busyNs, lanes[0]!.firstNs, lanes[0]!.lastNs], [120, 100, 400]);
});

test('lanes by thread and by resource, with boxes, neighbours and details of their own', async (t) => {
  const { engine, trace } = await opened(t, sampleTrace().build());
  const by = async (group: LaneGroup): Promise<readonly unknown[]> =>
    (await engine.request('lanes', { trace, group })).map(({ classId, process, fd, tid, resource, events }) => [
      classId,
      process,
      fd,
      tid,
      resource,
      events,
    ]);
  assert.deepEqual(await by('thread'), [
    [CLASS.file, 0, -1, 100, '', 4],
    [CLASS.none, 0, -1, 101, '', 1],
    [CLASS.pipe, 0, -1, 100, '', 1],
    [CLASS.terminal, 0, -1, 100, '', 1],
  ]);
  assert.deepEqual(await by('resource'), [
    [CLASS.file, -1, -1, -1, '/tmp/data', 3],
    [CLASS.file, 0, -1, -1, '', 1],
    [CLASS.none, 0, -1, 101, '', 1],
    [CLASS.pipe, -1, -1, -1, 'pipe:[77]', 1],
    [CLASS.terminal, -1, -1, -1, '/dev/pts/3', 1],
  ]);
  const query = { lanes: [0], t0: 0, t1: 800, pixels: 1, loader: true };
  const [boxes] = await engine.request('boxes', { trace, query: { ...query, group: 'thread' } });
  assert.deepEqual(boxes?.count, Uint32Array.of(4));
  const next = (group: LaneGroup): Promise<number | undefined> =>
    engine.request('neighbour', { trace, event: EVENT.open, direction: -1, group });
  assert.deepEqual([await next('thread'), await next('fd')], [EVENT.failedOpen, undefined]);
  const { lane } = await engine.request('details', { trace, event: EVENT.pending, group: 'thread' });
  assert.equal(lane, 3);
  await engine.request('close', { trace });
  await assert.rejects(by('thread'), /No trace/);
});

test('boxes', async (t) => {
  const { engine, trace } = await opened(t, sampleTrace().build());
  const lanes = await engine.request('lanes', { trace });
  const ask = async (query: Partial<BoxQuery>): Promise<(number | string)[][]> => {
    const whole = { lanes: [lanes[0]!.id], t0: 0, t1: 800, pixels: 800, loader: true, ...query };
    const [boxes] = await engine.request('boxes', { trace, query: whole });
    return Array.from(boxes!.x0, (x0, i) => [
      x0,
      boxes!.x1[i]!,
      boxes!.count[i]!,
      boxes!.event[i]!,
      syscallName(boxes!.nr[i]!, boxes!.arch[i]!),
      boxes!.flags[i]!,
    ]);
  };
  assert.deepEqual(await ask({}), [
    [100, 110, 1, EVENT.loaderOpen, 'openat', 4],
    [240, 250, 1, EVENT.open, 'openat', 0],
    [300, 400, 1, EVENT.read, 'read', 0],
  ]);
  assert.deepEqual(await ask({ loader: false, pixels: 1 }), [[240, 400, 2, EVENT.read, 'read', 0]]);
  assert.deepEqual(await ask({ lanes: [lanes[1]!.id] }), [[200, 230, 1, EVENT.failedOpen, 'openat', 1]]);
  assert.deepEqual(await ask({ lanes: [lanes[4]!.id] }), [[700, 800, 1, EVENT.pending, 'read', 2]]);
  assert.deepEqual(await ask({ lanes: [99] }), []);
  assert.deepEqual(await engine.request('boxes', { trace, query: { lanes: [], t0: 0, t1: 1, pixels: 1, loader: true } }), []);
  await assert.rejects(ask({ t0: 5, t1: 5 }), /nothing to show/);
  await assert.rejects(ask({ t1: NaN }), /nothing to show/);
});

test('details of a call, with a stack from the trace itself', async (t) => {
  const { engine, trace } = await opened(t, sampleTrace().build());
  const { call, lane, stack } = await engine.request('details', { trace, event: EVENT.read });
  assert.equal(lane, 0);
  assert.deepEqual(call.args, [3n, 0x2000n, 5n, 0n, 0n, 0n]);
  assert.equal(call.ret, 5n);
  assert.deepEqual([call.startNs, call.durationNs, call.fd, call.resource], [300, 100, 3, '/tmp/data']);
  assert.deepEqual(
    call.data.map((copy) => [copy.direction, copy.arg, copy.address, copy.full, Buffer.from(copy.bytes).toString(), copy.errno]),
    [['out', 1, 0x2000n, 5, 'hello', 0]],
  );
  assert.equal(stack?.end, 'complete');
  assert.deepEqual(
    stack.frames.map((frame) => [frame.function, frame.location?.line, frame.inlined, frame.address, frame.missing]),
    [
      ['do_read', 12, true, 0x555500000234n, undefined],
      ['copy_file', 40, false, 0x555500000234n, undefined],
      ['main', 99, false, 0x555500001345n, undefined],
    ],
  );
  const [first] = stack.frames;
  assert.deepEqual(first?.location, { file: '/src/copy.c', line: 12, column: 7 });
  assert.deepEqual([first.module, first.buildId, first.sourceHash], ['/usr/bin/sample', BUILD_ID, 'ab12']);
  assert.deepEqual([first.sourceMtimeMs, first.moduleMtimeMs], [1_650_000_000_000, 1_600_000_000_000]);
});

test("a box's call has the name that its own architecture gives the number", async (t) => {
  const sample = sampleTrace();
  const archs = [AUDIT_ARCH_X86_64, AUDIT_ARCH_I386, AUDIT_ARCH_AARCH64, 0x1234];
  archs.forEach((arch, i) =>
    addCall(sample, { nr: 63, arch, start: 900 + 20 * i, end: 910 + 20 * i, fd: 77, class: CLASS.file }),
  );
  const { engine, trace } = await opened(t, sample.build());
  const lane = (await engine.request('lanes', { trace })).find(({ fd }) => fd === 77)!.id;
  const query = { lanes: [lane], t0: 0, t1: 1000, pixels: 1000, loader: true };
  const [boxes] = await engine.request('boxes', { trace, query });
  assert.deepEqual(
    Array.from(boxes!.nr, (nr, i) => syscallName(nr, boxes!.arch[i]!)),
    ['uname', 'dup2', 'read', 'syscall_0x3f'],
  );
  assert.deepEqual(Array.from(boxes!.arch), archs);
});

test('what the trace has no symbols for is asked of the helper, with the address of the call itself', async (t) => {
  const folder = fs.mkdtempSync(path.join(__dirname, 'native-'));
  t.after(() => {
    fs.rmSync(folder, { recursive: true });
  });
  fs.symlinkSync(path.join(__dirname, 'native/libsyscope.so'), path.join(folder, 'libsyscope.so'));
  // Says which line it was asked, as the function's name.
  const answer = `'{"frames":[{"function":"%s","file":"/src/x.c","line":3,"column":1,"inlined":false}]}\n\n'`;
  const script = `#!/bin/sh\nwhile read -r module id list; do printf ${answer} "$module/$id/$list"; done\n`;
  fs.writeFileSync(path.join(folder, 'syscope-symbols'), script, { mode: 0o700 });
  const trace = new TraceBuilder();
  const module = trace.add('module', { path: trace.string('/bin/x'), build_id: trace.string('ab') });
  const frames = [
    { module, offset: 0x100 },
    { module, offset: 0x200, flags: FrameFlag.returnAddress },
    { offset: 0x7fff_0000_0000n, flags: FrameFlag.noModule },
  ].map((frame) => trace.add('frame', frame));
  const stack = trace.add('stack', { pos: trace.heap(new Uint8Array(Uint32Array.from(frames).buffer)), count: 3, end: 2 });
  trace.add('process', { pid: 1 });
  trace.add('thread', { tid: 1 });
  addCall(trace, { nr: 0, start: 1, end: 2, stack });
  const engine = new Engine({ nativeFolder: folder });
  t.after(() => {
    engine.dispose();
  });
  const opened = await engine.request('open', { path: temporaryFile(t, 'a.syscope', trace.build()) });
  const details = await engine.request('details', { trace: opened.trace, event: 0 });
  assert.equal(details.stack?.end, 'no-cfi');
  assert.deepEqual(
    details.stack.frames.map((frame) => [frame.function, frame.location?.line, frame.missing, frame.address]),
    [
      ['/bin/x/ab/100', 3, undefined, 0x100n],
      ['/bin/x/ab/1ff', 3, undefined, 0x200n],
      [undefined, undefined, 'no-module', 0x7fff_0000_0000n],
    ],
  );
});

test('details of calls without a stack, without a result, and of none', async (t) => {
  const { engine, trace } = await opened(t, sampleTrace().build());
  const failed = await engine.request('details', { trace, event: EVENT.failedOpen });
  assert.deepEqual([failed.call.ret, failed.call.resource, failed.stack], [-2n, undefined, undefined]);
  const pending = await engine.request('details', { trace, event: EVENT.pending });
  assert.deepEqual([pending.call.ret, pending.call.durationNs], [undefined, undefined]);
  const futex = await engine.request('details', { trace, event: EVENT.futex });
  assert.deepEqual([futex.call.args[0], futex.call.tid], [0xffff_ffff_ffff_ffffn, 101]);
  for (const event of [7, -1, 1.5, NaN, Infinity]) await assert.rejects(engine.request('details', { trace, event }), /no event/);
});

test('pages of events and neighbours', async (t) => {
  const { engine, trace } = await opened(t, sampleTrace().build());
  const ids = async (first: number, count: number, hidden: number, loader: boolean): Promise<[number, number[]]> => {
    const page = await engine.request('events', { trace, first, count, hidden, loader });
    return [page.total, page.calls.map((call) => call.id)];
  };
  assert.deepEqual(await ids(0, 100, 0, true), [7, [0, 1, 2, 3, 4, 5, 6]]);
  assert.deepEqual(await ids(0, 100, 0, false), [6, [1, 2, 3, 4, 5, 6]]);
  assert.deepEqual(await ids(1, 2, 1 << CLASS.file, false), [3, [5, 6]]);
  assert.deepEqual(await ids(50, 2, 0, true), [7, []]);
  const neighbour = (event: number, direction: -1 | 1): Promise<number | undefined> =>
    engine.request('neighbour', { trace, event, direction });
  assert.equal(await neighbour(EVENT.open, 1), EVENT.read);
  assert.equal(await neighbour(EVENT.open, -1), undefined);
  assert.equal(await neighbour(EVENT.loaderOpen, 1), EVENT.open);
  assert.equal(await neighbour(99, 1), undefined);
});

test('processes', async (t) => {
  const { engine, trace } = await opened(t, sampleTrace().build());
  assert.deepEqual(await engine.request('processes', { trace }), [
    {
      index: 0,
      pid: 100,
      ppid: 50,
      name: 'sample',
      threads: [
        { index: 0, tid: 100, name: 'main', ended: false },
        { index: 1, tid: 101, name: 'worker', ended: true },
      ],
      exitStatus: undefined,
    },
  ]);
});

test('a trace with nothing in it', async (t) => {
  const { engine, trace, info } = await opened(t, new TraceBuilder().build());
  assert.deepEqual([info.program, info.events, info.durationNs, info.problems], ['sample.syscope', 0, 0, []]);
  assert.deepEqual(await engine.request('lanes', { trace }), []);
  assert.deepEqual(await engine.request('events', { trace, first: 0, count: 10, hidden: 0, loader: true }), {
    total: 0,
    calls: [],
  });
});

test('what can not be opened says why in a sentence', async (t) => {
  const engine = new Engine();
  t.after(() => {
    engine.dispose();
  });
  const open = (path: string): Promise<unknown> => engine.request('open', { path });
  await assert.rejects(open(temporaryFile(t, 'a', '')), /is empty/);
  await assert.rejects(open(temporaryFile(t, 'b', 'something else entirely')), /is not a Syscope trace\.$/);
  await assert.rejects(open(temporaryFile(t, 'c', sampleTrace().build().subarray(0, 60))), /was cut off/);
  await assert.rejects(open(temporaryFile(t, 'd', sampleTrace().build({ major: 2 }))), /newer Syscope.*update/);
  await assert.rejects(open(temporaryFolder(t)), /is a directory/);
  await assert.rejects(open('/no/such/file'), /can't be opened: No such file/);
  await assert.rejects(open('a\0b'), /can't be opened/);
  await assert.rejects(engine.request('refresh', { trace: 5 }), /No trace with the number 5/);
  await assert.rejects(engine.request('constructor' as never, {} as never), /knows no request/);
});

test('a closed trace is not known any more', async (t) => {
  const { engine, trace } = await opened(t, sampleTrace().build());
  await engine.request('close', { trace });
  await assert.rejects(engine.request('lanes', { trace }), /No trace/);
});

test('without the native library the sentence says what to do', async (t) => {
  const engine = new Engine({ nativeFolder: temporaryFolder(t) });
  await assert.rejects(engine.request('open', { path: '/x' }), /libsyscope\.so is missing: run `npm run build`/);
  const library = temporaryFile(t, 'libsyscope.so', 'not an ELF file');
  const other = new Engine({ nativeFolder: library.replace(/\/libsyscope\.so$/, '') });
  await assert.rejects(other.request('open', { path: '/x' }), /can't be loaded on this machine \(linux x64\)/);
});
