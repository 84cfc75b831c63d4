/**
 * Real programs beside `strace -f`: what strace counts the same in every run, Syscope counts the same; what varies lies in
 * strace's own range; and the program prints and returns what it does untraced.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { compare, countsOfRows, countsOfStrace, type Comparison, type Counts, type Range } from '../real/counts';
import { commandOf, prepare, PROGRAMS, type Program } from '../real/programs';
import { findProgram, record, run, strace, type Command, type Outcome } from '../real/recording';

const RUNS = process.env['SYSCOPE_LONG'] === undefined ? 3 : 10;
/** A count that differed is looked at again this often, in so many more runs: on a busy machine a program may do something rare. */
const ATTEMPTS = 4;
const MORE_RUNS = { strace: 3, own: 1 };
const CHANCE = 4;

/** In the end a range may be left by its own width: a few runs don't show all of it. */
type Slack = (name: string, range: Range) => number;
const slackOf =
  (program: Program): Slack =>
  (name, { min, max }) =>
    Math.max(max - min, program.byChance?.includes(name) === true ? CHANCE : 0);

function sameOutcome(actual: Outcome, expected: Outcome, where: string): void {
  assert.deepEqual({ ...actual, stderr: actual.stderr.trim() }, { ...expected, stderr: expected.stderr.trim() }, where);
}

/** The best that is left when one of six runs or more is set aside: whatever happened in it did not happen in the others. */
function withoutOne({ ofStrace, ofSyscope }: Collected, slack: Slack): Comparison {
  return ofSyscope
    .map((_, i) => compare(ofStrace, [...ofSyscope.slice(0, i), ...ofSyscope.slice(i + 1)], slack))
    .reduce((best, one) => (one.differences.length < best.differences.length ? one : best));
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

void describe(
  'counts of calls beside strace',
  { skip: findProgram('strace', process.env['PATH'] ?? '') === undefined && 'strace is not installed' },
  () => {
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
        if (result.differences.length > 0) result = withoutOne(collected, slackOf(program));
        for (const line of result.varying) t.diagnostic(`varies: ${line}`);
        assert.deepEqual(result.differences, []);
        assert.ok(collected.ofStrace.every((counts) => counts.length > 0));
      });
    }
  },
);
