/** A trace that is cut off at every 97th byte, or has each 97th byte changed, through the whole engine: an error or what is whole. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { Engine } from '../../../extension/engine/engine';
import { openTraceSource } from '../../../extension/engine/source';
import { sampleTrace } from './sampleTrace';
import { temporaryFile } from './temporary';

const STEP = 97;

/** Asks everything. Returns how many calls there are; -1: it does not open, and a sentence says why. */
async function askEverything(engine: Engine, path: string): Promise<number> {
  const opened = await engine.request('open', { path }).catch((error: unknown) => error as Error);
  if (opened instanceof Error) {
    assert.match(opened.message, /\.$/);
    return -1;
  }
  const { trace, info } = opened;
  const lanes = await engine.request('lanes', { trace });
  const query = { lanes: lanes.map((lane) => lane.id), t0: 0, t1: info.durationNs + 1, pixels: 100, loader: true };
  const boxes = await engine.request('boxes', { trace, query });
  const { total, calls } = await engine.request('events', { trace, first: 0, count: 100, hidden: 0, loader: true });
  assert.equal(calls.length, total);
  assert.equal(
    boxes.reduce((sum, { count }) => sum + count.reduce((a, b) => a + b, 0), 0),
    total,
  );
  await engine.request('processes', { trace });
  for (const problem of info.problems) assert.match(problem, /\.$/);
  await engine.request('close', { trace });
  const source = await openTraceSource(path);
  let records = 0;
  for await (const page of source.records({ data: true })) records += page.filter(({ type }) => type === 'call').length;
  await source.close();
  assert.equal(records, total);
  return total;
}

test('cut at every 97th byte', async (t) => {
  const bytes = sampleTrace().build();
  const engine = new Engine();
  const file = temporaryFile(t, 'cut.syscope', bytes);
  let most = await askEverything(engine, file);
  assert.equal(most, 7);
  for (let length = bytes.length - 1; length > 0; length -= STEP) {
    fs.truncateSync(file, length);
    const calls = await askEverything(engine, file);
    assert.ok(calls <= most, `${length} bytes: ${calls} calls, with more bytes ${most}`);
    most = calls;
  }
  engine.dispose();
});

test('each 97th byte changed', async (t) => {
  const bytes = sampleTrace().build();
  const engine = new Engine();
  const file = temporaryFile(t, 'flip.syscope', bytes);
  const fd = fs.openSync(file, 'r+');
  for (let at = 0; at < bytes.length; at += STEP) {
    fs.writeSync(fd, Uint8Array.of(bytes[at]! ^ 0xff), 0, 1, at);
    const calls = await askEverything(engine, file);
    assert.ok(calls <= 7, `byte ${at}: ${calls} calls`);
    fs.writeSync(fd, bytes, at, 1, at);
  }
  fs.closeSync(fd);
  engine.dispose();
});
