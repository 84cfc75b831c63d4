/**
 * Commands that do not run alike every time, beside strace: what several runs of strace's have in common Syscope shows as well, line by
 * line and process by process; what varies between them lies in their range.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { DifferCommand } from '../differ/commands';
import { makeFolder, SEARCH_PATH } from '../differ/folder';
import { otherCommands } from '../differ/others';
import rulesFile from '../differ/rules.json';
import { Rules, type RulesFile } from '../differ/rules';
import { addressesCanBeFixed, underStrace, underSyscope, Workplace, type Traced } from '../differ/run';
import { compareSpread, type SpreadDifference, spreadText } from '../differ/spread';
import { librariesPath, programsPath } from '../programs.mjs';
import { findProgram } from '../real/recording';
import { target } from './support/targets';

const RULES = rulesFile as RulesFile;
const LONG = process.env['SYSCOPE_LONG'] !== undefined;
const RUNS = LONG ? 6 : 2;
const ROUNDS = LONG ? 6 : 1;
/** Few runs show little of what varies: where something differs, strace runs so often again, and so many times. */
const MORE_RUNS = 2;
const ATTEMPTS = 4;

const PATH = `${SEARCH_PATH}:${programsPath()}`;

/** A port that nobody listens on now. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.on('error', reject).listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === 'object' ? (address?.port ?? 0) : 0);
      });
    });
  });
}

void describe(
  'runs that vary, beside strace',
  { skip: findProgram('strace', process.env['PATH'] ?? '') === undefined && 'strace is not installed' },
  () => {
    const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'others-'));
    const place = new Workplace(path.join(scratch, 'files'), scratch, addressesCanBeFixed());
    const used = new Set<string>();
    let port = 0;
    let threads = '';
    before(async () => {
      makeFolder(path.join(scratch, 'files'));
      port = await freePort();
      threads = target('threads');
    });
    after(() => {
      fs.rmSync(scratch, { recursive: true, force: true });
    });

    /** Runs the command once; it must succeed. */
    function traced(
      command: DifferCommand,
      words: readonly string[],
      under: (command: ReturnType<Workplace['command']>) => Traced,
    ): Traced {
      const made = place.command(words, command.changes);
      const result = under({ ...made, env: { ...made.env, PATH, LD_LIBRARY_PATH: librariesPath() } });
      assert.deepEqual(
        { status: result.outcome.status, signal: result.outcome.signal },
        { status: 0, signal: undefined },
        result.outcome.stderr,
      );
      return result;
    }

    function differences(command: DifferCommand, strace: readonly Traced[], syscope: Traced): readonly SpreadDifference[] {
      const rules = new Rules(RULES, { command: command.title, fixedAddresses: place.fixed });
      const found = compareSpread(
        strace.map(({ run }) => run),
        syscope.run,
        rules,
      );
      for (const id of rules.uses.keys()) used.add(id);
      return found;
    }

    for (const { title, needs } of otherCommands(0, '')) {
      void it(title, (t) => {
        const programs = needs.flatMap((name) => findProgram(name, PATH) ?? []);
        const command = otherCommands(port, threads).find((one) => one.title === title);
        if (programs.length < needs.length || command === undefined) {
          t.skip(`not all of these are there: ${needs.join(' ')}`);
          return;
        }
        const words = command.words(...programs);
        const strace = Array.from({ length: RUNS }, () => traced(command, words, underStrace));
        for (let round = 0; round < ROUNDS; round++) {
          const syscope = traced(command, words, underSyscope);
          let found = differences(command, strace, syscope);
          for (let attempt = 1; attempt < ATTEMPTS && found.length > 0; attempt++) {
            t.diagnostic(`looked at again: ${String(found.length)} differences`);
            for (let run = 0; run < MORE_RUNS; run++) strace.push(traced(command, words, underStrace));
            found = differences(command, strace, syscope);
          }
          assert.equal(spreadText(found), '');
        }
      });
    }

    void it('no rule of chance is without use', { skip: !LONG && 'only many runs show every rule (npm run test:long)' }, () => {
      assert.deepEqual(
        RULES.chance.filter(({ id }) => !used.has(id)).map(({ id }) => id),
        [],
      );
    });
  },
);
