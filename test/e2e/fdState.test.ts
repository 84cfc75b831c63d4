/** Which descriptors a call concerns, and what they are, as the programs themselves say it (test/targets/expect.h). */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { describe, it } from 'node:test';
import { SYSCOPE } from '../real/recording';
import { assertTouches, descriptionsTouched } from './support/expected';
import { calls, newTrace, record, recordCommand, rowsOf, run, type Row } from './support/syscope';
import { freshFolder, target } from './support/targets';

void describe('files tables of threads and processes', () => {
  for (const seccomp of ['on', 'off']) {
    void it(`each thread has what it says that it has (seccomp ${seccomp})`, () => {
      const { ran, rows } = record([target('apart')], ['--no-stacks', '--seccomp', seccomp]);
      assert.equal(ran.status, 0, ran.stderr);
      assert.equal(assertTouches(ran.stdout, rows), 19);
    });
  }
});

void it('descriptors of every kind, got in every way, are what proc says', () => {
  const { ran, rows } = record([target('kinds'), freshFolder('kinds')], ['--no-stacks']);
  assert.equal(ran.status, 0, ran.stderr);
  assert.ok(assertTouches(ran.stdout, rows) >= 16, ran.stdout);
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
    const csv = run([SYSCOPE, 'export', '--format', 'csv', trace])
      .stdout.split('\n')
      .map((line) => line.split(','));
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

void describe('paths that another thread rewrites', () => {
  const folder = fs.realpathSync(freshFolder('rewritten'));
  const trace = newTrace();
  const ran = run(recordCommand(trace, [target('rewritten'), folder], ['--no-stacks']));
  const opened = ran.stdout.split('\n').filter((line) => line.startsWith('opened '));
  const all = rowsOf(trace);
  const opens = calls(all).filter(
    ({ name, text }) => name === 'openat' && /O_RDONLY\)/.test(text ?? '') && /(files\/|"x")/.test(text ?? ''),
  );

  void it('runs', () => {
    assert.equal(ran.status, 0, ran.stderr);
    assert.equal(opened.length, 1600);
    assert.equal(opens.length, 1600);
  });

  void it('are flagged where the kernel saw another one, and nowhere else', () => {
    const wrong: string[] = [];
    let rewritten = 0;
    opened.forEach((line, i) => {
      const [, phase, file] = line.split(' ');
      const recorded = /files\/([ab])"/.exec(opens[i]?.text ?? '')?.[1];
      const differs = phase === 'rewrite' && recorded !== file;
      if (differs) rewritten++;
      if (differs !== (opens[i]?.path_rewritten === true)) wrong.push(`${line}: ${opens[i]?.text ?? ''}`);
    });
    assert.deepEqual(wrong, []);
    const warnings = all.filter(({ kind, code }) => kind === 'warning' && String(code) === 'pathRewritten');
    assert.equal(warnings.length, rewritten);
  });
});

void describe('both ends know each other', () => {
  const trace = newTrace();
  const ran = run(recordCommand(trace, [target('peers'), freshFolder('peers')], ['--no-stacks']));
  const labels = ran.stdout.split('\n').flatMap((line) => (line.startsWith('end ') ? [line.split(' ').slice(1)] : []));
  const ends = descriptionsTouched(trace);
  const described = new Map(labels.map(([thread, label = '']) => [label, ends.next(Number(thread))]));

  void it('runs', () => {
    assert.equal(ran.status, 0, ran.stderr);
    assert.ok(labels.length >= 18, ran.stdout);
  });

  for (const label of [...described.keys()].filter((name) => name.endsWith('-1')).map((name) => name.slice(0, -2))) {
    void it(label, () => {
      const [one, other] = [described.get(`${label}-1`), described.get(`${label}-2`)];
      assert.ok(one !== undefined && other !== undefined && one !== other);
      assert.equal(ends.peerOf(one), other);
      // The pipe's other end has its first end as its peer, not the one that was opened anew.
      assert.equal(ends.peerOf(other), label === 'reopened' ? described.get('pipe-1') : one);
    });
  }
});

void describe('random changes by several threads and processes', () => {
  const long = process.env['SYSCOPE_LONG'] === '1';
  const first = long ? Date.now() % 1_000_000 : 1;
  for (let seed = first; seed < first + (long ? 20 : 2); seed++) {
    void it(`seed ${String(seed)}`, () => {
      const words = [target('fdstress'), freshFolder('fdstress'), String(seed), long ? '40' : '8'];
      const { ran, rows } = record(words, ['--no-stacks']);
      assert.equal(ran.status, 0, ran.stderr);
      assert.ok(assertTouches(ran.stdout, rows) > 500);
    });
  }
});
