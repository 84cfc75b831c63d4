/**
 * Attaching in the midst of calls that wait: each is shown from the attach on, with its arguments, and its end is its own; what
 * attaching or detaching interrupts for good is named; and the process is left as it was, waiting or stopped.
 */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, it } from 'node:test';
import { SYSCOPE } from '../real/recording';
import { assertThreadOrder, calls, newTrace, ofKind, rowsOf, type Row } from './support/syscope';
import { target } from './support/targets';

const LIMIT_MS = 30_000;
/** The name under which the kernel knows each wait, and how its line begins. */
const WAITS: Readonly<Record<string, RegExp>> = {
  read: /^read\(3, /,
  poll: /^poll\(\[\{fd=3, events=POLLIN\}\], 1, 100000/,
  select: /^(pselect6|select)\(4, \[3\], /,
  futex: /^futex\(0x[0-9a-f]+, FUTEX_WAIT_PRIVATE, 7, \{tv_sec=100, tv_nsec=0\}/,
  nanosleep: /^nanosleep\(\{tv_sec=5, tv_nsec=0\}/,
  epoll_wait: /^epoll_wait\(\d+, .*100000\)/,
  rt_sigtimedwait: /^rt_sigtimedwait\(\[USR2\], .*\{tv_sec=100, tv_nsec=0\}/,
};
/** signal(7), "Interruption of system calls and library functions by stop signals". */
const INTERRUPTED = ['epoll_wait', 'rt_sigtimedwait'];

async function until(holds: () => boolean, what: string): Promise<void> {
  const limit = Date.now() + LIMIT_MS;
  while (!holds()) {
    if (Date.now() > limit) throw new Error(`not within 30 s: ${what}`);
    await sleep(50);
  }
}

const statesOf = (pid: number): string[] =>
  fs.readdirSync(`/proc/${String(pid)}/task`).map((tid) => {
    const stat = fs.readFileSync(`/proc/${String(pid)}/task/${tid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
  });

interface Waiting {
  readonly program: ChildProcess;
  readonly pid: number;
  readonly tids: ReadonlyMap<string, number>;
  readonly release: () => Promise<string>;
}

/** What a failed test leaves behind ends with it. */
const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

async function startWaiting(): Promise<Waiting> {
  const program = spawn(target('waits'), [], { stdio: ['pipe', 'pipe', 'inherit'] });
  started.push(program);
  let output = '';
  program.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  await until(() => output.includes('\n'), 'all threads to wait');
  const ended = once(program, 'exit');
  const release = async (): Promise<string> => {
    program.stdin.end('g');
    assert.deepEqual(await ended, [0, null]);
    return output.slice(output.indexOf('\n') + 1);
  };
  const tids = [...output.matchAll(/(\w+)=(\d+)/g)].map(([, name = '', tid]) => [name, Number(tid)] as const);
  return { program, pid: program.pid ?? 0, tids: new Map(tids), release };
}

/** Attaches, and returns when `holds` of what is recorded. */
async function attach(
  pid: number,
  holds: (rows: readonly Row[]) => boolean,
): Promise<{ trace: string; detach: () => Promise<void> }> {
  const trace = newTrace();
  const tracer = spawn(SYSCOPE, ['attach', '-o', trace, '-p', String(pid)], { stdio: ['ignore', 'ignore', 'inherit'] });
  started.push(tracer);
  const ended = once(tracer, 'exit');
  await until(() => fs.existsSync(trace) && holds(rowsOf(trace)), 'what the attach has to find');
  return {
    trace,
    detach: async () => {
      tracer.kill('SIGINT');
      assert.deepEqual(await ended, [0, null]);
    },
  };
}

/** The results that a run which nobody looks at gives, but for calls that were interrupted so often. */
const results = (interrupted: number): string =>
  Object.keys(WAITS)
    .map((name) => {
      const ret =
        name === 'read' ? '10' : name === 'rt_sigtimedwait' ? '12' : name === 'futex' || name === 'nanosleep' ? '0' : '1';
      return `${name} ${ret} interrupted ${INTERRUPTED.includes(name) ? interrupted : 0}\n`;
    })
    .join('');

const firstOf = (rows: readonly Row[], tid: number | undefined): Row | undefined => calls(rows).find((row) => row.tid === tid);
const named = (rows: readonly Row[], what: string): string[] =>
  ofKind(rows, 'warning')
    .filter((row) => row.text?.includes(what))
    .map((row) => row.text?.split(' ')[0] ?? '')
    .sort();

void describe('attach to calls that wait', () => {
  void it('each is there with its arguments, and ends as itself', async () => {
    const { pid, tids, release } = await startWaiting();
    const all = (rows: readonly Row[]): boolean => [...tids.values(), pid].every((tid) => firstOf(rows, tid) !== undefined);
    const { trace, detach } = await attach(pid, all);
    const inside = rowsOf(trace);
    for (const [name, tid] of tids) {
      const call = firstOf(inside, tid);
      assert.match(call?.text ?? '', WAITS[name]!);
      assert.equal(call?.errno, INTERRUPTED.includes(name) ? 'EINTR' : undefined, `${name}: ${call?.text ?? ''}`);
    }
    assert.equal(firstOf(inside, pid)?.fd, 0, 'the main thread’s read of stdin');
    assert.deepEqual(named(inside, 'attaching interrupts'), INTERRUPTED);
    const outcome = await release();
    assert.equal(outcome, results(1));
    await detach().catch(() => undefined); // it has ended with the program
    const rows = rowsOf(trace);
    for (const [name, tid] of tids) {
      const call = firstOf(rows, tid);
      if (INTERRUPTED.includes(name)) continue;
      assert.equal(call?.id, firstOf(inside, tid)?.id, 'the same event');
      assert.match(call?.text ?? '', / = \d+/, `${name} has its result`);
    }
    assert.equal(calls(rows, 'restart_syscall').length, 0, 'what goes on is no call of its own');
    assertThreadOrder(rows);
  });

  void it('detach leaves each waiting, and names what it interrupts', async () => {
    const { pid, tids, release } = await startWaiting();
    const again = (rows: readonly Row[]): boolean =>
      INTERRUPTED.every((name) => calls(rows, name).filter((row) => row.tid === tids.get(name)).length === 2);
    const { trace, detach } = await attach(pid, again);
    await detach();
    await until(() => statesOf(pid).every((state) => state === 'S'), 'all threads to wait again');
    assert.equal(await release(), results(2));
    assert.deepEqual(named(rowsOf(trace), 'detaching interrupts'), INTERRUPTED);
  });

  void it('a stopped process stays stopped, attached to and let go', async () => {
    const { pid, release } = await startWaiting();
    process.kill(pid, 'SIGSTOP');
    await until(() => statesOf(pid).every((state) => state === 'T'), 'the stop');
    const threads = statesOf(pid).length;
    const stops = (rows: readonly Row[]): number => ofKind(rows, 'signal').filter((row) => row.signal === 'SIGSTOP').length;
    const { detach } = await attach(pid, (rows) => stops(rows) === threads);
    assert.ok(
      statesOf(pid).every((state) => state === 't' || state === 'T'),
      'no thread runs',
    );
    await detach();
    assert.deepEqual(new Set(statesOf(pid)), new Set(['T']));
    await sleep(50);
    assert.deepEqual(new Set(statesOf(pid)), new Set(['T']), 'and stays so');
    process.kill(pid, 'SIGCONT');
    const outcome = await release();
    assert.match(outcome, /^read 10 interrupted 0\npoll 1 interrupted 0\n/);
  });
});
