/** The engine's process and its client: requests, crashes, and that nothing is left behind. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { EngineClient } from '../../../extension/engine/client';
import { EVENT, sampleTrace } from './sampleTrace';
import { temporaryFile } from './temporary';

/** A made-up engine: `run` handles each message. */
function madeUp(t: TestContext, run: string): { client: EngineClient; log: string[] } {
  const program = temporaryFile(
    t,
    'engine.cjs',
    `process.on('message', (m) => { ${run} }); process.on('disconnect', () => process.exit());`,
  );
  const log: string[] = [];
  const client = new EngineClient({ program, log: (text) => log.push(text) });
  t.after(() => {
    client.dispose();
  });
  return { client, log };
}

/** Waits until it is so; fails after half a minute. */
async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 1500 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.ok(condition(), condition.toString());
}

const LOST = { code: 'engine-lost' };

test('the built engine answers over its pipe, typed arrays, bigints and infinities too', async (t) => {
  const client = new EngineClient({ program: path.join(__dirname, 'engine.js') });
  t.after(() => {
    client.dispose();
  });
  const { trace, info } = await client.request('open', { path: temporaryFile(t, 'a.syscope', sampleTrace().build()) });
  assert.equal(info.events, 7);
  const lanes = await client.request('lanes', { trace });
  assert.equal(lanes[0]!.generations[0]!.endNs, Infinity);
  const query = { lanes: lanes.map((lane) => lane.id), t0: 0, t1: 800, pixels: 100, loader: true };
  const boxes = await client.request('boxes', { trace, query });
  assert.ok(boxes[0]?.x0 instanceof Float64Array && boxes[0].row instanceof Uint8Array);
  const { call } = await client.request('details', { trace, event: EVENT.read });
  assert.equal(call.args[1], 0x2000n);
  assert.equal(Buffer.from(call.data[0]!.bytes).toString(), 'hello');
  await client.request('close', { trace });
  await assert.rejects(client.request('lanes', { trace }), /No trace/);
});

test('a crash rejects what was asked, and the next request starts the engine again', async (t) => {
  const { client, log } = madeUp(
    t,
    `if (m.name === 'open') process.kill(process.pid, 'SIGSEGV'); else process.send({ id: m.id, result: [process.pid] });`,
  );
  const before = await client.request('lanes', { trace: 1 });
  const both = [client.request('open', { path: 'x' }), client.request('open', { path: 'y' })];
  await Promise.allSettled(both);
  for (const request of both) await assert.rejects(request, { ...LOST, message: /ended unexpectedly \(SIGSEGV\)/ });
  const after = await client.request('lanes', { trace: 1 });
  assert.notDeepEqual(before, after);
  assert.equal(log.length, 1);
});

test('an engine that keeps crashing is not started for ever', async (t) => {
  const { client } = madeUp(t, 'process.exit(3)');
  for (let i = 0; i < 3; i++) await assert.rejects(client.request('lanes', { trace: 1 }), { ...LOST, message: /status 3/ });
  await assert.rejects(
    client.request('lanes', { trace: 1 }),
    (error: Error) => !('code' in error) && /ended 3 times/.test(error.message),
  );
});

test('an engine that is not there', async (t) => {
  const client = new EngineClient({ program: '/no/such/engine.js' });
  t.after(() => {
    client.dispose();
  });
  await assert.rejects(client.request('lanes', { trace: 1 }), LOST);
});

test('what it prints goes to the log, and its errors to who asked', async (t) => {
  const { client, log } = madeUp(t, `console.error('a warning'); process.send({ id: m.id, error: 'no' });`);
  await assert.rejects(client.request('lanes', { trace: 1 }), { message: 'no' });
  await until(() => log.length > 0);
  assert.deepEqual(log, ['a warning']);
});

test('dispose answers with an error and leaves no process', async (t) => {
  const { client } = madeUp(t, `if (m.name === 'open') process.send({ id: m.id, result: process.pid });`);
  const pid = (await client.request('open', { path: 'x' })) as unknown as number;
  assert.ok(fs.existsSync(`/proc/${pid}`));
  const waiting = client.request('lanes', { trace: 1 });
  client.dispose();
  await assert.rejects(waiting, /was stopped/);
  await assert.rejects(client.request('lanes', { trace: 1 }), /was stopped/);
  await until(() => !fs.existsSync(`/proc/${pid}`)); // gone, and waited for
});
