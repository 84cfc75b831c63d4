// Starts a real VS Code workbench (code-server's build of the VS Code server) and a Chromium for it.
// What must not live here: what is clicked in it (ui.ts), the mocha run inside the extension host (runner.mjs).
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { CHROMIUM_ARGS, findChromium } from './chromium.mjs';
import { NODE24, SERVER_MAIN } from './install.mjs';

const START_LIMIT_MS = 90_000;
const STOP_LIMIT_MS = 5_000;

/** A quiet window: no welcome page, no chat, no network. */
export const SETTINGS = {
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'workbench.enableExperiments': false,
  'workbench.tips.enabled': false,
  'git.enabled': false,
  'debug.internalConsoleOptions': 'neverOpen',
  'window.restoreWindows': 'none',
  'terminal.integrated.gpuAcceleration': 'off',
};

/** The server's home and temporary folder lie in dataDir, so that nothing is left elsewhere; no gallery is asked. */
function privateHome(dataDir) {
  const folder = (name) => {
    const dir = path.join(dataDir, name);
    fs.mkdirSync(dir, { recursive: true });
    return dir;
  };
  return { HOME: folder('home'), TMPDIR: folder('tmp'), EXTENSIONS_GALLERY: '{}' };
}

/** Installs a packed .vsix into dataDir/extensions. */
export function installExtension(dataDir, vsix) {
  fs.mkdirSync(path.join(dataDir, 'extensions'), { recursive: true });
  const args = [SERVER_MAIN, '--install-extension', vsix, '--server-data-dir', dataDir, '--accept-server-license-terms'];
  execFileSync(NODE24, args, {
    env: { ...process.env, ...privateHome(dataDir) },
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: START_LIMIT_MS,
  });
}

function portOf(child, log, logPath) {
  return new Promise((resolve, reject) => {
    let said = '';
    const timer = setTimeout(
      () => reject(new Error(`The VS Code server did not start in ${START_LIMIT_MS / 1000} s; see ${logPath}`)),
      START_LIMIT_MS,
    );
    child.stdout.on('data', (bytes) => {
      log.write(bytes);
      said += bytes;
      const match = /Extension host agent listening on (\d+)/.exec(said);
      if (match === null) return;
      clearTimeout(timer);
      resolve(Number(match[1]));
    });
    child.stderr.on('data', (bytes) => log.write(bytes));
    child.once('error', reject);
    child.once('exit', (status) => {
      clearTimeout(timer);
      reject(new Error(`The VS Code server ended with ${status}; see ${logPath}`));
    });
  });
}

const signalGroup = (pid, signal) => {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
};

/** In a file, since a process's arguments are everybody's to read. */
function tokenFile(dataDir, token) {
  const file = path.join(dataDir, 'token');
  fs.writeFileSync(file, token, { mode: 0o600 });
  return file;
}

/** Starts the server on a free port of 127.0.0.1. dataDir gets data/, extensions/, server.log. Without a token everybody on the machine gets in: for tests only. */
export async function startServer({ dataDir, smoke = false, trust = true, token, settings = {}, extraArgs = [], env = {} }) {
  fs.mkdirSync(path.join(dataDir, 'data/User'), { recursive: true });
  fs.mkdirSync(path.join(dataDir, 'extensions'), { recursive: true });
  const all = { ...SETTINGS, 'security.workspace.trust.enabled': !trust, ...settings };
  fs.writeFileSync(path.join(dataDir, 'data/User/settings.json'), JSON.stringify(all, undefined, 2));
  const logPath = path.join(dataDir, 'server.log');
  const log = fs.createWriteStream(logPath, { flags: 'a' });
  const access = token === undefined ? ['--without-connection-token'] : ['--connection-token-file', tokenFile(dataDir, token)];
  const flags = ['--host', '127.0.0.1', '--port', '0', ...access, '--accept-server-license-terms'];
  const quiet = ['--telemetry-level', 'off', '--disable-websocket-compression', '--reconnection-grace-time', '1'];
  const options = [
    ...(trust ? ['--disable-workspace-trust'] : []),
    ...(smoke ? ['--enable-smoke-test-driver'] : []),
    ...extraArgs,
  ];
  const child = spawn(NODE24, [SERVER_MAIN, ...flags, '--server-data-dir', dataDir, ...quiet, ...options], {
    env: { ...process.env, ...privateHome(dataDir), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const port = await portOf(child, log, logPath).catch((error) => {
    if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
    throw error;
  });
  return {
    port,
    pid: child.pid,
    base: `http://127.0.0.1:${port}`,
    authority: `127.0.0.1:${port}`,
    exited: once(child, 'exit'),
    /** Ends the server and what it started: its process group holds extension hosts, watchers and the pty host. */
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        const gone = once(child, 'exit');
        signalGroup(child.pid, 'SIGTERM');
        const timer = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), STOP_LIMIT_MS);
        await gone;
        clearTimeout(timer);
      }
      signalGroup(child.pid, 'SIGKILL');
      log.end();
    },
  };
}

/** A headless Chromium under playwright-core, which is loaded only here: `npm start` needs neither. */
export async function launchBrowser(options = {}) {
  const executablePath = findChromium();
  if (executablePath === undefined)
    throw new Error('No Chromium was found: run `node test/setup.mjs --test`, or set CHROMIUM to its path.');
  const { chromium } = await import('playwright-core');
  return chromium.launch({ executablePath, headless: true, args: CHROMIUM_ARGS, ...options });
}

/** workspace: a folder or a .code-workspace file; payload: pairs as the web workbench takes them, e.g. ['openFile', uri]. */
export function workbenchUrl(server, workspace, payload = []) {
  const query = new URLSearchParams({ [workspace.endsWith('.code-workspace') ? 'workspace' : 'folder']: workspace });
  if (payload.length > 0) query.set('payload', JSON.stringify(payload));
  return `${server.base}/?${query}`;
}

/** For a URL's payload: opens the file when the window starts. */
export const openFilePayload = (server, file) => [['openFile', `vscode-remote://${server.authority}${file}`]];
