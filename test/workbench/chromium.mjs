// Which Chromium the tests use. Only Node's own modules: setup asks before packages are installed.
import fs from 'node:fs';
import path from 'node:path';

const NAMES = ['chromium', 'google-chrome-stable', 'google-chrome', 'chrome', 'chromium-browser'];

/** Ubuntu's `chromium-browser` is a shell script that asks for a snap. */
function usable(file) {
  try {
    const real = fs.realpathSync(file);
    if (real.startsWith('/snap/') || real === '/usr/bin/snap') return false;
    return !(path.basename(file) === 'chromium-browser' && fs.readFileSync(real).subarray(0, 4096).includes('snap'));
  } catch {
    return false;
  }
}

/** The path of a Chromium executable, or undefined. CHROMIUM names one. */
export function findChromium() {
  if (process.env.CHROMIUM !== undefined) return process.env.CHROMIUM;
  const folders = (process.env.PATH ?? '').split(':').filter((dir) => dir !== '');
  return folders.flatMap((dir) => NAMES.map((name) => path.join(dir, name))).find(usable);
}

/** Root in a container has no user namespaces to sandbox with; the pages are our own. */
export const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--force-color-profile=srgb',
  '--font-render-hinting=none',
];
