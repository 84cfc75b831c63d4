/**
 * Real programs beside `strace -f`: what strace counts the same in every run, Syscope counts the same; what varies lies in
 * strace's own range; and the program prints and returns what it does untraced.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { compare, countsOfRows, countsOfStrace, type Counts } from '../real/counts';
import { addressesCanBeFixed, commandOf, prepare, PROGRAMS } from '../real/programs';
import { findProgram, record, run, strace, type Command, type Outcome } from '../real/recording';

const RUNS = process.env['SYSCOPE_LONG'] === undefined ? 3 : 10;
/** A count that differed is looked at again this often, in so many more runs: what varies shows its range only in many. */
const ATTEMPTS = 4;
const MORE_RUNS = { strace: 3, own: 1 };

function reasonToSkip(): string | false {
  if (findProgram('strace', process.env['PATH'] ?? '') === undefined) return 'strace is not installed';
  return !addressesCanBeFixed() && 'setarch --addr-no-randomize is refused here: counts depend on where a heap begins';
}

function sameOutcome(actual: Outcome, expected: Outcome, where: string): void {
  assert.deepEqual({ ...actual, stderr: actual.stderr.trim() }, { ...expected, stderr: expected.stderr.trim() }, where);
}

interface Collected {
  readonly ofStrace: Counts[];
  readonly ofSyscope: Counts[];
}

function collect(command: Command, untraced: Outcome, into: Collected, straceRuns: number, ownRuns: number): void {
  for (let i = 0; i < Math.max(straceRuns, ownRuns); i++) {
    if (i < straceRuns) {
      const { outcome, log } = strace(command);
      sameOutcome(outcome, untraced, 'under strace');
      into.ofStrace.push(countsOfStrace(log));
    }
    if (i < ownRuns) {
      const { outcome, rows } = record(command, i === 0 ? [] : ['--no-stacks']); // stacks change no count; once will do
      sameOutcome(outcome, untraced, 'under syscope');
      assert.deepEqual(
        rows.filter(({ kind }) => kind === 'lost'),
        [],
      );
      into.ofSyscope.push(countsOfRows(rows));
    }
  }
}

void describe('counts of calls beside strace', { skip: reasonToSkip() }, () => {
  const folder = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'syscope-compare-')), 'work');
  before(() => {
    fs.mkdirSync(folder);
    prepare(folder);
  });
  after(() => {
    fs.rmSync(path.dirname(folder), { recursive: true, force: true });
  });

  for (const program of PROGRAMS) {
    void it(program.title, (t) => {
      const command = commandOf(program, folder);
      if (command === undefined) {
        t.skip(`${program.needs} is not installed`);
        return;
      }
      run(command); // caches, and git's index, as they stay from then on
      const untraced = run(command);
      const collected: Collected = { ofStrace: [], ofSyscope: [] };
      collect(command, untraced, collected, RUNS, RUNS);
      let result = compare(collected.ofStrace, collected.ofSyscope);
      for (let i = 1; i < ATTEMPTS && result.differences.length > 0; i++) {
        t.diagnostic(`looked at again: ${result.differences.join('; ')}`);
        collect(command, untraced, collected, MORE_RUNS.strace, MORE_RUNS.own);
        result = compare(collected.ofStrace, collected.ofSyscope);
      }
      if (result.differences.length > 0)
        result = compare(collected.ofStrace, collected.ofSyscope, (name) => program.byChance?.[name] ?? 0);
      for (const line of result.varying) t.diagnostic(`varies: ${line}`);
      assert.deepEqual(result.differences, []);
      assert.ok(collected.ofStrace.every((counts) => counts.length > 0));
    });
  }
});
