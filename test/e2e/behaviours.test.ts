/**
 * One target program per behaviour (test/targets/README.md): each checks itself, behaves traced as it does untraced, and
 * says which lines its trace holds.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { SYSCOPE } from '../real/recording';
import { behave } from './support/expectations';
import { assertThreadOrder, calls, ofKind, record, recordCommand, rowsOf, run, type Row } from './support/syscope';
import { freshFolder, target } from './support/targets';

const LONG = process.env['SYSCOPE_LONG'] !== undefined;
const NOBODY = 65534;
const IN_A_ROW = LONG ? 10_000 : 300;
const AT_ONCE = 200;
const RACES = LONG ? 300 : 8;

const warnings = (rows: readonly Row[]): readonly string[] => ofKind(rows, 'warning').map((row) => row.text ?? '');
const exits = (rows: readonly Row[], scope: string): readonly Row[] => ofKind(rows, 'exit').filter((row) => row.scope === scope);

interface Privileged {
  readonly program?: { readonly file: string; readonly folder: string; readonly uid: number };
  readonly reason: string;
}

/** A set-user-id copy of test/targets/privilege.c in a folder that another user may write; only root can make that. */
function privileged(owner = 0): Privileged {
  if (process.getuid?.() !== 0) return { reason: 'only root can make a set-user-id program' };
  const folder = fs.mkdtempSync('/tmp/syscope-privilege-'); // the tests' own folder is closed to others
  process.on('exit', () => {
    fs.rmSync(folder, { recursive: true, force: true });
  });
  const file = path.join(folder, 'privilege');
  fs.copyFileSync(target('privilege'), file);
  fs.chownSync(file, owner, owner);
  fs.chmodSync(file, 0o4755);
  fs.chownSync(folder, NOBODY, NOBODY);
  const seen = spawnSync(file, [], { encoding: 'utf8', cwd: '/', uid: NOBODY, gid: NOBODY });
  if (seen.error !== undefined || !seen.stdout.endsWith(`effective ${String(owner)}\n`))
    return { reason: `set-user-id programs have no effect in ${folder}` };
  if (spawnSync(SYSCOPE, ['--version'], { cwd: '/', uid: NOBODY, gid: NOBODY }).error !== undefined)
    return { reason: 'another user can’t reach the built tree' };
  return { program: { file, folder, uid: NOBODY }, reason: '' };
}

void describe('processes and what they share', () => {
  void it('vfork: a child whose exec fails, and one whose succeeds', () => {
    const { rows } = behave('vfork_fails');
    assert.equal(ofKind(rows, 'exec').length, 2);
    assertThreadOrder(rows);
  });

  void it('clone3 with every flag that shares files, directory or memory, and a brother', () => {
    const { rows, output } = behave('clone3_sharing');
    const [, parent, brother, half] = /parent (\d+) brother (\d+) of (\d+)/.exec(output) ?? [];
    const ofBrother = ofKind(rows, 'process').find((row) => row.pid === Number(brother));
    assert.equal(ofBrother?.ppid, Number(parent), `made by ${String(half)}, but its parent is the parent's`);
    const read = calls(rows, 'read').filter((row) => row.fd === 40);
    assert.deepEqual(
      read.map((row) => [row.ret === 1 ? row.resource : row.errno]),
      [false, true, false, true, false, true, false, true, true].map((shared) => [shared ? '/etc/passwd' : 'EBADF']),
      'the parent has the child’s descriptor only if they share the table',
    );
  });

  void it('another process’s memory, and pages moved into a pipe', () => {
    behave('vm_access');
  });

  void it('tracing of its own children is refused cleanly', () => {
    const { output } = behave('own_ptrace', [], { differs: true });
    assert.equal(output, 'attach 1 seize 1 traceme 1\n', 'each with EPERM');
  });

  void it('strace inside is refused cleanly, and ends', (t) => {
    if (spawnSync('strace', ['-V']).error !== undefined) {
      t.skip('strace is not installed');
      return;
    }
    const { ran } = record(['strace', '-o', '/dev/null', 'true']);
    assert.notEqual(ran.status, 0);
    assert.match(ran.stderr, /Operation not permitted/);
  });

  void it('exec as it fails and as it succeeds', () => {
    const { rows } = behave('exec_fails', [freshFolder('execs')]);
    assert.equal(ofKind(rows, 'exec').length, 2);
  });

  void it('a set-user-id program runs, without its privilege under an unprivileged tracer, which is said', (t) => {
    const { program, reason } = privileged();
    if (program === undefined) {
      t.skip(reason);
      return;
    }
    const own = { cwd: '/', uid: program.uid, gid: program.uid };
    const trace = path.join(program.folder, 'trace.syscope');
    const plain = run([program.file], own);
    const ran = run(recordCommand(trace, [program.file], ['--no-stacks']), own);
    assert.equal(plain.stdout, `real ${String(program.uid)} effective 0\n`);
    assert.deepEqual([ran.status, ran.stdout], [0, `real ${String(program.uid)} effective ${String(program.uid)}\n`]);
    assert.match(warnings(rowsOf(trace)).join(), /set-user-id .* without that privilege/);
  });

  void it('a set-user-id program keeps its privilege under root’s tracer', (t) => {
    const { program, reason } = privileged(NOBODY);
    if (program === undefined) {
      t.skip(reason);
      return;
    }
    const { ran, rows } = record([program.file], ['--no-stacks']);
    assert.equal(ran.stdout, `real 0 effective ${String(NOBODY)}\n`);
    assert.deepEqual(warnings(rows), []);
  });

  void it(`ends that race with something else, ${String(RACES)} rounds`, () => {
    const { rows } = behave('exits', [String(RACES)]);
    assert.equal(exits(rows, 'process').length, ofKind(rows, 'process').length, 'every process’s end is there');
    assert.equal(exits(rows, 'thread').length, ofKind(rows, 'thread').length, 'and every thread’s');
  });

  void it('a reaper in init’s place, with all signals ignored and blocked', () => {
    behave('reaper');
  });

  void it(`${IN_A_ROW} processes in a row`, () => {
    const { rows } = behave('many_processes', [String(IN_A_ROW)]);
    assert.equal(exits(rows, 'process').length, IN_A_ROW + 1);
    const codes = exits(rows, 'process').map((row) => row.code);
    assert.deepEqual(
      codes.slice(0, -1),
      Array.from({ length: IN_A_ROW }, (_, i) => i & 63),
    );
  });

  void it(`${AT_ONCE} threads at once`, () => {
    const { rows } = behave('many_threads', [String(AT_ONCE)]);
    const byThread = new Map<number, number>();
    for (const { tid = 0 } of calls(rows, 'getppid')) byThread.set(tid, (byThread.get(tid) ?? 0) + 1);
    assert.deepEqual([...byThread.values()], new Array<number>(AT_ONCE).fill(10));
    assert.equal(exits(rows, 'thread').length, AT_ONCE + 1);
    assertThreadOrder(rows);
  });
});

void describe('stops and signals', () => {
  void it('sleeps and waits that are stopped twice go on', () => {
    behave('restarts');
  });

  void it('a process of several threads stops and goes on as a whole', () => {
    const { rows } = behave('stop_group');
    assertThreadOrder(rows);
  });

  void it('an orphaned process group with a stopped member', () => {
    behave('orphans');
  });

  void it('siginfo from every kind of source', () => {
    behave('siginfo');
  });
});

void describe('seccomp filters of the program’s own', () => {
  for (const name of ['trap', 'kill', 'thread', 'tsync', 'notify', 'log']) {
    void it(name, () => {
      behave('own_filters', [name]);
      if (LONG) behave('own_filters', [name], { options: ['--seccomp', 'off'] });
    });
  }
});
