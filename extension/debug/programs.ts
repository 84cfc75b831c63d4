/**
 * Programs that a person may want to trace: those that belong to the open source file, and those in the workspace. Looks at
 * a bounded number of files. Node only, no vscode.
 */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { isExecutable, readImageKind } from './program';

const BUILD_FOLDERS = [
  '.',
  'build',
  'bin',
  'out',
  'dist',
  'target/debug',
  'target/release',
  'build/Debug',
  'build/Release',
  'zig-out/bin',
];
const SKIPPED_FOLDERS = new Set(['node_modules', '.git', '.svn', '.hg', '.cache', '__pycache__', '.venv', 'CMakeFiles']);
const MAX_DEPTH = 4;
const MAX_ENTRIES = 5_000;
const MAX_FOUND = 50;

/** The most likely first. An executable script is its own program. */
export async function programsFor(source: string, root: string | undefined): Promise<readonly string[]> {
  const found = new Set<string>();
  if (await isProgram(source)) found.add(source);
  const stem = path.basename(source, path.extname(source));
  for (const folder of ancestors(path.dirname(source), root)) {
    for (const build of BUILD_FOLDERS) {
      for (const name of [stem, `${stem}.out`, path.basename(folder), 'a.out']) {
        const file = path.join(folder, build, name);
        if (file !== source && (await isProgram(file))) found.add(file);
      }
    }
  }
  return [...found];
}

/** ELF programs under a folder, the newest first. */
export async function findPrograms(root: string): Promise<readonly string[]> {
  const found: { readonly file: string; readonly modified: number }[] = [];
  let entries = 0;
  const visit = async (folder: string, depth: number): Promise<void> => {
    for (const entry of await fs.readdir(folder, { withFileTypes: true }).catch(() => [])) {
      if (++entries > MAX_ENTRIES || found.length >= MAX_FOUND) return;
      const file = path.join(folder, entry.name);
      if (entry.isDirectory() && depth < MAX_DEPTH && !SKIPPED_FOLDERS.has(entry.name)) await visit(file, depth + 1);
      else if (entry.isFile() && !isLibrary(entry.name) && (await isProgram(file, true)))
        found.push({ file, modified: (await fs.stat(file)).mtimeMs });
    }
  };
  await visit(root, 0);
  return found.sort((a, b) => b.modified - a.modified).map(({ file }) => file);
}

async function isProgram(file: string, elfOnly = false): Promise<boolean> {
  const stat = await fs.stat(file).catch(() => undefined);
  if (stat?.isFile() !== true || (stat.mode & 0o111) === 0 || !(await isExecutable(file))) return false;
  const image = await readImageKind(file).catch(() => undefined);
  return image?.kind === 'elf' ? image.type === 2 || image.type === 3 : !elfOnly && image?.kind === 'script';
}

/** A shared object is an ELF file of the same type as a position-independent program. */
function isLibrary(name: string): boolean {
  return /\.(so(\.[\d.]+)?|node|o|a)$/.test(name);
}

/** The file's folder and those above it, up to the workspace's; the file's own only without one. */
function ancestors(folder: string, root: string | undefined): readonly string[] {
  if (root === undefined || !(folder === root || folder.startsWith(`${root}/`))) return [folder];
  const folders = [folder];
  for (let at = folder; at !== root; at = path.dirname(at)) folders.push(path.dirname(at));
  return folders;
}
