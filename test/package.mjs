// `npm run package`: dist/syscope-linux-x64.vsix from what is built, by vsce under Node 24, and a look at what was packed:
// every file that must be in it, nothing else, its size, and that the packed engine and command line start.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { unzip, zipEntries } from './zip.mjs';
import { NODE24 } from './workbench/install.mjs';
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

export const VSIX = path.join(root, 'dist/syscope-linux-x64.vsix');
const MAX_BYTES = 6 * 1024 * 1024;
const MUST_HAVE = [
  'package.json',
  'LICENSE.txt',
  'dist/main.js',
  'dist/engine.js',
  'dist/cli.js',
  'dist/syscope',
  'dist/webview/timeline.js',
  'dist/webview/timeline.css',
  'dist/native/syscope-tracer',
  'dist/native/syscope-symbols',
  'dist/native/libsyscope.so',
  'dist/node_modules/koffi/index.cjs',
  'dist/node_modules/@koromix/koffi-linux-x64/linux_x64/koffi.node',
];
const EXECUTABLE = ['dist/syscope', 'dist/native/syscope-tracer', 'dist/native/syscope-symbols'];

const major = Number(process.versions.node.split('.')[0]);

/** vsce needs Node 22 or newer: this one if it is, else the test host's. */
async function newNode() {
  if (major >= 22) return process.execPath;
  await ensureHost();
  return NODE24;
}

/** Everything that goes into the package, newer than the package or not there: then it has to be packed again. */
function current() {
  const packed = fs.statSync(VSIX, { throwIfNoEntry: false });
  if (packed === undefined) return false;
  const inputs = [
    'package.json',
    'README.md',
    'CHANGELOG.md',
    'LICENSE',
    'THIRD-PARTY-NOTICES.md',
    '.vscodeignore',
    'media',
    'dist',
  ];
  const newest = (name) => {
    const stat = fs.statSync(name, { throwIfNoEntry: false });
    if (stat === undefined || name === VSIX || name.endsWith('.map')) return 0;
    if (!stat.isDirectory()) return stat.mtimeMs;
    return Math.max(0, ...fs.readdirSync(name).map((entry) => newest(path.join(name, entry))));
  };
  return inputs.every((name) => newest(path.join(root, name)) <= packed.mtimeMs);
}

function inspect() {
  const bytes = fs.statSync(VSIX).size;
  if (bytes > MAX_BYTES) throw new SetupError(`The package has ${bytes} bytes; at most ${MAX_BYTES} are wanted.`);
  const modes = Object.fromEntries(zipEntries(VSIX).map(({ name, mode }) => [name, mode]));
  const missing = MUST_HAVE.filter((name) => modes[`extension/${name}`] === undefined);
  if (missing.length > 0) throw new SetupError(`Not in the package: ${missing.join(', ')}`);
  const foreign = Object.keys(modes).filter((name) =>
    /\.(ts|map|c|h|mjs|vsix)$|\/(test|native\/store|node_modules\/\.bin)\//.test(name),
  );
  if (foreign.length > 0) throw new SetupError(`In the package, but not meant to be: ${foreign.join(', ')}`);
  const weak = EXECUTABLE.filter((name) => (modes[`extension/${name}`] & 0o111) === 0);
  if (weak.length > 0) throw new SetupError(`Not executable in the package: ${weak.join(', ')}`);
  smokeTest();
  return bytes;
}

/** The packed files alone, in a folder without node_modules around it: the command line answers, koffi loads the library. */
function smokeTest() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'vsix-'));
  try {
    unzip(VSIX, folder);
    const trace = path.join(folder, 'smoke.syscope');
    const syscope = path.join(folder, 'extension/dist/syscope');
    execFileSync(syscope, ['record', '-o', trace, '--', 'true'], { stdio: ['ignore', 'inherit', 'inherit'], timeout: 60_000 });
    const lines = execFileSync(syscope, ['export', '--format', 'jsonl', trace], { encoding: 'utf8', timeout: 60_000 });
    if (!lines.includes('"name":"execve"'))
      throw new SetupError('The packed command line recorded `true`, but its export has no execve.');
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** Packs if anything changed since; needs a finished build. */
export async function ensurePackage() {
  if (current()) return VSIX;
  const node = await newNode();
  fs.rmSync(VSIX, { force: true });
  const vsce = path.join(root, 'node_modules/@vscode/vsce/vsce');
  const args = [
    'package',
    '--target',
    'linux-x64',
    '--no-dependencies',
    '--allow-missing-repository',
    '--skip-license',
    '--no-rewrite-relative-links',
    '--out',
    VSIX,
  ];
  try {
    execFileSync(node, [vsce, ...args], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, VSCE_STORE: 'file' },
    });
  } catch (error) {
    throw new SetupError(`vsce could not pack the extension:\n${error.stdout}${error.stderr}`);
  }
  try {
    const bytes = inspect();
    console.log(`package: ${path.relative(root, VSIX)}, ${(bytes / 1024 / 1024).toFixed(2)} MB`);
  } catch (error) {
    fs.rmSync(VSIX, { force: true });
    throw error;
  }
  return VSIX;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await withSetupErrors(async () => {
    checkNode();
    ensureSystemPackages();
    ensureNpmPackages();
    ensureBuild();
    await ensurePackage();
  });
}
