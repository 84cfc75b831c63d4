/** SQLite, built once from the amalgamation that an npm package carries, and what its calls' lines must say. */
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { ExportedFrame } from './recording';

const FLAGS = ['-O2', '-g', '-DSQLITE_THREADSAFE=0', '-DSQLITE_OMIT_LOAD_EXTENSION', '-DUSE_PREAD'] as const;

export interface Sqlite {
  readonly program: string;
  /** sqlite3.c's path and lines. */
  readonly source: string;
  readonly lines: readonly string[];
}

/** The function and the text of the line that makes the call, in SQLite's own words (there fdatasync is a macro: fsync). */
export const CALL_SITES: Readonly<Record<string, { readonly function: RegExp; readonly line: RegExp }>> = {
  fsync: { function: /^full_fsync$/, line: /\brc = fdatasync\(fd\)/ },
  pwrite64: { function: /^seekAndWriteFd$/, line: /\bosPwrite\(fd, pBuf, nBuf, iOff\)/ },
  unlink: { function: /^unixDelete$/, line: /\bosUnlink\(zPath\)/ },
};

/** Compiling takes most of a minute: the program is kept under the hash of all that it is made of. */
export function buildSqlite(root: string): Sqlite {
  const folder = path.join(root, 'node_modules/better-sqlite3/deps/sqlite3');
  const source = path.join(folder, 'sqlite3.c');
  const main = path.join(root, 'test/real/sqlite_inserts.c');
  const text = fs.readFileSync(source, 'utf8');
  const hash = createHash('sha256')
    .update(text)
    .update(fs.readFileSync(main))
    .update(FLAGS.join(' '))
    .update(source)
    .digest('hex');
  const program = path.join(root, 'test/.out/sqlite', hash.slice(0, 16), 'sqlite_inserts');
  if (!fs.existsSync(program)) {
    const made = `${program}.${String(process.pid)}`;
    fs.mkdirSync(path.dirname(program), { recursive: true });
    execFileSync('cc', [...FLAGS, `-I${folder}`, '-o', made, main, source, '-lm'], { stdio: ['ignore', 'ignore', 'pipe'] });
    fs.renameSync(made, program);
  }
  return { program, source, lines: text.split('\n') };
}

/** The innermost frame that lies in SQLite's source: where a click on the event leads. */
export function frameInSource(stack: readonly ExportedFrame[], source: string): ExportedFrame | undefined {
  return stack.find(({ file }) => file !== undefined && path.resolve(path.dirname(source), file) === source);
}
