// What a fresh machine lacks: Node's version, system packages, npm packages, the build, the test host. Each step is
// skipped if its result is there. `npm start`, `npm test` and `npm run package` call it; by hand:
//   node test/setup.mjs            everything that `npm start` needs
//   node test/setup.mjs --test     and what the tests need (Chromium, strace, the VS Code test host)
// Runs before any npm package is installed: only Node's own modules may be imported at the top.
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { findChromium } from './workbench/chromium.mjs';
import { hostReady, installHost } from './workbench/install.mjs';
import { npmEnvironment } from './workbench/npm.mjs';

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** A failed step: what was missing and what to do, in whole sentences. The stack says nothing more. */
export class SetupError extends Error {}

const onPath = (name) => (process.env.PATH ?? '').split(':').some((dir) => dir !== '' && fs.existsSync(path.join(dir, name)));
const isFile = (name) => fs.existsSync(name);

/** The Debian package of each thing and how to see whether it is there, whoever installed it. */
const BUILD_NEEDS = [
  { package: 'build-essential', there: () => ['cc', 'make', 'g++'].every(onPath) },
  { package: 'cmake', there: () => onPath('cmake') },
  { package: 'pkg-config', there: () => onPath('pkg-config') },
  { package: 'libdw-dev', there: () => isFile('/usr/include/elfutils/libdw.h') },
  { package: 'libelf-dev', there: () => isFile('/usr/include/libelf.h') },
  { package: 'zlib1g-dev', there: () => isFile('/usr/include/zlib.h') },
  { package: 'liblzma-dev', there: () => isFile('/usr/include/lzma.h') },
  { package: 'libbz2-dev', there: () => isFile('/usr/include/bzlib.h') },
];
const TEST_NEEDS = [
  { package: 'strace', there: () => onPath('strace') },
  { package: 'git', there: () => onPath('git') },
  { package: 'python3', there: () => onPath('python3') },
  { package: 'binutils', there: () => onPath('addr2line') },
  { package: 'sqlite3', there: () => onPath('sqlite3') },
  { package: 'openssl', there: () => onPath('openssl') },
  { package: 'cpio', there: () => onPath('cpio') },
  { package: 'iproute2', there: () => onPath('ip') || isFile('/sbin/ip') || isFile('/usr/sbin/ip') },
];
const BROWSER_NEEDS = [{ package: 'chromium', there: () => findChromium() !== undefined }];

export function checkNode() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new SetupError(`Syscope runs on Linux x86-64 only; this is ${process.platform} ${process.arch}.`);
  }
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new SetupError(`Node.js ${process.versions.node} is too old: install Node.js 20.19 or newer.`);
  }
}

const osRelease = () => {
  const text = isFile('/etc/os-release') ? fs.readFileSync('/etc/os-release', 'utf8') : '';
  return Object.fromEntries([...text.matchAll(/^(\w+)="?([^"\n]*)"?$/gm)].map((match) => [match[1], match[2]]));
};

/** Ubuntu's chromium package is a snap, which neither starts in containers nor reads /tmp. */
function refuseSnapChromium(missing, release) {
  if (!missing.includes('chromium') || release.ID !== 'ubuntu') return;
  throw new SetupError(
    'The tests need Chromium or Google Chrome, and Ubuntu has Chromium only as a snap, which does not work here.\n' +
      'Install Google Chrome (its .deb package), or set CHROMIUM to the path of a Chromium executable.',
  );
}

/** Installs what is missing as root on Debian and Ubuntu, else says the one line to run. */
export function ensureSystemPackages({ test = false, browser = false } = {}) {
  const needs = [...BUILD_NEEDS, ...(test ? TEST_NEEDS : []), ...(browser ? BROWSER_NEEDS : [])];
  const missing = needs.filter((need) => !need.there()).map((need) => need.package);
  if (missing.length === 0) return;
  const release = osRelease();
  refuseSnapChromium(missing, release);
  const line = `apt-get update && apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  const debian = [release.ID, ...(release.ID_LIKE ?? '').split(' ')].includes('debian') && onPath('apt-get');
  if (!debian)
    throw new SetupError(`Missing: what Debian calls ${missing.join(', ')}. Install these with your system's package manager.`);
  if (process.getuid() !== 0)
    throw new SetupError(`System packages are missing. Run this one line, then try again:\n  sudo sh -c '${line}'`);
  console.log(`setup: installing system packages: ${missing.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args) =>
    spawnSync('apt-get', ['-q', '-o', 'Acquire::Retries=3', '-o', 'DPkg::Lock::Timeout=300', ...args], {
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    }).status;
  apt('update');
  apt('install', '-y', '--no-install-recommends', ...missing);
  const still = needs.filter((need) => !need.there()).map((need) => need.package);
  if (still.length > 0)
    throw new SetupError(`apt-get could not install ${still.join(', ')}. Run this and see what it says:\n  ${line}`);
}

/** npm writes what it installed beside the packages: the same versions as the lock file's, or not. */
function packagesCurrent() {
  const installed = path.join(root, 'node_modules/.package-lock.json');
  if (!fs.existsSync(installed)) return false;
  const read = (file) => JSON.parse(fs.readFileSync(file, 'utf8')).packages;
  const there = read(installed);
  const foreign = (entry) =>
    (entry.os !== undefined && !entry.os.includes('linux')) ||
    (entry.cpu !== undefined && !entry.cpu.includes('x64')) ||
    entry.libc?.includes('musl');
  return Object.entries(read(path.join(root, 'package-lock.json'))).every(
    ([name, entry]) =>
      name === '' || foreign(entry) || there[name]?.version === entry.version || (entry.optional && !there[name]),
  );
}

export function ensureNpmPackages() {
  if (packagesCurrent()) return;
  console.log('setup: npm ci');
  const result = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    env: npmEnvironment(),
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (result.error?.code === 'ENOENT')
    throw new SetupError('npm is not on the PATH: install it beside Node.js (Debian: apt-get install npm).');
  if (result.status !== 0) throw new SetupError('`npm ci` failed; what it says is above. It needs the npm registry.');
}

export function ensureBuild() {
  try {
    execFileSync(process.execPath, ['native/schema/generate.mjs', '--check'], { cwd: root, stdio: 'inherit' });
    execFileSync(process.execPath, ['native/build.mjs'], { cwd: root, stdio: 'inherit' });
    execFileSync(process.execPath, ['esbuild.mjs'], { cwd: root, stdio: 'inherit' });
  } catch {
    throw new SetupError('The build failed; what it says is above.');
  }
}

export async function ensureHost() {
  if (hostReady()) return;
  try {
    await installHost();
  } catch (error) {
    throw new SetupError(
      `The VS Code test host could not be installed: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** Runs main; a failed set-up step is said without a stack. */
export async function withSetupErrors(main) {
  try {
    await main();
  } catch (error) {
    console.error(error instanceof SetupError ? `\n${error.message}` : error);
    process.exitCode = 1;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const test = process.argv.includes('--test');
  await withSetupErrors(async () => {
    checkNode();
    ensureSystemPackages({ test, browser: test });
    ensureNpmPackages();
    ensureBuild();
    if (test) await ensureHost();
    console.log('setup: everything is there');
  });
}
