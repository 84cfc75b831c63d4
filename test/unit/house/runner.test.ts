/** The test runner itself: limits, left-over processes, and how outcomes are counted. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { endLeftOvers, runCommand, type CommandResult } from '../../processes.mjs';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'runner-'));
const logFile = path.join(folder, 'log');
const shell = (script: string, limitSeconds = 30): Promise<CommandResult> =>
  runCommand({ command: 'sh', args: ['-c', script], cwd: folder, limitSeconds, prefix: '| ', logFile });

function nameOf(pid: number): string {
  return fs.readFileSync(`/proc/${String(pid)}/comm`, 'utf8').trim();
}

function alive(pid: number): boolean {
  const stat = fs.existsSync(`/proc/${pid}/stat`) ? fs.readFileSync(`/proc/${pid}/stat`, 'latin1') : '';
  return stat !== '' && !stat.includes(') Z');
}

/** A signal takes a moment to end a process. */
async function ended(pid: number): Promise<void> {
  for (let i = 0; i < 100 && alive(pid); i++) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(alive(pid), false);
}

test('a command gives its status and its lines, also the last without an end', async () => {
  const result = await shell('echo one; printf two; exit 3');
  assert.deepEqual(result, { status: 3, lines: ['one', 'two'], problem: undefined });
  assert.equal(fs.readFileSync(logFile, 'utf8'), 'one\ntwo\n');
});

test('a command that is not there is a problem in a sentence', async () => {
  const result = await runCommand({ command: './nothing', args: [], cwd: folder, limitSeconds: 5, prefix: '', logFile });
  assert.match(result.problem ?? '', /^\.\/nothing could not be started/);
});

test('a command that takes too long is ended with its children', async () => {
  const result = await shell('sleep 600 & echo $!; sleep 600', 1);
  assert.equal(result.problem, 'it did not end within 1 s and was killed');
  await ended(Number(result.lines[0]));
});

test('a process that left the group is found by its mark and ended', async () => {
  // The number is written once it has left the group: what is still in it is ended with its parent.
  const leave = `setsid sh -c 'echo $$ > left; exec sleep 600' </dev/null >/dev/null 2>&1 &`;
  const result = await shell(`rm -f left; ${leave} until [ -s left ]; do sleep 0.01; done; cat left`);
  const pid = Number(result.lines[0]);
  assert.ok(alive(pid));
  for (let i = 0; i < 500 && nameOf(pid) !== 'sleep'; i++) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.ok(endLeftOvers().includes('sleep'));
  await ended(pid);
});

test('the reporter counts tests, names the failed ones, and skips groups', () => {
  const file = path.join(folder, 'some.test.cjs');
  const results = path.join(folder, 'results.jsonl');
  fs.writeFileSync(
    file,
    `const { test, describe } = require('node:test');
     test('good', () => {});
     test('bad', () => { throw new Error('no'); });
     test('later', { skip: 'no disk' }, () => {});
     describe('group', () => { test('inner bad', () => { throw new Error('no'); }); });
     test('parent', async (t) => { await t.test('child', () => {}); });`,
  );
  const reporter = path.join(process.cwd(), 'test/reporter.mjs');
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  spawnSync(process.execPath, [`--test-reporter=${reporter}`, `--test-reporter-destination=${results}`, file], { env });
  const lines = fs.readFileSync(results, 'utf8').trim().split('\n');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line) as unknown),
    [
      { outcome: 'pass', name: 'good' },
      { outcome: 'fail', name: 'bad' },
      { outcome: 'skip', name: 'later', reason: 'no disk' },
      { outcome: 'fail', name: 'inner bad' },
      { outcome: 'pass', name: 'child' },
      { outcome: 'pass', name: 'parent' },
    ],
  );
});
