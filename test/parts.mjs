// The parts of `npm test`, in order: what each needs, its time limit, how it runs and how its outcome is counted.
// A part's run returns a list of outcomes { outcome: 'pass' | 'fail' | 'skip', name, reason }.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { NODE24 } from './workbench/install.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const REPORTER = path.join(root, 'test/reporter.mjs');
/** The long runs (npm run test:long) repeat what the ordinary ones do. */
const FILE_LIMIT_SECONDS = process.env.SYSCOPE_LONG === undefined ? 300 : 3600;

const failed = (name) => ({ outcome: 'fail', name });
const asOutcome = (name, { status, problem }) => ({
  outcome: status === 0 && problem === undefined ? 'pass' : 'fail',
  name: problem === undefined ? name : `${name}: ${problem}`,
});

/** A command that is one check. */
const single =
  (name, args, command = process.execPath) =>
  async (context) => [asOutcome(name, await context.run(command, args))];

async function lint(context) {
  const result = await context.run(process.execPath, ['test/lint.mjs']);
  const outcomes = result.lines.flatMap((line) => {
    const match = /^(ok|not ok) (\S+)$/.exec(line);
    return match === null ? [] : [{ outcome: match[1] === 'ok' ? 'pass' : 'fail', name: match[2] }];
  });
  const told = outcomes.some(({ outcome }) => outcome === 'fail');
  return result.status !== 0 && !told ? [...outcomes, failed(`lint: ${result.problem ?? `status ${result.status}`}`)] : outcomes;
}

/** Builds with the given flags, then runs ctest and reads its lines: `3/19 Test #3: name ......   Passed    0.01 sec`. */
const ctest = (folder, flag) => async (context) => {
  const built = await context.run(process.execPath, ['native/build.mjs', flag]);
  if (built.status !== 0) return [failed(`the build: ${built.problem ?? 'see above'}`)];
  const result = await context.run('ctest', [
    '--test-dir',
    path.join('build', folder),
    '--output-on-failure',
    '--timeout',
    '120',
    '--no-tests=error',
  ]);
  const outcomes = result.lines.flatMap((line) => {
    const match = /^\s*\d+\/\d+ Test\s+#\d+: (\S+) [ .]*(Passed|\*\*\*.*?)(\s{2,}|$)/.exec(line);
    if (match === null) return [];
    const outcome = match[2] === 'Passed' ? 'pass' : match[2].startsWith('***Skipped') ? 'skip' : 'fail';
    return [{ outcome, name: match[1], reason: outcome === 'skip' ? 'the test says that it cannot run here' : undefined }];
  });
  const told = outcomes.some(({ outcome }) => outcome === 'fail');
  return result.status !== 0 && !told ? [...outcomes, failed(`ctest: ${result.problem ?? `status ${result.status}`}`)] : outcomes;
};

const readResults = (file) =>
  fs.existsSync(file)
    ? fs
        .readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line))
    : [];

/** Runs one bundle: every test reports into a file of its own; a process that fails without a failed test is a failure. */
async function runBundle(context, file) {
  const name = path.basename(file, '.test.js');
  const results = path.join(context.tmp, `${name}.${Date.now()}.jsonl`);
  const reporters = [
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    `--test-reporter=${REPORTER}`,
    `--test-reporter-destination=${results}`,
  ];
  const result = await context.run(process.execPath, ['--enable-source-maps', ...reporters, file], {}, FILE_LIMIT_SECONDS);
  const outcomes = readResults(results).map((outcome) => ({ ...outcome, file }));
  const told = outcomes.some(({ outcome }) => outcome === 'fail');
  if (result.problem !== undefined || (result.status !== 0 && !told))
    outcomes.push({ ...failed(`${name}: ${result.problem ?? `status ${result.status}`}`), file });
  if (outcomes.length === 0) outcomes.push({ ...failed(`${name} reported no test`), file });
  return outcomes;
}

/** Runs bundles, some at a time, and returns the outcomes in the files' order. */
async function runBundles(context, files, concurrency) {
  const outcomes = new Map();
  const queue = [...files];
  const worker = async () => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) outcomes.set(file, await runBundle(context, file));
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return files.flatMap((file) => outcomes.get(file));
}

/**
 * Bundled tests. Where they drive a browser or real processes on a machine that others load, a file with a failed test
 * runs once more, alone; what passes only then is counted, and named at the end of the run.
 */
const nodeTests =
  (part, { concurrency, secondTry = false, before }) =>
  async (context) => {
    const { bundleTests } = await import('./bundle.mjs');
    if (before !== undefined) {
      const outcome = await before(context);
      if (outcome.outcome === 'fail') return [outcome];
    }
    const files = await bundleTests(part, { words: context.words, folder: path.join(context.bundles, part) });
    if (files.length === 0) return [];
    const first = await runBundles(context, files, concurrency);
    const again = files.filter((file) => first.some((outcome) => outcome.outcome === 'fail' && outcome.file === file));
    if (!secondTry || again.length === 0) return first;
    console.log(`[${part}] once more, alone: ${again.map((file) => path.basename(file)).join(', ')}`);
    const second = await runBundles(context, again, 1);
    const failedFirst = new Set(first.filter(({ outcome }) => outcome === 'fail').map(({ name, file }) => `${file}:${name}`));
    const marked = second.map((outcome) => ({
      ...outcome,
      second: outcome.outcome === 'pass' && failedFirst.has(`${outcome.file}:${outcome.name}`),
    }));
    return [...first.filter((outcome) => !again.includes(outcome.file)), ...marked];
  };

/** Under the workbench's Node 24: its folder comes first on the PATH, for @vscode/test-electron and the stand-in `code`. */
async function suiteOnce(context, attempt) {
  const { bundleTests } = await import('./bundle.mjs');
  const folder = path.join(context.bundles, 'suite');
  const files = await bundleTests('suite', {
    words: context.words,
    folder,
    extra: { index: path.join(root, 'test/workbench/suite-index.ts') },
  });
  if (files.length === 0) return [];
  const results = path.join(context.tmp, `results${attempt}.jsonl`);
  const workspace = path.join(context.tmp, `workspace${attempt}`);
  fs.cpSync(path.join(root, 'test/sample'), workspace, { recursive: true });
  const env = {
    PATH: `${path.dirname(NODE24)}:${process.env.PATH}`,
    SYSCOPE_RESULTS: results,
    SUITE_TIMEOUT_MS: String((context.limitSeconds / 2 - 30) * 1000),
  };
  const result = await context.run(NODE24, ['test/suite.mjs', folder, workspace], env);
  const outcomes = readResults(results);
  const told = outcomes.some(({ outcome }) => outcome === 'fail');
  return result.status !== 0 && !told
    ? [...outcomes, failed(`the extension host: ${result.problem ?? `status ${result.status}`}`)]
    : outcomes;
}

/** Like the other parts that drive a browser, a failed suite runs once more; what passes only then is said. */
async function suite(context) {
  const first = await suiteOnce(context, 1);
  const failedFirst = new Set(first.filter(({ outcome }) => outcome === 'fail').map(({ name }) => name));
  if (failedFirst.size === 0) return first;
  console.log('[suite] once more');
  const second = await suiteOnce(context, 2);
  return second.map((outcome) => ({ ...outcome, second: outcome.outcome === 'pass' && failedFirst.has(outcome.name) }));
}

const packed = async (context) => asOutcome('npm run package', await context.run(process.execPath, ['test/package.mjs']));

/** needs: what set-up must have there (browser: Chromium; host: the VS Code test host; programs: servers to trace). */
export const PARTS = [
  {
    name: 'generated',
    limitSeconds: 60,
    needs: [],
    run: single('generated files are current', ['native/schema/generate.mjs', '--check']),
  },
  {
    name: 'types',
    limitSeconds: 180,
    needs: [],
    run: single('tsc', ['node_modules/typescript/bin/tsc', '-p', '.', '--pretty', 'false']),
  },
  { name: 'lint', limitSeconds: 240, needs: [], run: lint },
  { name: 'native', limitSeconds: 420, needs: [], run: ctest('native', '--tests') },
  { name: 'sanitized', limitSeconds: 900, needs: [], run: ctest('sanitized', '--sanitize') },
  { name: 'unit', limitSeconds: 420, needs: [], run: nodeTests('unit', { concurrency: 2, secondTry: true }) },
  { name: 'e2e', limitSeconds: 900, needs: ['programs'], run: nodeTests('e2e', { concurrency: 1, secondTry: true }) },
  { name: 'webview', limitSeconds: 900, needs: ['browser'], run: nodeTests('webview', { concurrency: 1, secondTry: true }) },
  { name: 'suite', limitSeconds: 900, needs: ['browser', 'host'], run: suite },
  {
    name: 'ui',
    limitSeconds: 1500,
    needs: ['browser', 'host'],
    run: nodeTests('ui', { concurrency: 1, secondTry: true, before: packed }),
  },
];
