/** Stopping a recording that no session of this window started: over the control socket that its trace names. */
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as net from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { Recordings } from '../../../extension/views/recordings';

const base = fs.mkdtempSync(path.join(os.tmpdir(), 'syscope-recordings-test-'));
const servers: net.Server[] = [];
after(() => {
  for (const server of servers) server.close();
  fs.rmSync(base, { recursive: true, force: true });
});

let folders = 0;

/** A tracer that greets and notes what it is asked. */
async function tracer(hello: object | undefined, mode = 0o700): Promise<{ socket: string; asked: string[] }> {
  const folder = path.join(base, String(folders++));
  fs.mkdirSync(folder, { mode });
  fs.chmodSync(folder, mode);
  const socket = path.join(folder, 'c');
  const asked: string[] = [];
  const server = net.createServer((peer) => {
    peer.on('error', () => undefined);
    if (hello !== undefined)
      peer.write(`${JSON.stringify({ event: 'hello', version: 1, pid: 5, program: '/p', attached: false, ...hello })}\n`);
    peer.on('data', (data: Buffer) => {
      const [id, verb] = data.toString().trim().split(' ');
      asked.push(verb ?? '');
      peer.write(`${JSON.stringify({ reply: Number(id), ok: true })}\n`);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return { socket, asked };
}

test('the first Stop terminates, the second kills; an attached program is let go', async () => {
  const recordings = new Recordings();
  const launched = await tracer({ trace: '/t' });
  await recordings.stop('/t', launched.socket);
  await recordings.stop('/t', launched.socket);
  assert.deepEqual(launched.asked, ['terminate', 'kill']);
  const attached = await tracer({ trace: '/a', attached: true });
  await recordings.stop('/a', attached.socket);
  assert.deepEqual(attached.asked, ['detach']);
});

test('a session of this window stops its own', async () => {
  const recordings = new Recordings();
  let stopped = 0;
  const stop = (): Promise<void> => {
    stopped++;
    return Promise.resolve();
  };
  recordings.add({ trace: '/t', program: '/p', attached: false, stop });
  await recordings.stop('/t', '/no/such/socket');
  assert.equal(stopped, 1);
  recordings.remove('/t');
  await assert.rejects(recordings.stop('/t', undefined), /names no tracer/);
});

test("nothing is sent to a socket that may be somebody else's", async () => {
  const recordings = new Recordings();
  const open = await tracer({ trace: '/t' }, 0o755);
  await assert.rejects(recordings.stop('/t', open.socket), /is not a private socket of yours/);
  const other = await tracer({ trace: '/other' });
  await assert.rejects(recordings.stop('/t', other.socket), /records another trace/);
  const link = path.join(base, 'link');
  fs.symlinkSync(other.socket, link);
  await assert.rejects(recordings.stop('/t', link), /is not a private socket of yours/);
  await assert.rejects(recordings.stop('/t', path.join(base, 'gone')), /no longer listens/);
  const silent = await tracer(undefined);
  await assert.rejects(recordings.stop('/t', silent.socket), /is no tracer/);
  for (const { asked } of [open, other, silent]) assert.deepEqual(asked, []);
});
