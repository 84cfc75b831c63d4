/** The folder that commands work in: files of a fixed age and content, a repository, sources. Made once, copied for each run that changes it. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { findProgram } from '../real/recording';

/** Fixed, and without version managers' wrapper scripts, which look for themselves in the caller's environment. */
export const SEARCH_PATH = '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin';
export const OLD = new Date('2020-01-01T00:00:00Z');
const FILES = 24;

const SOURCES: Readonly<Record<string, string>> = {
  'unit.c': '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n',
  'unit.cpp': '#include <map>\n#include <string>\nint f(std::map<std::string, int> &m) { return ++m["x"]; }\n',
  'main.c': '#include <stdio.h>\nint two(void);\nint main(void) { printf("%d\\n", two()); return 0; }\n',
  'two.c': 'int two(void) { return 2; }\n',
  Makefile: 'both: main.o two.o\n\t$(CC) -o $@ $^\n%.o: %.c\n\t$(CC) -c -o $@ $<\n',
};

/** What every command's environment is, and nothing more. */
export function environment(folder: string): Readonly<Record<string, string>> {
  return {
    PATH: SEARCH_PATH,
    HOME: folder,
    TMPDIR: path.join(folder, 'tmp'),
    PWD: folder,
    LC_ALL: 'C',
    TZ: 'UTC',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CEILING_DIRECTORIES: path.dirname(folder),
    GIT_AUTHOR_NAME: 'T',
    GIT_AUTHOR_EMAIL: 't@example.org',
    GIT_COMMITTER_NAME: 'T',
    GIT_COMMITTER_EMAIL: 't@example.org',
    GIT_AUTHOR_DATE: OLD.toISOString(),
    GIT_COMMITTER_DATE: OLD.toISOString(),
    PYTHONHASHSEED: '0',
    PERL_HASH_SEED: '0',
    PYTHONDONTWRITEBYTECODE: '1',
  };
}

export function makeFolder(folder: string): void {
  fs.mkdirSync(path.join(folder, 'tmp'), { recursive: true });
  fs.mkdirSync(path.join(folder, 'out'));
  for (const [name, text] of Object.entries(SOURCES)) fs.writeFileSync(path.join(folder, name), text);
  fs.writeFileSync(path.join(folder, 'words.txt'), words());
  fillTree(path.join(folder, 'tree'));
  execFileSync('tar', ['--sort=name', '-czf', 'tree.tar.gz', 'tree'], { cwd: folder });
  if (findProgram('git', SEARCH_PATH) !== undefined) makeRepository(folder);
  makeOld(folder);
}

/** Some 60 KiB of words, always the same. */
function words(): string {
  const known = ['the', 'of', 'and', 'trace', 'call', 'kernel', 'reads', 'a', 'file', 'seven'];
  let state = 1;
  const next = (): string => {
    state = (state * 48271) % 2147483647;
    return known[state % known.length] ?? '';
  };
  return Array.from({ length: 1200 }, () => Array.from({ length: 10 }, next).join(' ')).join('\n') + '\n';
}

function fillTree(tree: string): void {
  fs.mkdirSync(path.join(tree, 'sub'), { recursive: true });
  for (let i = 0; i < FILES; i++)
    fs.writeFileSync(
      path.join(tree, i % 4 === 0 ? 'sub' : '.', `file${String(i).padStart(2, '0')}`),
      `${String(i)}\n`.repeat(i * 30),
    );
  fs.symlinkSync('file01', path.join(tree, 'link'));
  fs.chmodSync(path.join(tree, 'file02'), 0o750);
}

function makeRepository(folder: string): void {
  const repository = path.join(folder, 'repository');
  const git = (...args: readonly string[]): void => {
    execFileSync('git', ['-C', repository, ...args], { env: { ...environment(folder) }, stdio: ['ignore', 'ignore', 'pipe'] });
  };
  fs.mkdirSync(repository);
  git('init', '-q', '-b', 'main');
  fillTree(path.join(repository, 'tree'));
  makeOld(repository);
  for (const message of ['first', 'second', 'third']) {
    fs.writeFileSync(path.join(repository, 'notes'), `${message}\n`);
    git('add', '.');
    git('commit', '-q', '-m', message);
  }
  fs.writeFileSync(path.join(repository, 'notes'), 'changed since\n');
  fs.writeFileSync(path.join(repository, 'new-file'), 'untracked\n');
}

/** So that nobody looks twice at a file because it is young. */
function makeOld(folder: string): void {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const name = path.join(folder, entry.name);
    if (entry.isDirectory()) makeOld(name);
    fs.lutimesSync(name, OLD, OLD);
  }
  fs.utimesSync(folder, OLD, OLD);
}
