/** The real programs that run beside strace, and the files that they work on: always the same, so that they do the same. */
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { findProgram, type Command } from './recording';

/** Fixed, and without version managers' wrapper scripts, which look for themselves in the caller's environment. */
const SEARCH_PATH = '/usr/local/bin:/usr/bin:/bin';
const OLD = new Date('2020-01-01T00:00:00Z');
const FILES = 200;

export interface Program {
  readonly title: string;
  /** What must be installed. */
  readonly needs: string;
  readonly command: (program: string) => readonly string[];
  /** Calls whose number is a matter of chance, and how far a few runs may miss the whole range of it. */
  readonly byChance?: Readonly<Record<string, number>>;
}

export const PROGRAMS: readonly Program[] = [
  { title: 'git status', needs: 'git', command: (git) => [git, '-C', 'repository', 'status'] },
  {
    title: 'python3 -c',
    needs: 'python3',
    command: (python) => [python, '-c', 'import json, os; print(json.dumps(sorted(os.listdir("tree"))[:3]))'],
  },
  {
    title: 'gcc -c',
    needs: 'gcc',
    byChance: { getrandom: 1 }, // the name of a temporary file: drawn again if the bits would favour some letters
    command: (gcc) => [gcc, '-c', '-O1', 'unit.c', '-o', 'unit.o'],
  },
  {
    title: 'tar',
    needs: 'tar',
    command: (tar) => [tar, '--sort=name', '--owner=0', '--group=0', '--numeric-owner', '-cf', '-', 'tree'],
  },
  { title: 'find', needs: 'find', command: (find) => [find, 'tree', '-type', 'f', '-name', '*7'] },
  {
    title: 'node -e reading 200 files',
    needs: 'node',
    // libuv's threads meet, or don't; V8 gets one page of code more, or doesn't: under strace alone, in 50 runs on a busy machine,
    // futex 36-42, sched_yield 0-2, and one mmap, mprotect and munmap fewer in three of them.
    byChance: { futex: 6, sched_yield: 2, mmap: 1, mprotect: 1, munmap: 1 },
    // One thread and fixed seeds: what V8's helpers and its hash tables do depends on time and chance, under strace as well.
    command: () => [
      process.execPath,
      '--single-threaded',
      '--v8-pool-size=0',
      '--random-seed=1',
      '--hash-seed=1',
      '-e',
      'const fs = require("fs"); let n = 0; for (const f of fs.readdirSync("tree")) n += fs.readFileSync("tree/" + f).length; console.log(n)',
    ],
  },
  {
    title: 'bash starting 50 processes',
    needs: 'bash',
    command: (bash) => [bash, '-c', 'for i in {1..50}; do /bin/true $i; done; echo done'],
  },
];

/** undefined: it is not installed. */
export function commandOf(program: Program, folder: string): Command | undefined {
  const found = program.needs === 'node' ? process.execPath : findProgram(program.needs, SEARCH_PATH);
  if (found === undefined) return undefined;
  return { words: [...SAME_ADDRESSES, ...program.command(found)], cwd: folder, env: environment(folder) };
}

/** Where a heap begins decides how it grows, and V8 whether it moves its code: the same place in every run. */
const SAME_ADDRESSES = ['setarch', '--addr-no-randomize'];

/** Some containers refuse it (personality(2)). */
export const addressesCanBeFixed = (): boolean => spawnSync('setarch', [...SAME_ADDRESSES.slice(1), 'true']).status === 0;

function environment(folder: string): Readonly<Record<string, string>> {
  return {
    PATH: SEARCH_PATH,
    HOME: folder,
    TMPDIR: path.join(folder, 'tmp'),
    LC_ALL: 'C',
    TZ: 'UTC',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CEILING_DIRECTORIES: folder,
    PYTHONHASHSEED: '0',
    PYTHONDONTWRITEBYTECODE: '1',
  };
}

/** Files of a fixed age, so that git need not look at their content again to see whether they changed. */
export function prepare(folder: string): void {
  fs.mkdirSync(path.join(folder, 'tmp'));
  fs.writeFileSync(path.join(folder, 'unit.c'), '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n');
  fillTree(path.join(folder, 'tree'));
  const git = findProgram('git', SEARCH_PATH);
  if (git !== undefined) makeRepository(git, folder);
}

function fillTree(tree: string): void {
  fs.mkdirSync(tree);
  for (let i = 0; i < FILES; i++) {
    const file = path.join(tree, `file${String(i).padStart(3, '0')}`);
    fs.writeFileSync(file, `${String(i)}\n`.repeat(i));
    fs.utimesSync(file, OLD, OLD);
  }
  fs.utimesSync(tree, OLD, OLD);
}

function makeRepository(git: string, folder: string): void {
  const repository = path.join(folder, 'repository');
  const call = (...words: readonly string[]): void => {
    execFileSync(git, ['-C', repository, '-c', 'user.name=T', '-c', 'user.email=t@example.org', ...words], {
      env: { ...environment(folder), GIT_AUTHOR_DATE: OLD.toISOString(), GIT_COMMITTER_DATE: OLD.toISOString() },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  };
  fs.mkdirSync(repository);
  call('init', '-q', '-b', 'main');
  fillTree(path.join(repository, 'tree'));
  call('add', '.');
  call('commit', '-q', '-m', 'files');
  fs.writeFileSync(path.join(repository, 'new-file'), 'untracked\n');
}
