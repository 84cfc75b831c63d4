/** Builds the C programs of test/targets, each once a test process, into a folder that goes with it. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ROOT } from '../../real/recording';

const built = new Map<string, string>();
let folder: string | undefined;

/** A folder of this test process's own, removed at its end; others may look into it. */
export function scratch(): string {
  if (folder === undefined) {
    const created = fs.mkdtempSync(path.join(os.tmpdir(), 'syscope-e2e-'));
    fs.chmodSync(created, 0o755);
    process.on('exit', () => {
      fs.rmSync(created, { recursive: true, force: true });
    });
    folder = created;
  }
  return folder;
}

/** A new empty folder in the scratch folder. */
export function freshFolder(name: string): string {
  return fs.mkdtempSync(path.join(scratch(), `${name}-`));
}

/** The executable of test/targets/NAME.c. */
export function target(name: string): string {
  const known = built.get(name);
  if (known !== undefined) return known;
  const file = path.join(scratch(), name);
  execFileSync(
    'cc',
    ['-g', '-O1', '-Wall', '-Wextra', '-o', file, path.join(ROOT, 'test/targets', `${name}.c`), '-lpthread', '-lutil', '-lrt'],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  built.set(name, file);
  return file;
}
