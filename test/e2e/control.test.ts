/** The control channel: what a peer is told, and pause, step, resume, detach, terminate, kill. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, it } from 'node:test';
import { connect, start } from './support/control';
import { calls, newTrace, ofKind, recordCommand, rowsOf, run } from './support/syscope';
import { freshFolder, target } from './support/targets';

/** Long enough for a program that isn't held to answer. */
const QUIET_MS = 300;

const tracerOf = (pid: number): number =>
  Number(/TracerPid:\t(\d+)/.exec(fs.readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1]);

void describe('control channel', () => {
  void it('says hello, processes, threads and how it ended', async () => {
    const { peer, child, trace, ended, type } = await start([target('echo_lines')]);
    const hello = await peer.event('hello');
    assert.equal(hello['pid'], child.pid);
    assert.equal(hello['trace'], trace);
    assert.equal(hello['attached'], false);
    assert.equal((await peer.event('process', (message) => message['name'] === 'echo_lines'))['pid'], child.pid);
    assert.equal((await peer.event('thread'))['tid'], child.pid);
    assert.equal((await peer.ask('status'))['ok'], true);
    assert.match(String((await peer.ask('dance'))['error']), /no such request/);
    type('x');
    child.stdin?.end();
    assert.deepEqual(await ended(), { status: 0, signal: undefined });
    assert.equal((await peer.event('exited'))['code'], 0);
    assert.equal((await peer.event('end'))['reason'], 'all-exited');
  });

  void it('pause holds a thread at its next call, step lets one through, resume all', async () => {
    const { peer, child, type, shows, ended, trace } = await start([target('echo_lines')]);
    type('first');
    await shows('got first');
    await peer.ask('pause');
    type('second');
    const stopped = await peer.event('stopped');
    assert.deepEqual([stopped['tid'], stopped['reason']], [child.pid, 'pause']);
    const held = calls(rowsOf(trace)).find((row) => row.id === stopped['id']);
    assert.equal(held?.name, 'write', 'the call at which it is held is in the trace');
    assert.equal(held.ret, undefined);
    await assert.rejects(
      Promise.race([shows('got second'), sleep(QUIET_MS).then(() => Promise.reject(new Error('quiet')))]),
      /quiet/,
    );
    await peer.ask(`step ${String(child.pid)}`);
    const next = await peer.event('stopped');
    assert.equal(next['reason'], 'step');
    await shows('got second');
    assert.match(String((await peer.ask('step 1'))['error']), /no such thread/);
    await peer.ask('resume');
    type('third');
    await shows('got third');
    child.stdin?.end();
    assert.deepEqual(await ended(), { status: 0, signal: undefined });
    const rows = calls(rowsOf(trace));
    const after = rows.find((row) => row.id === stopped['id']);
    const before = rows.find((row) => row.name === 'write' && row.text?.includes('got first'));
    const held_ns = (after?.start_ns ?? 0) - (before?.start_ns ?? 0);
    assert.ok(held_ns > QUIET_MS * 1e6, 'it begins when it was let go');
    assert.ok((after?.duration_ns ?? Infinity) < held_ns / 2, 'the time for which it was held is none of its own');
  });

  void it('holds the program at its own first call', async () => {
    const { peer, child, ended, trace } = await start([target('echo_lines')], ['--stop-on-entry']);
    const stopped = await peer.event('stopped');
    assert.equal(stopped['reason'], 'entry');
    assert.equal(calls(rowsOf(trace)).find((row) => row.id === stopped['id'])?.origin, 'program');
    await peer.ask('resume');
    child.stdin?.end();
    assert.deepEqual(await ended(), { status: 0, signal: undefined });
  });

  void it('a peer that goes away leaves nothing held', async () => {
    const { peer, child, type, shows, ended } = await start([target('echo_lines')]);
    await peer.ask('pause');
    type('line');
    await peer.event('stopped');
    peer.close();
    await shows('got line');
    child.stdin?.end();
    assert.deepEqual(await ended(), { status: 0, signal: undefined });
  });

  for (const seccomp of ['on', 'off']) {
    void it(`detach ends the recording, the program goes on (--seccomp ${seccomp})`, async () => {
      const { peer, child, type, shows, ended, trace } = await start([target('echo_lines')], ['--seccomp', seccomp]);
      type('before');
      await shows('got before');
      await peer.ask('detach');
      assert.equal((await peer.event('end'))['reason'], 'detached');
      type('after');
      await shows('got after');
      assert.equal(tracerOf(child.pid ?? 0) === 0, seccomp === 'off', 'only without a filter can the tracer go');
      child.stdin?.end();
      assert.deepEqual(await ended(), { status: 0, signal: undefined });
      const written = calls(rowsOf(trace), 'write').map((row) => row.text);
      assert.ok(written.some((text) => text?.includes('before')));
      assert.ok(!written.some((text) => text?.includes('after')));
    });
  }

  void it('terminate sends SIGTERM, also to a held program; kill kills', async () => {
    for (const [verb, signal] of [
      ['terminate', 'SIGTERM'],
      ['kill', 'SIGKILL'],
    ] as const) {
      const { peer, type, ended, trace } = await start([target('echo_lines')]);
      await peer.ask('pause');
      type('line');
      await peer.event('stopped');
      await peer.ask(verb);
      assert.deepEqual(await ended(), { status: undefined, signal });
      assert.equal((await peer.event('end'))['reason'], 'terminated');
      assert.equal(ofKind(rowsOf(trace), 'exit').length, 2);
    }
  });

  void it('a peer that comes while a thread is held is told so', async () => {
    const { peer, ended, socketPath } = await start([target('echo_lines')], ['--stop-on-entry']);
    const { tid, id } = await peer.event('stopped');
    const late = await connect(socketPath);
    assert.deepEqual(await late.event('stopped'), { event: 'stopped', tid, reason: 'entry', id });
    await late.ask('kill');
    assert.equal((await ended()).signal, 'SIGKILL');
    late.close();
  });

  void it('a peer that comes when a short program has ended still learns how', async () => {
    const socketPath = path.join(freshFolder('late'), 's');
    const ran = run(recordCommand(newTrace(), [target('signals'), 'info'], ['--control', socketPath]));
    assert.equal(ran.status, 0);
    const late = await connect(socketPath);
    assert.equal((await late.event('hello'))['version'], 1);
    assert.equal((await late.event('exited'))['code'], 0);
    assert.equal((await late.event('end'))['reason'], 'all-exited');
    late.close();
  });
});
