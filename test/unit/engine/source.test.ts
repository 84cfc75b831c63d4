/** Traces as exports read them: every record, in order. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTraceSource } from '../../../extension/engine/source';
import type { TraceRecord, TraceSource } from '../../../extension/trace/source';
import { addCall, EVENT, sampleTrace } from './sampleTrace';
import { temporaryFile } from './temporary';

async function all(source: TraceSource, data = true): Promise<TraceRecord[]> {
  const records: TraceRecord[] = [];
  // A page's calls are the reader's only until the next page.
  for await (const page of source.records({ data })) records.push(...page.map(copyOf));
  return records;
}

function copyOf(record: TraceRecord): TraceRecord {
  if (record.type !== 'call') return record;
  const { seq, endSeq, call, transfers } = record;
  const data = call.data.map((copy) => ({ ...copy, bytes: Uint8Array.from(copy.bytes) }));
  return { type: 'call', seq, endSeq, transfers, call: { ...call, args: [...call.args], data } };
}

test('every record, in order of its sequence number', async (t) => {
  const source = await openTraceSource(temporaryFile(t, 'a.syscope', sampleTrace().build()));
  t.after(() => source.close());
  const records = await all(source);
  const kinds = 'process thread thread exec call call call call call signal call exit call lost warning';
  assert.equal(records.map(({ type }) => type).join(' '), kinds);
  assert.ok(records.every(({ seq }, i) => i === 0 || seq > records[i - 1]!.seq));
  const [process, main] = records;
  assert.deepEqual(process, {
    type: 'process',
    seq: 1,
    timeNs: 0,
    process: 0,
    pid: 100,
    ppid: 50,
    parent: undefined,
    name: 'sh',
    flags: 1,
    nsPids: [],
    startedNs: undefined,
    argv: [],
    cwd: undefined,
  });
  assert.deepEqual(main, { type: 'thread', seq: 2, timeNs: 0, process: 0, pid: 100, thread: 0, tid: 100, name: 'main' });
  const exec = records.find((record) => record.type === 'exec');
  assert.deepEqual([exec?.path, exec?.argv, exec?.tid], ['/usr/bin/sample', ['sample', '--flag'], 100]);
  const signal = records.find((record) => record.type === 'signal');
  assert.deepEqual([signal?.signo, signal?.sender, signal?.status, signal?.utime, signal?.tid], [17, 333, 9, 4n, 100]);
  const exit = records.find((record) => record.type === 'exit');
  assert.deepEqual([exit?.scope, exit?.tid, exit?.timeNs], ['thread', 101, 600]);
  const calls = records.filter((record) => record.type === 'call');
  assert.deepEqual(
    calls.map(({ call }) => call.id),
    [0, 1, 2, 3, 4, 5, 6],
  );
  assert.ok(calls.every(({ seq, endSeq }) => endSeq === undefined || endSeq > seq));
  assert.equal(calls[EVENT.pending]?.endSeq, undefined);
  assert.equal(Buffer.from(calls[EVENT.failedOpen]!.call.data[0]!.bytes).toString(), '/no/such');
  const without = await all(source, false);
  assert.ok(without.every((record) => record.type !== 'call' || record.call.data.length === 0));
  assert.equal(without.length, records.length);
});

test('more calls and copies than fit one page', async (t) => {
  const trace = sampleTrace();
  const count = 20_000;
  for (let i = 0; i < count; i++)
    addCall(trace, { nr: 1, start: 1000 + i * 10, end: 1005 + i * 10, input: `${i}:${'x'.repeat(i % 300)}` });
  const source = await openTraceSource(temporaryFile(t, 'a.syscope', trace.build()));
  t.after(() => source.close());
  const calls = (await all(source)).filter((record) => record.type === 'call');
  assert.equal(calls.length, count + 7);
  calls.slice(7).forEach(({ call }, i) => {
    assert.equal(call.startNs, 1000 + i * 10);
    assert.equal(Buffer.from(call.data[0]!.bytes).toString(), `${i}:${'x'.repeat(i % 300)}`);
  });
});

test('one call with copies larger than the room there is at first', async (t) => {
  const trace = sampleTrace();
  const event = addCall(trace, { nr: 1, start: 1000, end: 1001, input: 'y'.repeat(3_000_000) });
  const source = await openTraceSource(temporaryFile(t, 'a.syscope', trace.build()));
  t.after(() => source.close());
  const call = (await all(source)).find((record) => record.type === 'call' && record.call.id === event);
  assert.ok(call?.type === 'call');
  assert.equal(call.call.data[0]!.bytes.length, 3_000_000);
  assert.ok(call.call.data[0]!.bytes.every((byte) => byte === 0x79));
});

test('stacks of many events', async (t) => {
  const source = await openTraceSource(temporaryFile(t, 'a.syscope', sampleTrace().build()));
  t.after(() => source.close());
  const stacks = await source.stacks([0, 1, 1, 99].map((stack) => ({ process: 0, stack })));
  assert.deepEqual(
    stacks.map((stack) => stack?.frames.map((frame) => frame.function)),
    [undefined, ['do_read', 'copy_file', 'main'], ['do_read', 'copy_file', 'main'], undefined],
  );
});
