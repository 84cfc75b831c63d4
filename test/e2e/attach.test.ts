/** A running process: attached to with all its threads, recorded, let go unharmed; and a trace that is read while it grows. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, it } from 'node:test';
import { SYSCOPE } from '../real/recording';
import { start } from './support/control';
import { calls, newTrace, ofKind, recordCommand, rowsOf, run, type Row } from './support/syscope';
import { target } from './support/targets';

const LIMIT_MS = 30_000;

async function until(holds: () => boolean, what: string): Promise<void> {
  const limit = Date.now() + LIMIT_MS;
  while (!holds()) {
    if (Date.now() > limit) throw new Error(`not within 30 s: ${what}`);
    await sleep(20);
  }
}

/** The trace as it is; no rows while it does not exist yet. */
const rowsSoFar = (trace: string): Row[] => (fs.existsSync(trace) ? rowsOf(trace) : []);

void describe('attach', () => {
  void it('records a running process until Ctrl+C, which lets it go', async () => {
    const program = spawn(target('echo_lines'), [], { stdio: ['pipe', 'pipe', 'inherit'] });
    let output = '';
    program.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    program.stdin.write('early\n');
    await until(() => output.includes('got early'), 'the first answer');
    const trace = newTrace();
    const tracer = spawn(SYSCOPE, ['attach', '-o', trace, '-p', String(program.pid)], { stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = once(tracer, 'exit');
    await until(() => calls(rowsSoFar(trace), 'read').length > 0, 'the read that it waits in');
    program.stdin.write('late\n');
    await until(() => output.includes('got late'), 'the second answer');
    tracer.kill('SIGINT');
    assert.deepEqual(await ended, [0, null]);
    const rows = rowsOf(trace);
    const texts = calls(rows, 'write').map((row) => row.text ?? '');
    assert.ok(texts.some((text) => text.includes('late')));
    assert.ok(!texts.some((text) => text.includes('early')));
    assert.equal(calls(rows, 'read')[0]?.fd_class, 'local-socket', 'descriptors that were there before are known');
    assert.deepEqual(ofKind(rows, 'warning'), [], 'nothing was interrupted for good');
    const done = once(program, 'exit');
    program.stdin.write('again\n');
    await until(() => output.includes('got again'), 'an answer after it was let go');
    program.stdin.end();
    assert.deepEqual(await done, [0, null]);
  });

  void it('takes all threads of a process', async () => {
    const file = `${newTrace()}.out`;
    const program = spawn(target('threads'), ['4', '2000000', file], { stdio: 'ignore' });
    const ended = once(program, 'exit');
    const taskFolder = `/proc/${String(program.pid)}/task`;
    await until(() => fs.readdirSync(taskFolder).length === 5, 'all threads');
    const trace = newTrace();
    const tracer = spawn(SYSCOPE, ['attach', '--no-stacks', '-o', trace, '-p', String(program.pid)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const detached = once(tracer, 'exit');
    await until(
      () => ofKind(rowsSoFar(trace), 'thread').length === 5 && calls(rowsSoFar(trace), 'write').length > 200,
      'all threads in the trace',
    );
    tracer.kill('SIGTERM');
    assert.deepEqual(await detached, [0, null]);
    const writers = new Set(calls(rowsOf(trace), 'write').map((row) => row.tid));
    assert.ok(writers.size >= 2, `${String(writers.size)} threads wrote`);
    assert.equal(program.exitCode, null, 'the program goes on');
    program.kill('SIGKILL');
    await ended;
    fs.rmSync(file, { force: true });
  });

  void it('a process that is traced already is refused, with who traces it', async () => {
    const { child, peer, ended } = await start([target('echo_lines')]);
    await peer.event('hello');
    const refused = run([SYSCOPE, 'attach', '-o', newTrace(), '-p', String(child.pid)]);
    assert.equal(refused.status, 125);
    assert.match(refused.stderr, /^syscope: process \d+ is already traced, by process \d+ .*\.\n$/);
    child.stdin?.end();
    assert.deepEqual(await ended(), { status: 0, signal: undefined });
  });
});

void describe('a trace that grows', () => {
  void it('shows everything up to the call in which the program waits', async () => {
    const trace = newTrace();
    const [file = '', ...args] = recordCommand(trace, [target('echo_lines')]);
    const program = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const ended = once(program, 'exit');
    await until(() => calls(rowsSoFar(trace), 'read').some((row) => row.fd === 0), 'the read of stdin');
    const waiting = calls(rowsOf(trace)).at(-1);
    assert.deepEqual([waiting?.name, waiting?.fd, waiting?.ret], ['read', 0, undefined]);
    program.stdin.end('line\n');
    await ended;
    const rows = rowsOf(trace);
    assert.equal(calls(rows).find((row) => row.id === waiting?.id)?.ret, 5);
    assert.equal(calls(rows).at(-1)?.name, 'exit_group');
  });

  void it('outlives a tracer that is killed: what was recorded is read', async () => {
    const { child, peer, trace, type, shows, ended } = await start([target('echo_lines')]);
    type('line');
    await shows('got line');
    const tracer = Number(/TracerPid:\t(\d+)/.exec(fs.readFileSync(`/proc/${String(child.pid)}/status`, 'utf8'))?.[1]);
    process.kill(tracer, 'SIGKILL');
    assert.deepEqual(await ended(), { status: undefined, signal: 'SIGKILL' }, 'its calls would fail without a tracer');
    peer.close();
    assert.ok(calls(rowsOf(trace), 'write').some((row) => row.text?.includes('got line')));
  });
});
