// Opens VS Code for `npm start`: the desktop's `code` with private folders, or the browser workbench on 127.0.0.1.
// What must not live here: the tests' windows (host.mjs, ui.ts).
import { spawn, spawnSync } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { SETTINGS, installExtension, openFilePayload, startServer, workbenchUrl } from './host.mjs';

/** The desktop's `code` on the PATH, if there is one and somewhere to show it. */
export function desktopCode() {
  const folders = (process.env.PATH ?? '').split(':').filter((dir) => dir !== '');
  return folders.map((dir) => path.join(dir, 'code')).find((file) => fs.existsSync(file));
}

function run(command, args) {
  const result = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (result.error) throw new Error(`${command} could not be started: ${result.error.message}`);
  if (result.status !== 0) throw new Error(`${command} ended with ${result.signal ?? `status ${result.status}`}.`);
}

/** A profile of its own: neither the person's settings nor their extensions are touched. */
export function openDesktop({ code, base, vsix, workspace, trace }) {
  const data = path.join(base, 'code/user-data');
  const extensions = path.join(base, 'code/extensions');
  fs.mkdirSync(path.join(data, 'User'), { recursive: true });
  fs.mkdirSync(extensions, { recursive: true });
  const settings = path.join(data, 'User/settings.json');
  if (!fs.existsSync(settings)) fs.writeFileSync(settings, JSON.stringify(SETTINGS, undefined, 2));
  const profile = ['--user-data-dir', data, '--extensions-dir', extensions, ...(process.getuid() === 0 ? ['--no-sandbox'] : [])];
  run(code, [...profile, '--install-extension', vsix, '--force']);
  run(code, [...profile, '--disable-workspace-trust', '--new-window', workspace, trace]);
  console.log(`start: ${code} opens ${workspace} with the timeline; press the arrow in its Run view to trace again.`);
}

/** The extension is installed again only when the package changed. */
function installOnce(dataDir, vsix) {
  const stamp = path.join(dataDir, '.installed');
  const hash = crypto.createHash('sha256').update(fs.readFileSync(vsix)).digest('hex');
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === hash) return;
  fs.rmSync(dataDir, { recursive: true, force: true });
  fs.mkdirSync(dataDir, { recursive: true });
  installExtension(dataDir, vsix);
  fs.writeFileSync(stamp, hash);
}

function showInBrowser(url) {
  const shown = process.env.DISPLAY !== undefined || process.env.WAYLAND_DISPLAY !== undefined;
  if (!shown) return;
  spawn('xdg-open', [url], { stdio: 'ignore', detached: true })
    .on('error', () => console.log('start: no xdg-open to show it with'))
    .unref();
}

/** Serves until Ctrl+C. The address holds a token: other users of the machine can't get in. */
export async function openBrowserWorkbench({ base, vsix, workspace, trace }) {
  const dataDir = path.join(base, 'browser');
  installOnce(dataDir, vsix);
  const token = crypto.randomBytes(20).toString('hex');
  const server = await startServer({ dataDir, token });
  const url = `${workbenchUrl(server, workspace, openFilePayload(server, trace))}&tkn=${token}`;
  console.log(`\nstart: VS Code runs at this address until Ctrl+C; its Run view has "Trace Syscalls" ready:\n\n  ${url}\n`);
  showInBrowser(url);
  await new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, resolve);
    void server.exited.then(resolve);
  });
  await server.stop();
}
