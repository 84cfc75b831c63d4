/** Signals reach the program as they do untraced, and are in the trace. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertThreadOrder, calls, ofKind, record, run, type Row } from './support/syscope';
import { target } from './support/targets';

const signalNames = (rows: readonly Row[]): string[] => ofKind(rows, 'signal').map((row) => String(row.name ?? row.signal));

function compare(name: string): readonly Row[] {
  const plain = run([target('signals'), name]);
  const { ran, rows } = record([target('signals'), name]);
  assert.deepEqual(ran, plain);
  assertThreadOrder(rows);
  return rows;
}

void describe('signals', () => {
  void it('a read that a handler interrupts returns EINTR', () => {
    const rows = compare('eintr');
    const read = calls(rows, 'read').find((row) => row.fd_class === 'pipe');
    assert.match(read?.text ?? '', /ERESTARTSYS|EINTR/);
    assert.ok(signalNames(rows).includes('SIGUSR1'));
  });

  void it('with SA_RESTART it is begun anew, as a second event', () => {
    const rows = compare('restart');
    const reads = calls(rows, 'read').filter((row) => row.fd_class === 'pipe');
    assert.equal(reads.length, 2);
    assert.match(reads[0]?.text ?? '', /ERESTARTSYS/);
    assert.equal(reads[1]?.ret, 1);
  });

  void it('a queued signal keeps its value', () => {
    assert.equal(signalNames(compare('info')).length, 1);
  });

  void it('a parent sees its child stop, continue and end', () => {
    const rows = compare('stop');
    const names = signalNames(rows);
    assert.equal(names.filter((name) => name === 'SIGSTOP').length, 2, 'the signal, and the stop');
    assert.ok(names.includes('SIGCONT'));
  });

  void it('a sleep that a stop interrupts goes on', () => {
    const rows = compare('sleep');
    assert.ok(calls(rows, 'restart_syscall').length >= 1, 'once for the stop, perhaps once more for the child’s end');
  });

  void it('sigtimedwait gets what is sent', () => {
    compare('timedwait');
  });

  void it('death by SIGKILL in a call leaves the call unfinished', () => {
    const rows = compare('killed');
    const root = ofKind(rows, 'process')[0]?.pid;
    const last = calls(rows)
      .filter((row) => row.pid === root)
      .at(-1);
    assert.equal(last?.name, 'read');
    assert.equal(last.ret, undefined);
  });

  for (const name of ['abort', 'fault'])
    void it(`death by a signal of its own is the recorder’s status too (${name})`, () => {
      compare(name);
    });
});
