/** Which descriptors a call concerns, and what they are, as the programs themselves say it (test/targets/expect.h). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SYSCOPE } from '../real/recording';
import { assertTouches } from './support/expected';
import { calls, newTrace, record, recordCommand, rowsOf, run, type Row } from './support/syscope';
import { target } from './support/targets';

void describe('files tables of threads and processes', () => {
  for (const seccomp of ['on', 'off']) {
    void it(`each thread has what it says that it has (seccomp ${seccomp})`, () => {
      const { ran, rows } = record([target('apart')], ['--no-stacks', '--seccomp', seccomp]);
      assert.equal(ran.status, 0, ran.stderr);
      assert.equal(assertTouches(ran.stdout, rows), 19);
    });
  }
});

void describe('calls on several descriptors', () => {
  const trace = newTrace();
  const ran = run(recordCommand(trace, [target('several')], ['--no-stacks']));
  const rows = rowsOf(trace);
  const lines = ran.stdout.split('\n');
  const said = (kind: string): string[][] =>
    lines.filter((line) => line.startsWith(`${kind} `)).map((line) => line.split(' ').slice(1));
  /** The calls of this name which the program made, in order, each once. */
  const taken = new Map<string, Row[]>();
  const next = (name: string): Row | undefined => {
    let left = taken.get(name);
    if (left === undefined) taken.set(name, (left = calls(rows, name).filter(({ origin }) => origin === 'program')));
    return left.shift();
  };

  void it('runs', () => {
    assert.equal(ran.status, 0, ran.stderr);
    assert.ok(lines.length > 15);
  });

  void it('belong to the first, with ties at the others', () => {
    for (const [name = '', own, ...ties] of said('ties')) {
      const row = next(name);
      assert.equal(row?.fd, Number(own), name);
      assert.deepEqual(
        row.ties?.map(({ role, fd }) => `${role}:${String(fd)}`),
        ties,
        name,
      );
    }
  });

  void it('a poll of many has the first 64 and their number', () => {
    const [name = '', own] = said('many')[0] ?? [];
    const row = next(name);
    assert.equal(row?.fd, Number(own));
    assert.equal(row.fd_class, 'poll');
    assert.equal(row.ties?.length, 64);
    assert.equal(row.more_ties, 36);
  });

  void it('what epoll says is ready is named, whatever its word was', () => {
    const [name = '', own, ...ready] = said('ready')[0] ?? [];
    const row = next(name);
    assert.equal(row?.fd, Number(own));
    assert.deepEqual(row.ties?.map(({ role, fd }) => `${role} ${String(fd)}`).sort(), ready.map((fd) => `ready ${fd}`).sort());
  });

  void it('what was received is what was sent, closed by its sender meanwhile', () => {
    assert.equal(assertTouches(ran.stdout, rows), 2);
  });

  void it('many messages and vmsplice count what they moved', () => {
    const csv = run([SYSCOPE, 'export', '--format', 'csv', trace]).stdout.split('\n').map((line) => line.split(','));
    const summary = JSON.parse(run([SYSCOPE, 'summary', '--by', 'syscall,fd', '--json', trace]).stdout) as {
      rows: readonly { keys: readonly string[]; bytes_read: number; bytes_written: number }[];
    };
    for (const [name = '', fd = '', received, sent] of said('moved')) {
      const row = csv.find((cells) => cells[0] === name && cells[1] === fd);
      assert.equal(row?.[5], String(Number(received) + Number(sent)), name);
      assert.deepEqual([row[6] === '0', row[7] === '0'], [received === '0', sent === '0'], name);
      const sum = summary.rows.find(({ keys }) => keys[0] === name && keys[1]?.includes(` fd ${fd} `) === true);
      assert.deepEqual([sum?.bytes_read, sum?.bytes_written], [Number(received), Number(sent)], name);
    }
  });
});
