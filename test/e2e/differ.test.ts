/**
 * Commands that run alike every time, beside Debian's strace: line by line, process by process. Every difference is one that
 * test/differ/rules.json knows, with its cause; and the command prints and returns what it does untraced.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { COMMANDS, type DifferCommand } from '../differ/commands';
import { compareRuns, type Difference, differencesText } from '../differ/compare';
import { makeFolder, SEARCH_PATH } from '../differ/folder';
import rulesFile from '../differ/rules.json';
import { ruleHolds, Rules, type RulesFile } from '../differ/rules';
import { addressesCanBeFixed, underStrace, underSyscope, untraced, Workplace, type Traced } from '../differ/run';
import { findProgram, type Outcome } from '../real/recording';

const RULES = rulesFile as RulesFile;
const LONG = process.env['SYSCOPE_LONG'] !== undefined;
const ROUNDS = LONG ? 8 : 1;
const LEAST_COMMANDS = 25;

/** Where its programs are; undefined: one is not installed. */
function wordsOf(command: DifferCommand): readonly string[] | undefined {
  const programs = command.needs.flatMap((name) => findProgram(name, SEARCH_PATH) ?? []);
  return programs.length === command.needs.length ? command.words(...programs) : undefined;
}

function sameOutcome(actual: Outcome, expected: Outcome, where: string): void {
  assert.deepEqual(actual, expected, where);
}

void describe(
  'lines beside strace',
  { skip: findProgram('strace', process.env['PATH'] ?? '') === undefined && 'strace is not installed' },
  () => {
    const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'differ-'));
    const place = new Workplace(path.join(scratch, 'files'), scratch, addressesCanBeFixed());
    const used = new Set<string>();
    let compared = 0;
    before(() => {
      makeFolder(path.join(scratch, 'files'));
    });
    after(() => {
      fs.rmSync(scratch, { recursive: true, force: true });
    });

    const rulesOf = (command: DifferCommand): Rules => new Rules(RULES, { command: command.title, fixedAddresses: place.fixed });

    function differences(command: DifferCommand, strace: Traced, other: Traced): readonly Difference[] {
      const rules = rulesOf(command);
      const found = compareRuns(strace.run, other.run, rules);
      for (const id of rules.uses.keys()) used.add(id);
      return found;
    }

    /** What a second run under strace says of a difference: that strace's own runs differ too, or that they do not. */
    function report(command: DifferCommand, words: readonly string[], strace: Traced, found: readonly Difference[]): string {
      const again = underStrace(place.command(words, command.changes));
      const own = differences(command, strace, again);
      const between =
        own.length === 0 ? "Two runs of strace's are alike." : `Two runs of strace's differ as well:\n${differencesText(own)}`;
      return `no rule for these differences (- strace, + Syscope):\n${differencesText(found)}\n${between}`;
    }

    for (const command of COMMANDS) {
      void it(command.title, (t) => {
        const words = wordsOf(command);
        if (words === undefined) {
          t.skip(`not all of these are installed: ${command.needs.join(' ')}`);
          return;
        }
        const expected = untraced(place.command(words, command.changes));
        for (let round = 0; round < ROUNDS; round++) {
          const strace = underStrace(place.command(words, command.changes));
          const syscope = underSyscope(place.command(words, command.changes));
          sameOutcome(strace.outcome, expected, 'under strace');
          sameOutcome(syscope.outcome, expected, 'under Syscope');
          const found = differences(command, strace, syscope);
          assert.equal(found.length === 0 ? '' : report(command, words, strace, found), '');
          assert.ok(syscope.run.tasks.some(({ lines }) => lines.length > 10));
        }
        compared++;
      });
    }

    void it(`at least ${String(LEAST_COMMANDS)} commands were compared`, () => {
      assert.ok(compared >= LEAST_COMMANDS, `only ${String(compared)}`);
    });

    void it('no rule is without use', { skip: !LONG && 'only many runs show every rule (npm run test:long)' }, () => {
      const held = [...RULES.varying, ...RULES.differences].filter((rule) =>
        COMMANDS.some(({ title }) => ruleHolds(rule, { command: title, fixedAddresses: place.fixed })),
      );
      assert.deepEqual(
        held.filter(({ id }) => !used.has(id)).map(({ id }) => id),
        [],
      );
    });
  },
);
