// `npm start`: sets up what is missing, traces the sample (or a program of one's own), prints the summary and opens VS Code
// with that trace's timeline, ready to trace again.
//   npm start                          the sample
//   npm start -- PROGRAM [ARG…]        another program, with its own stdin
//   npm start -- --no-open [PROGRAM…]  only says how the trace would be opened
// Everything that it writes lies in build/start: nothing goes into a person's own VS Code profile.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { openBrowserWorkbench, openDesktop, desktopCode } from './workbench/open.mjs';
import { ensurePackage } from './package.mjs';
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

const base = path.join(root, 'build/start');
const KEPT_TRACES = 10;

function parseArguments(words) {
  const open = words[0] !== '--no-open';
  const [program, ...args] = open ? words : words.slice(1);
  return { open, program, args };
}

/** The sample in a folder of its own, compiled; the repository's copy stays as it is. */
function prepareSample() {
  const folder = path.join(base, 'sample');
  fs.cpSync(path.join(root, 'test/sample'), folder, { recursive: true, preserveTimestamps: true });
  const made = spawnSync('make', ['-s', '-C', folder], { encoding: 'utf8', stdio: ['ignore', 'inherit', 'inherit'] });
  if (made.status !== 0)
    throw new SetupError(`The sample program could not be compiled: see above, or try \`make -C ${folder}\`.`);
  return { program: path.join(folder, 'sample'), args: [], cwd: folder, workspace: folder, input: 'Ada\n' };
}

const isFile = (file) => {
  try {
    return fs.statSync(file).isFile();
  } catch {
    return false; // not there, or in a folder that is not ours to look into
  }
};

/** As a shell finds it, from the folder in which npm was called. */
function resolveProgram(program, cwd) {
  if (program.includes('/')) return path.resolve(cwd, program);
  const found = (process.env.PATH ?? '')
    .split(':')
    .map((dir) => path.join(dir, program))
    .find(isFile);
  return found ?? path.resolve(cwd, program);
}

/**
 * A workspace file in a private folder, with the launch configuration in it, so that nothing is written beside the
 * program. Its folder is the one npm was called in, or the program's, whichever is not this repository or the system's.
 */
function prepareProgram(word, args) {
  const cwd = process.env.INIT_CWD ?? process.cwd();
  const program = resolveProgram(word, cwd);
  if (!isFile(program)) throw new SetupError(`There is no program ${program}.`);
  const ofTheSystem = /^\/(usr|bin|sbin|lib|opt)(\/|$)/.test(fs.realpathSync(program));
  const folder = cwd !== root ? cwd : ofTheSystem ? base : path.dirname(program);
  const name = 'Trace Syscalls';
  const configuration = {
    type: 'syscope',
    request: 'launch',
    name,
    program,
    args,
    cwd,
    console: 'integratedTerminal',
    internalConsoleOptions: 'neverOpen',
  };
  const workspace = path.join(base, `${path.basename(program)}.code-workspace`);
  const text = { folders: [{ path: folder }], launch: { version: '0.2.0', configurations: [configuration] } };
  fs.writeFileSync(workspace, JSON.stringify(text, undefined, 2));
  return { program, args, cwd, workspace, input: undefined };
}

function dropOldTraces(folder) {
  const traces = fs.readdirSync(folder).map((name) => path.join(folder, name));
  const byAge = traces.sort((a, b) => fs.statSync(b).mtimeMs - fs.statSync(a).mtimeMs);
  for (const old of byAge.slice(KEPT_TRACES)) fs.rmSync(old);
}

function record({ program, args, cwd, input }) {
  const folder = path.join(base, 'traces');
  fs.mkdirSync(folder, { recursive: true });
  dropOldTraces(folder);
  const time = new Date().toISOString().slice(0, 19).replaceAll(':', '').replace('T', '-');
  const trace = path.join(folder, `${path.basename(program)}-${time}.syscope`);
  console.log(`start: tracing ${[program, ...args].join(' ')}\n`);
  const stdio = [input === undefined ? 'inherit' : 'pipe', 'inherit', 'inherit'];
  const ran = spawnSync(path.join(root, 'dist/syscope'), ['record', '-o', trace, '--', program, ...args], { cwd, stdio, input });
  if (ran.error) throw new SetupError(`dist/syscope could not be run: ${ran.error.message}`);
  if (!fs.existsSync(trace)) throw new SetupError('The program was not traced; the reason is above.');
  const ended = ran.signal ?? `status ${ran.status}`;
  if (ran.status !== 0) console.log(`\nstart: the program ended with ${ended}`);
  return trace;
}

function printSummary(trace) {
  console.log('');
  spawnSync(path.join(root, 'dist/syscope'), ['summary', trace], { stdio: ['ignore', 'inherit', 'inherit'] });
  console.log(`\nstart: the trace is ${trace}`);
}

await withSetupErrors(async () => {
  const { open, program, args } = parseArguments(process.argv.slice(2));
  checkNode();
  ensureSystemPackages();
  ensureNpmPackages();
  ensureBuild();
  fs.mkdirSync(base, { recursive: true, mode: 0o700 });
  const target = program === undefined ? prepareSample() : prepareProgram(program, args);
  const trace = record(target);
  printSummary(trace);
  const code = desktopCode();
  if (!open) {
    console.log(
      `start: without --no-open, ${code === undefined ? 'the browser workbench on 127.0.0.1' : code} would now open ${target.workspace} and this trace`,
    );
    return;
  }
  if (code === undefined) await ensureHost();
  const vsix = await ensurePackage();
  if (code === undefined) await openBrowserWorkbench({ base, vsix, workspace: target.workspace, trace });
  else openDesktop({ code, base, vsix, workspace: target.workspace, trace });
});
