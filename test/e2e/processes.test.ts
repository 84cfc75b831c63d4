/** Threads, forks and execs: every event is there, in order for each thread, and belongs to the right process. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, it } from 'node:test';
import { assertThreadOrder, calls, newTrace, ofKind, record, recordCommand, rowsOf, run, type Row } from './support/syscope';
import { freshFolder, target } from './support/targets';

const THREADS = 8;
const WRITES = 20_000;
const CHILDREN = 500;
const DAEMON_LIMIT_MS = 20_000;

const pidsPrinted = (stdout: string): number[] => [...stdout.matchAll(/child (\d+)/g)].map((match) => Number(match[1]));
const exits = (rows: readonly Row[], scope: string): Row[] => ofKind(rows, 'exit').filter((row) => row.scope === scope);

void describe('threads', () => {
  void it(`${String(THREADS)} × ${String(WRITES)} writes are all there, in order for each thread`, () => {
    const file = path.join(freshFolder('threads'), 'out');
    const words = [target('threads'), String(THREADS), String(WRITES), file];
    const { ran, rows } = record(words, ['--no-stacks', '--payload', '1']);
    assert.equal(ran.status, 0, ran.stderr);
    assert.equal(fs.statSync(file).size, THREADS * WRITES);
    const byThread = new Map<number, Set<string>>();
    const counts = new Map<number, number>();
    for (const row of calls(rows, 'write')) {
      const tid = row.tid ?? -1;
      counts.set(tid, (counts.get(tid) ?? 0) + 1);
      byThread.set(tid, (byThread.get(tid) ?? new Set()).add(row.args?.[1] ?? ''));
      assert.equal(row.ret, 1);
      assert.equal(row.resource, file);
    }
    assert.deepEqual([...counts.values()], new Array<number>(THREADS).fill(WRITES));
    for (const letters of byThread.values()) assert.equal(letters.size, 1, 'a thread writes one letter');
    assertThreadOrder(rows);
    assert.equal(exits(rows, 'thread').length, THREADS + 1);
    assert.equal(exits(rows, 'process').length, 1);
  });

  void it('an exec from a second thread goes on under the process id', () => {
    const { ran, rows } = record([target('exec_thread')]);
    assert.equal(ran.status, 0);
    const [before, after] = ran.stdout.trim().split('\n');
    assert.equal(before?.replace('before', ''), after?.replace('after', ''));
    const pid = Number(before?.split(' ')[1]);
    const execs = ofKind(rows, 'exec');
    assert.equal(execs.length, 2);
    const second = calls(rows, 'execve').find((row) => row.tid !== pid);
    assert.equal(second?.ret, 0, 'the exec is the second thread’s call and has its result');
    assert.equal(calls(rows, 'pause')[0]?.ret, undefined, 'the leader’s own call stays unfinished');
    const writes = calls(rows, 'write');
    assert.deepEqual(
      writes.map((row) => row.tid),
      [pid, pid],
    );
    assert.equal(exits(rows, 'thread').length, 2);
  });
});

void describe('processes', () => {
  for (const how of ['fork', 'vfork']) {
    void it(`${String(CHILDREN)} × ${how} and exec`, () => {
      const words = [target('forkexec'), String(CHILDREN), ...(how === 'vfork' ? ['vfork'] : [])];
      const { ran, rows } = record(words, ['--no-stacks']);
      assert.equal(ran.status, 0, ran.stderr);
      const printed = pidsPrinted(ran.stdout);
      assert.equal(printed.length, CHILDREN);
      const [root, ...children] = ofKind(rows, 'process');
      assert.deepEqual(
        children.map((row) => row.pid),
        printed,
      );
      assert.ok(children.every((row) => row.ppid === root?.pid));
      assert.equal(ofKind(rows, 'exec').length, CHILDREN + 1);
      assert.equal(exits(rows, 'process').filter((row) => row.code === 0).length, CHILDREN + 1);
      assert.deepEqual(
        calls(rows, 'write').map((row) => row.pid),
        printed,
      );
      assertThreadOrder(rows);
    });
  }

  for (const seccomp of ['on', 'off']) {
    void it(`children that ask to be untraced are followed (--seccomp ${seccomp})`, () => {
      const plain = run([target('odd_clones')]);
      const { ran, rows } = record([target('odd_clones')], ['--seccomp', seccomp]);
      assert.equal(plain.stdout, 'untraced clone\nclone 9\nuntraced clone3\nclone3 9\nflags kept 1\nvfork 0\n');
      assert.deepEqual(ran, plain);
      assert.equal(ofKind(rows, 'process').length, 4);
      assert.equal(calls(rows, 'write').filter((row) => row.text?.includes('untraced')).length, 2);
      assert.equal(ofKind(rows, 'warning').length, 2, 'that the flag was left out is said');
    });

    void it(`calls that the program’s own filter refuses are recorded (--seccomp ${seccomp})`, () => {
      const plain = run([target('own_filter')]);
      const { ran, rows } = record([target('own_filter')], ['--seccomp', seccomp]);
      assert.equal(plain.stdout, 'parent -1 1\nchild -1 1\n');
      assert.deepEqual(ran, plain);
      assert.deepEqual(
        calls(rows, 'getppid').map((row) => row.errno),
        ['EPERM', 'EPERM'],
      );
    });
  }

  void it('strict mode is refused by our own filter, which is said, and works without it', () => {
    const filtered = record([target('strict')]);
    assert.equal(filtered.ran.stdout, 'refused\n');
    assert.match(JSON.stringify(ofKind(filtered.rows, 'warning')), /--seccomp off/);
    const plain = record([target('strict')], ['--seccomp', 'off']);
    assert.equal(plain.ran.stdout, 'strict\n');
    assert.deepEqual(ofKind(plain.rows, 'warning'), []);
  });

  void it('what an io_uring does without calls is said to be missing', (t) => {
    const { ran, rows } = record([target('ring')]);
    if (ran.stdout === 'none\n') {
      t.skip('this kernel has no io_uring');
      return;
    }
    assert.equal(ofKind(rows, 'blind').filter((row) => row.reason === 'ioUring').length, 1);
  });

  void it('a daemon left behind goes on being recorded, and its starter’s end is not delayed by it', async () => {
    const file = path.join(freshFolder('daemon'), 'written');
    const trace = newTrace();
    const ran = run(recordCommand(trace, [target('leave_daemon'), file]));
    assert.equal(ran.status, 5, 'the starter’s own status');
    const limit = Date.now() + DAEMON_LIMIT_MS;
    const daemonDone = (): boolean => exits(rowsOf(trace), 'process').length === 3;
    while (!daemonDone() && Date.now() < limit) await sleep(100);
    const rows = rowsOf(trace);
    assert.equal(exits(rows, 'process').length, 3);
    const written = calls(rows, 'write').find((row) => row.text?.includes('daemon'));
    assert.equal(written?.resource, file);
    assert.equal(fs.readFileSync(file, 'utf8'), 'daemon\n');
  });
});
