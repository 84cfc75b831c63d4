/** Files of a test's own, removed when it ends. What must not live here: their contents. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';

/** A fresh folder, removed after the test. */
export function temporaryFolder(t: TestContext): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'syscope-engine-'));
  t.after(() => {
    fs.rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

export function temporaryFile(t: TestContext, name: string, bytes: Uint8Array | string): string {
  const file = path.join(temporaryFolder(t), name);
  fs.writeFileSync(file, bytes, { mode: 0o700 });
  return file;
}
