// Programs of Debian's that only the comparison with strace runs (redis, nginx, ab, rsync). They are unpacked into a folder of
// the repository, not installed: no service starts, no privilege is needed. Where that fails, their tests are skipped, and say so.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const PROGRAMS_FOLDER = path.join(path.dirname(fileURLToPath(import.meta.url)), '.out/programs');
const PACKAGES = ['redis-tools', 'nginx', 'apache2-utils', 'rsync'];
/** What these need, and a small system has not. */
const LIBRARIES = ['libapr1', 'libaprutil1', 'libjemalloc2', 'liblzf1', 'libpopt0', 'libxxhash0'];
const LIBRARY_FOLDER = 'usr/lib/x86_64-linux-gnu';
const DONE = path.join(PROGRAMS_FOLDER, 'complete');

const VERSIONS = {
  'usr/bin/redis-server': '--version',
  'usr/sbin/nginx': '-v',
  'usr/bin/ab': '-V',
  'usr/bin/rsync': '--version',
};

const ran = (command, args, cwd) => spawnSync(command, args, { cwd, stdio: 'ignore' }).status === 0;

/** The folders of programs and of libraries, for PATH and LD_LIBRARY_PATH. */
export const programsPath = () => ['usr/bin', 'usr/sbin'].map((name) => path.join(PROGRAMS_FOLDER, name)).join(':');
export const librariesPath = () => path.join(PROGRAMS_FOLDER, LIBRARY_FOLDER);

/** Downloads and unpacks them once; undefined, or what stood in the way. */
export function ensurePrograms() {
  if (fs.existsSync(DONE)) return undefined;
  const folder = `${PROGRAMS_FOLDER}.${process.pid}`;
  fs.mkdirSync(folder, { recursive: true });
  try {
    for (const name of PACKAGES)
      if (!ran('apt-get', ['-q', 'download', name], folder)) return `apt-get cannot download the Debian package ${name}`;
    for (const name of LIBRARIES) ran('apt-get', ['-q', 'download', name], folder); // other releases have others, or need none
    for (const file of fs.readdirSync(folder).filter((name) => name.endsWith('.deb')))
      if (!ran('dpkg', ['-x', file, '.'], folder)) return `dpkg cannot unpack ${file}`;
    // One program has both names: Debian's redis-server package only adds the link, and the service.
    if (!fs.existsSync(path.join(folder, 'usr/bin/redis-server')))
      fs.symlinkSync('redis-check-rdb', path.join(folder, 'usr/bin/redis-server'));
    const env = { ...process.env, LD_LIBRARY_PATH: path.join(folder, LIBRARY_FOLDER) };
    for (const [file, option] of Object.entries(VERSIONS))
      if (spawnSync(path.join(folder, file), [option], { env, stdio: 'ignore' }).status !== 0) return `${file} does not run here`;
    fs.writeFileSync(path.join(folder, 'complete'), '');
    fs.rmSync(PROGRAMS_FOLDER, { recursive: true, force: true });
    fs.renameSync(folder, PROGRAMS_FOLDER);
    return undefined;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
