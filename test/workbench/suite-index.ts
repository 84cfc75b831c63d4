/**
 * The module that VS Code loads inside its extension host: runs every bundled test/suite/NAME.test.ts with mocha.
 * The same for @vscode/test-electron's desktop and for the stand-in, which follows the file SUITE_LOG.
 * Every test's outcome goes into the file SYSCOPE_RESULTS as a line of JSON, in the form of test/reporter.mjs.
 */
import fs from 'node:fs';
import path from 'node:path';
import util from 'node:util';
import Mocha from 'mocha';

const TEST_LIMIT_MS = 60_000;

function print(...words: unknown[]): void {
  const log = process.env['SUITE_LOG'];
  if (log === undefined) console.log(...words);
  else fs.appendFileSync(log, `${util.format(...words)}\n`);
}

function record(outcome: 'pass' | 'fail' | 'skip', test: Mocha.Test): void {
  const results = process.env['SYSCOPE_RESULTS'];
  if (results === undefined) return;
  const line = {
    outcome,
    name: test.titlePath().join(' › '),
    file: test.file ?? '',
    reason: outcome === 'skip' ? 'skipped by the test' : undefined,
  };
  fs.appendFileSync(results, `${JSON.stringify(line)}\n`);
}

export async function run(): Promise<void> {
  Mocha.reporters.Base.consoleLog = print;
  const grep = process.env['SYSCOPE_GREP'];
  const mocha = new Mocha({
    ui: 'tdd',
    color: false,
    timeout: TEST_LIMIT_MS,
    reporter: 'spec',
    ...(grep === undefined ? {} : { grep }),
  });
  for (const name of fs.readdirSync(__dirname).sort()) if (name.endsWith('.test.js')) mocha.addFile(path.join(__dirname, name));
  const failures = await new Promise<number>((resolve) => {
    const runner = mocha.run(resolve);
    runner.on('pass', (test) => record('pass', test));
    runner.on('fail', (test) => record('fail', test));
    runner.on('pending', (test) => record('skip', test));
  });
  if (failures > 0) throw new Error(`${failures} tests failed`);
}
