// Builds the native parts with CMake and places them in dist/native.
//   node native/build.mjs              build/native -> dist/native (without the tests)
//   node native/build.mjs --tests      with the tests, for ctest --test-dir build/native
//   node native/build.mjs --sanitize   ASan and UBSan build in build/sanitized, with the tests, placed nowhere
// What must not live here: compiler flags and targets (CMakeLists.txt), system packages (test/setup.mjs).
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const source = path.dirname(fileURLToPath(import.meta.url));
const root = path.dirname(source);
const PLACED = ['syscope-tracer', 'syscope-symbols', 'libsyscope.so'];
const MAX_JOBS = 8;
const LOCKED = 'SYSCOPE_BUILD_LOCKED';
const LOCK_WAIT_SECONDS = 900;

/** Runs a command to its end; its output is shown only if it fails or says something worth reading on stderr. */
function run(command, args) {
  const result = spawnSync(command, args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'pipe'] });
  if (result.error?.code === 'ENOENT')
    throw new Error(`${command} is not installed: run \`node test/setup.mjs\`, which says or does what is needed.`);
  if (result.error) throw result.error;
  if (result.status !== 0) {
    process.stderr.write(result.stdout + result.stderr);
    throw new Error(`${command} ${args[0]} failed (${result.signal ?? `status ${result.status}`}); its output is above.`);
  }
  process.stderr.write(result.stderr);
}

/** CMake refuses a build folder that was configured elsewhere (the repository moved or was copied): start afresh. */
function dropForeignCache(build) {
  const cache = path.join(build, 'CMakeCache.txt');
  if (!fs.existsSync(cache)) return;
  const home = /^CMAKE_HOME_DIRECTORY:INTERNAL=(.*)$/m.exec(fs.readFileSync(cache, 'utf8'))?.[1];
  if (home !== source) fs.rmSync(build, { recursive: true, force: true });
}

function build(name, options) {
  const folder = path.join(root, 'build', name);
  dropForeignCache(folder);
  const wanted = options.join(' ');
  const stamp = path.join(folder, '.options');
  const configured =
    fs.existsSync(path.join(folder, 'CMakeCache.txt')) && fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === wanted;
  if (!configured) {
    run('cmake', ['-S', source, '-B', folder, ...options]);
    fs.writeFileSync(stamp, wanted);
  }
  run('cmake', ['--build', folder, '--parallel', String(Math.min(os.availableParallelism(), MAX_JOBS))]);
  return folder;
}

/** Without debug information, which stays in build/. A running program's file can't be overwritten, but replaced: write beside it, rename. */
function place(folder) {
  const target = path.join(root, 'dist/native');
  fs.mkdirSync(target, { recursive: true });
  for (const name of PLACED) {
    const from = path.join(folder, 'bin', name);
    const to = path.join(target, name);
    const built = fs.statSync(from);
    if (fs.statSync(to, { throwIfNoEntry: false })?.mtimeMs === built.mtimeMs) continue;
    const temporary = `${to}.${process.pid}`;
    run('strip', ['--strip-unneeded', '-o', temporary, from]);
    fs.utimesSync(temporary, built.atime, built.mtime);
    fs.renameSync(temporary, to);
  }
}

/** Two builds at once would write the same files: the second waits, by running itself under flock(1). */
function underLock() {
  const folder = path.join(root, 'build');
  fs.mkdirSync(folder, { recursive: true });
  const args = [
    '-w',
    String(LOCK_WAIT_SECONDS),
    path.join(folder, '.lock'),
    process.execPath,
    fileURLToPath(import.meta.url),
    ...process.argv.slice(2),
  ];
  const result = spawnSync('flock', args, { stdio: 'inherit', env: { ...process.env, [LOCKED]: '1' } });
  if (result.error) throw new Error(`flock (util-linux) could not be started: ${result.error.message}`);
  process.exitCode = result.status ?? 1;
}

function main(flags) {
  if (process.env[LOCKED] === undefined) underLock();
  else if (flags.includes('--sanitize')) build('sanitized', ['-DSYSCOPE_SANITIZE=ON', '-DSYSCOPE_TESTS=ON']);
  else place(build('native', [`-DSYSCOPE_TESTS=${flags.includes('--tests') ? 'ON' : 'OFF'}`]));
}

try {
  main(process.argv.slice(2));
} catch (error) {
  console.error(`native: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
