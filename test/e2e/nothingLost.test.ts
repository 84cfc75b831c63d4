/**
 * Nothing is lost: a program that counts its own calls has as many in its trace, thread by thread; and when the tracer is killed
 * in the midst of it, the trace opens and holds every call that had returned 100 ms before.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, it } from 'node:test';
import { newTrace, recordCommand, run } from './support/syscope';
import { straceOf } from './support/expectations';
import { freshFolder, target } from './support/targets';

const LONG = process.env['SYSCOPE_LONG'] !== undefined;
const THREADS = 32;
const CALLS = LONG ? 2_000_000 / THREADS : 1000;
const KILLS = LONG ? 10 : 2;
const KILL_LIMIT_MS = 30_000;
const COMMITTED_WITHIN_NS = 100_000_000n;
/** struct counted of test/targets/count_calls.c. */
const HISTORY = 4096;
const COUNTED_BYTES = 16 + 8 * HISTORY;

/** How many getppid of each thread a trace holds: those that returned. */
function countsOf(trace: string): Map<number, number> {
  const counts = new Map<number, number>();
  for (const [, tid] of straceOf(trace).matchAll(/^(\d+) +(?:<\.\.\. )?getppid(?:\(\)| resumed>\)) +=/gm))
    counts.set(Number(tid), (counts.get(Number(tid)) ?? 0) + 1);
  return counts;
}

interface Counted {
  readonly tid: number;
  readonly calls: number;
  readonly returnedNs: (call: number) => bigint;
}

function readCounted(file: string): readonly Counted[] {
  const bytes = fs.readFileSync(file);
  return Array.from({ length: THREADS }, (_, i) => {
    const at = i * COUNTED_BYTES;
    return {
      tid: Number(bytes.readBigUInt64LE(at)),
      calls: Number(bytes.readBigUInt64LE(at + 8)),
      returnedNs: (call) => bytes.readBigUInt64LE(at + 16 + 8 * (call % HISTORY)),
    };
  });
}

const tracerOf = (pid: number): number =>
  Number(/TracerPid:\t(\d+)/.exec(fs.readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1] ?? 0);

/** Starts the counting program, kills its tracer when it is at it, and returns what it had done and when that was. */
async function killTracer(trace: string, file: string): Promise<{ counted: readonly Counted[]; killedNs: bigint }> {
  const [command = '', ...args] = recordCommand(
    trace,
    [target('count_calls'), String(THREADS), '100000000', file],
    ['--no-stacks'],
  );
  const program = spawn(command, args, { stdio: 'ignore' });
  const ended = once(program, 'exit');
  const limit = Date.now() + KILL_LIMIT_MS;
  const busy = (): boolean =>
    fs.existsSync(file) && fs.statSync(file).size > 0 && readCounted(file).every(({ calls }) => calls >= 20);
  while (!busy() && Date.now() < limit) await sleep(20);
  const killedNs = process.hrtime.bigint(); // CLOCK_MONOTONIC
  process.kill(tracerOf(program.pid ?? 0), 'SIGKILL');
  assert.deepEqual(await ended, [null, 'SIGKILL'], 'it ends with its tracer');
  return { counted: readCounted(file), killedNs };
}

void describe('nothing is lost', () => {
  void it(`${String(THREADS)} threads count ${String(THREADS * CALLS)} calls of their own`, () => {
    const trace = newTrace();
    const file = path.join(freshFolder('counts'), 'counted');
    const words = [target('count_calls'), String(THREADS), String(CALLS), file];
    const ran = run(recordCommand(trace, words, ['--no-stacks']), { timeout: LONG ? 3_000_000 : 150_000 });
    assert.equal(ran.status, 0, ran.stderr);
    const said = new Map(
      ran.stdout
        .trim()
        .split('\n')
        .map((line) => line.split(' ').map(Number) as [number, number]),
    );
    assert.deepEqual([...said.values()], new Array<number>(THREADS).fill(CALLS));
    const byTid = (a: readonly [number, number], b: readonly [number, number]): number => a[0] - b[0];
    assert.deepEqual([...countsOf(trace)].sort(byTid), [...said].sort(byTid));
  });

  for (let i = 1; i <= KILLS; i++)
    void it(`kill -9 of the tracer, ${String(i)} of ${String(KILLS)}: all up to 100 ms before is there`, async () => {
      const trace = newTrace();
      const { counted, killedNs } = await killTracer(trace, path.join(freshFolder('killed'), 'counted'));
      const counts = countsOf(trace);
      let due = 0;
      for (const { tid, calls, returnedNs } of counted) {
        let wanted = calls;
        while (wanted > 0 && calls - wanted < HISTORY && returnedNs(wanted - 1) > killedNs - COMMITTED_WITHIN_NS) wanted--;
        due += wanted;
        assert.ok(
          (counts.get(tid) ?? 0) >= wanted,
          `thread ${String(tid)}: ${String(counts.get(tid))} of ${String(wanted)} calls`,
        );
        assert.ok((counts.get(tid) ?? 0) <= calls + 1, 'and no more than it made');
      }
      assert.ok(due > 0);
    });
});
