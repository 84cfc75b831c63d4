// `npm test`: sets up what is missing, builds, runs every part and ends with a table and `N passed, N failed[, N skipped]`.
//   npm test                      everything
//   npm test -- unit e2e          some parts
//   npm test -- unit -f describe  only test files whose path holds the word
// Exit status 1 if a test failed or a part ran none. Logs: test/.out/logs/PART.log. KEEP=1 keeps the temporary folder.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { endLeftOvers, runCommand } from './processes.mjs';
import { PARTS } from './parts.mjs';
import { ensurePrograms } from './programs.mjs';
import {
  SetupError,
  checkNode,
  ensureBuild,
  ensureHost,
  ensureNpmPackages,
  ensureSystemPackages,
  root,
  withSetupErrors,
} from './setup.mjs';

function parseArguments(words) {
  const names = [];
  const filters = [];
  for (let i = 0; i < words.length; i++) {
    if (words[i] === '-f') filters.push(words[++i] ?? '');
    else names.push(words[i]);
  }
  const unknown = names.filter((name) => !PARTS.some((part) => part.name === name));
  if (unknown.length > 0)
    throw new SetupError(`No such part: ${unknown.join(', ')}. The parts are: ${PARTS.map(({ name }) => name).join(' ')}`);
  return { parts: PARTS.filter(({ name }) => names.length === 0 || names.includes(name)), words: filters };
}

/** One folder a run and part: short, because control sockets lie below it and their paths are limited to 107 bytes. */
function partContext(part, { base, words, logs }) {
  const limitSeconds = part.limitSeconds * (process.env.SYSCOPE_LONG === undefined ? 1 : 6);
  const tmp = path.join(base, part.name);
  fs.mkdirSync(tmp, { recursive: true });
  const logFile = path.join(logs, `${part.name}.log`);
  fs.rmSync(logFile, { force: true });
  const deadline = Date.now() + limitSeconds * 1000;
  return {
    tmp,
    words,
    limitSeconds,
    bundles: path.join(root, 'build/test', String(process.pid)),
    run: (command, args, env = {}, ownLimit = Infinity) =>
      runCommand({
        command,
        args,
        cwd: root,
        env: { TMPDIR: tmp, SYSCOPE_SHOTS: path.join(root, 'test/.out'), ...env },
        limitSeconds: Math.round(Math.max(1, Math.min(ownLimit, (deadline - Date.now()) / 1000))),
        prefix: `[${part.name}] `,
        logFile,
      }),
  };
}

async function runPart(part, options) {
  const started = Date.now();
  console.log(`\n── ${part.name}`);
  const context = partContext(part, options);
  let outcomes;
  try {
    outcomes = await part.run(context);
  } catch (error) {
    outcomes = [{ outcome: 'fail', name: error instanceof Error ? error.message : String(error) }];
  }
  if (outcomes.length === 0) outcomes = [{ outcome: 'fail', name: 'no test ran' }];
  const left = endLeftOvers();
  if (left.length > 0) console.log(`[${part.name}] ended what was left behind: ${left.join(', ')}`);
  const count = (word) => outcomes.filter(({ outcome }) => outcome === word).length;
  return {
    name: part.name,
    outcomes,
    passed: count('pass'),
    failed: count('fail'),
    skipped: count('skip'),
    seconds: (Date.now() - started) / 1000,
  };
}

function listOutcomes(title, results, chosen) {
  const lines = results.flatMap(({ name, outcomes }) =>
    outcomes
      .filter(chosen)
      .map((outcome) => `  ${name}: ${outcome.name}${outcome.reason === undefined ? '' : ` (${outcome.reason})`}`),
  );
  if (lines.length > 0) console.log(`\n${title}\n${lines.join('\n')}`);
}

function report(results) {
  listOutcomes('Skipped:', results, ({ outcome }) => outcome === 'skip');
  listOutcomes('Passed only when run once more:', results, ({ second }) => second === true);
  listOutcomes('Failed:', results, ({ outcome }) => outcome === 'fail');
  const row = (name, passed, failed, skipped, seconds) =>
    `${name.padEnd(12)} ${[passed, failed, skipped, seconds].map((cell) => String(cell).padStart(8)).join(' ')}`;
  console.log(`\n${row('part', 'passed', 'failed', 'skipped', 'seconds')}`);
  for (const { name, passed, failed, skipped, seconds } of results)
    console.log(row(name, passed, failed, skipped, seconds.toFixed(1)));
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  const skipped = sum('skipped');
  console.log(`\n${sum('passed')} passed, ${sum('failed')} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`);
  return sum('failed') === 0;
}

/** Without them some tests are skipped, but not in the long run. */
function setUpPrograms() {
  const problem = ensurePrograms();
  if (problem === undefined) return;
  const text = `The comparison with strace lacks redis, nginx, ab and rsync: ${problem}.`;
  if (process.env.SYSCOPE_LONG !== undefined)
    throw new SetupError(`${text} \`apt-get update\` may help; the long run needs them.`);
  console.log(`setup: ${text} Those tests are skipped.`);
}

async function main() {
  const { parts, words } = parseArguments(process.argv.slice(2));
  const needs = new Set(parts.flatMap((part) => part.needs));
  checkNode();
  ensureSystemPackages({ test: true, browser: needs.has('browser') });
  ensureNpmPackages();
  ensureBuild();
  if (needs.has('host')) await ensureHost();
  if (needs.has('programs')) setUpPrograms();

  const base = fs.mkdtempSync(path.join(os.tmpdir(), 'sy-'));
  const logs = path.join(root, 'test/.out/logs');
  fs.mkdirSync(logs, { recursive: true });
  try {
    const results = [];
    for (const part of parts) results.push(await runPart(part, { base, words, logs }));
    if (!report(results)) process.exitCode = 1;
  } finally {
    fs.rmSync(path.join(root, 'build/test', String(process.pid)), { recursive: true, force: true });
    if (process.env.KEEP === undefined) fs.rmSync(base, { recursive: true, force: true, maxRetries: 5 });
  }
}

await withSetupErrors(main);
