/** Reports read a trace without its index: what they see of each call is what the index says, and the library's sums are the records'. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadNative } from '../../../extension/engine/native';
import { readCalls } from '../../../extension/engine/rawCalls';
import { openTraceSource } from '../../../extension/engine/source';
import { TraceFile } from '../../../extension/engine/traceFile';
import { TieRole } from '../../../extension/trace/gen/schema';
import type { CallRecord, SummaryGroup, SummedTrace, TraceRecord, TraceSource } from '../../../extension/trace/source';
import { sumUp } from '../trace/sums';
import { addCall, sampleTrace } from './sampleTrace';
import { temporaryFile } from './temporary';
import { at, TraceBuilder } from './traceWriter';

const NATIVE = 'dist/native';
const GROUPS: readonly (readonly SummaryGroup[])[] = [
  ['class'],
  ['syscall'],
  ['fd'],
  ['path'],
  ['process'],
  ['process', 'class'],
  ['syscall', 'path', 'fd'],
];

/** Numbers below `limit`, the same in every run. */
function randomNumbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

/** A row's position, by number: read, write, openat, sendfile, splice, sendmmsg, recvmmsg, futex, exit_group, none such. */
const NUMBERS = [0, 1, 257, 40, 275, 307, 299, 202, 231, 9999] as const;
const RESULTS = [0, 1, 17, 4096, -2, -11, -4, -512, -515, -516] as const;

interface Open {
  readonly event: number;
  readonly nr: number;
  readonly thread: number;
  readonly fd: number;
  readonly description: number;
}

/** Threads whose calls overlap, some for long; descriptors that are opened, renamed, closed and used again; execs; held calls. */
function randomTrace(seed: number, calls: number): TraceBuilder {
  const random = randomNumbers(seed);
  const trace = new TraceBuilder();
  const [processes, threads] = [3, 7];
  let now = 0;
  for (let i = 0; i < processes; i++)
    trace.add('process', { seq: trace.seq(), time: at(now), pid: 100 + (i % 2), files: i + 1, name: trace.string(`p${i % 2}`) });
  for (let i = 0; i < threads; i++)
    trace.add('thread', { seq: trace.seq(), time: at(now), process: i % processes, tid: 100 + i });
  const descriptions = Array.from({ length: 20 }, (_, i) =>
    trace.add('description', { class: i % 15, name: trace.string(i % 5 === 0 ? '' : `/file ${i % 7}`) }),
  );
  trace.add('rename', { description: descriptions[3]!, class: 4, name: trace.string('renamed') });
  trace.add('rename', { description: descriptions[3]!, class: 5, name: trace.string('renamed again') });
  const open = new Map<number, Open>();
  const begin = (thread: number): void => {
    const fd = random(6) - 1;
    const description = fd < 0 ? 0 : descriptions[random(descriptions.length)]!;
    const nr = NUMBERS[random(NUMBERS.length)]!;
    const origin = random(20) === 0 ? 1 + random(2) : 0;
    const args = [fd & 7, random(2) === 0 ? 0x2000 : random(6), 2, random(6), 0, 0].map(BigInt);
    const event = addCall(trace, { thread, nr, start: now, fd, class: random(15), description, origin, args });
    if (random(100) === 0) trace.add('letGo', { seq: trace.seq(), time: at(now + random(50)), event });
    open.set(thread, { event, nr, thread, fd, description });
  };
  const end = (call: Open): void => {
    const { event, fd, description } = call;
    // What a call moved that its result does not say, and what its other descriptor was.
    const tie = (role: number): void => {
      const other = { fd: random(6), description: descriptions[random(descriptions.length)]!, class: random(15), role };
      trace.add('tie', { event, count: random(1000), ...other });
    };
    if (call.nr === 307) tie(TieRole.written);
    if (call.nr === 299) tie(TieRole.read);
    if ((call.nr === 40 || call.nr === 275) && random(2) === 0) tie(TieRole.from);
    if (random(30) === 0) tie(TieRole.polled);
    const flags = random(50) === 0 ? 2 : 0;
    const ret = RESULTS[random(RESULTS.length)]!;
    trace.add('exit', { seq: trace.seq(), event, time: at(now), ret, fd, description, class: random(16), flags });
    open.delete(call.thread);
  };
  for (let made = 0; made < calls;) {
    now += random(40);
    const thread = random(threads);
    const call = open.get(thread);
    if (random(300) === 0) {
      const process = random(processes);
      trace.add('exec', { seq: trace.seq(), time: at(now), process, name: trace.string(`program ${random(4)}`) });
    }
    if (random(10) === 0) {
      const process = random(processes);
      const row = { seq: trace.seq(), time: at(now), files: process + 1, process, fd: random(6) };
      trace.add('fd', { ...row, op: 1 + random(2), description: descriptions[random(descriptions.length)]! });
    }
    if (call === undefined) {
      begin(thread);
      made++;
    } else if (thread > 1 || random(4000) === 0) end(call); // two threads are in their calls for thousands of others'
  }
  return trace;
}

async function readAll(source: TraceSource): Promise<TraceRecord[]> {
  const records: TraceRecord[] = [];
  for await (const page of source.records({ data: true })) records.push(...page.map(kept));
  return records;
}

/** A page's calls are the reader's only until the next page. */
function kept(record: TraceRecord): TraceRecord {
  if (record.type !== 'call') return record;
  const { seq, endSeq, call } = record;
  const transfers = record.transfers.map(({ at: where, received, sent }) => ({ at: { ...where }, received, sent }));
  const data = call.data.map((copy) => ({ ...copy, bytes: Uint8Array.from(copy.bytes) }));
  return { type: 'call', seq, endSeq, transfers, call: { ...call, args: [...call.args], data } };
}

const byKey = ({ groups, ...rest }: SummedTrace): unknown => ({
  ...rest,
  groups: new Map(groups.map((group) => [group.keys.join('\0'), group])),
});

async function check(t: Parameters<typeof temporaryFile>[0], trace: TraceBuilder): Promise<readonly CallRecord[]> {
  const path = temporaryFile(t, 'a.syscope', trace.build());
  const source = await openTraceSource(path, { nativeFolder: NATIVE });
  const indexed = new TraceFile(loadNative(NATIVE), path);
  t.after(async () => {
    await source.close();
    indexed.close();
  });
  const records = await readAll(source);
  const calls = records.filter((record) => record.type === 'call');
  const ids = calls.map(({ call }) => call.id);
  assert.deepEqual(
    calls.map(({ call }) => call),
    readCalls(indexed, ids, true).map(({ call }) => ({ ties: undefined, ...call })),
  );
  for (const by of GROUPS) {
    const { durationNs, ...sums } = await source.summary(by);
    const { durationNs: _, ...expected } = sumUp(records, durationNs, by);
    assert.deepEqual(byKey({ durationNs, ...sums }), byKey({ durationNs, ...expected }), by.join());
    assert.equal(durationNs, indexed.info[2]);
  }
  return calls;
}

test('the sample trace', async (t) => {
  assert.equal((await check(t, sampleTrace())).length, 7);
});

for (const seed of [1, 2, 3])
  test(`a random trace (seed ${seed})`, async (t) => {
    const calls = await check(t, randomTrace(seed, 4000));
    assert.equal(calls.length, 4000);
    // The trace has what it is for.
    assert.ok(calls.some(({ transfers }) => transfers.length === 2 && transfers[1]!.received > 0));
    assert.ok(calls.some(({ call, transfers }) => call.nr === 307 && (transfers[0]?.sent ?? 0) > 0));
    assert.ok(calls.some(({ call, transfers }) => call.nr === 299 && (transfers[0]?.received ?? 0) > 0));
  });

test('calls that thousands of others overtake', async (t) => {
  const calls = await check(t, randomTrace(4, 30_000));
  const late = calls.filter(
    ({ call, endSeq }) => endSeq !== undefined && endSeq > calls[Math.min(call.id + 8192, calls.length - 1)]!.seq,
  );
  assert.ok(late.some(({ call }) => call.id < 20_000));
});
