/**
 * A trace says the same on every machine: a recording of long ago, and traces of other architectures (test/native/foreign_trace.c),
 * export byte by byte as the files of test/traces, wherever and in whatever surroundings that is done.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { test } from 'node:test';
import path from 'node:path';
import { ROOT, SYSCOPE } from '../real/recording';
import { run } from './support/syscope';
import { freshFolder } from './support/targets';

const GOLDEN = path.join(ROOT, 'test/traces');
/** The trace file's writer, without the rest of the native build. */
const WRITER = ['writer.c', 'writer_file.c', 'writer_segment.c', 'intern.c', 'crc32c.c', 'schema_tables.c', 'syscall_tables.c'];
const COMMANDS = [
  ['strace', 'export', '--format', 'strace', '-ttt', '-T'],
  ['jsonl', 'export', '--format', 'jsonl'],
  ['summary.json', 'summary', '--json'],
] as const;
/** Two machines that have nothing in common, least of all with this one. */
const SURROUNDINGS = [
  { TZ: 'Pacific/Chatham', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8', HOME: '/nowhere' },
  { TZ: 'America/St_Johns', LANG: 'C', LC_ALL: 'C', COLUMNS: '40', FORCE_COLOR: '1' },
];

/** A PATH on which there is node, which dist/syscope starts, and nothing else: no strace, no compiler. */
function barePath(folder: string): string {
  const bin = path.join(folder, 'bin');
  fs.mkdirSync(bin);
  fs.symlinkSync(process.execPath, path.join(bin, 'node'));
  return bin;
}

function assertGolden(name: string, trace: string): void {
  const folder = freshFolder('elsewhere');
  const env = { PATH: barePath(folder) };
  for (const [suffix, ...words] of COMMANDS) {
    const golden = path.join(GOLDEN, `${name}.${suffix}`);
    for (const surroundings of SURROUNDINGS) {
      const ran = run([SYSCOPE, ...words, trace], { cwd: folder, env: { ...env, ...surroundings } });
      assert.deepEqual([ran.status, ran.stderr], [0, '']);
      if (process.env['SYSCOPE_GOLDEN'] === 'write') fs.writeFileSync(golden, ran.stdout);
      assert.equal(ran.stdout, fs.readFileSync(golden, 'utf8'), `${name}.${suffix}`);
    }
  }
}

test('a recording', () => {
  assertGolden('recorded', path.join(GOLDEN, 'recorded.syscope'));
});

test('traces of arm64, and of x86-64 with i386 and x32 calls', () => {
  const folder = freshFolder('foreign');
  const native = path.join(ROOT, 'native');
  const include = ['native', 'native/schema/gen', 'test/native'].map((name) => `-I${path.join(ROOT, name)}`);
  const sources = [path.join(ROOT, 'test/native/foreign_trace.c'), ...WRITER.map((name) => path.join(native, 'store', name))];
  const program = path.join(folder, 'foreign_trace');
  execFileSync('cc', ['-std=c17', '-D_GNU_SOURCE', ...include, '-o', program, ...sources], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  execFileSync(program, [folder], { stdio: ['ignore', 'inherit', 'inherit'] });
  for (const name of ['arm64', 'mixed']) assertGolden(name, path.join(folder, `${name}.syscope`));
});
