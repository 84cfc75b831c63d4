/**
 * Decoding beside strace: the programs test/targets/decode_*.c make hundreds of calls with valid and invalid arguments; both tracers'
 * lines must be the same, process by process, but for differences that support/decodeRules.ts names with their cause.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { describe, it } from 'node:test';
import path from 'node:path';
import { SYSCOPE } from '../real/recording';
import { RULES } from './support/decodeRules';
import { run } from './support/syscope';
import { freshFolder, target } from './support/targets';

/** Where the comparison begins: what comes before is the loader's. */
const BEGIN = /^getpid\(\)/;

/** Lines by process in order of their first, without what no two runs have in common. */
function linesOf(file: string): string[] {
  const byProcess = new Map<string, string[]>();
  for (const line of fs.readFileSync(file, 'latin1').trimEnd().split('\n')) {
    const [, pid = '', text = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    const lines = byProcess.get(pid) ?? [];
    byProcess.set(pid, lines);
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(text)?.[1];
    const begun = lines[lines.length - 1];
    if (resumed !== undefined && begun?.endsWith(' <unfinished ...>') === true)
      lines[lines.length - 1] = begun.slice(0, -' <unfinished ...>'.length) + resumed;
    else lines.push(text);
  }
  const pids = [...byProcess.keys()];
  const [first = [], ...others] = byProcess.values();
  const begin = first.findIndex((line) => BEGIN.test(line));
  // When a child's signal comes, beside a wait for it, is chance.
  const calls = [first.slice(begin + 1), ...others].flat().filter((line) => !line.startsWith('--- '));
  return calls.map((line) => normal(line, pids));
}

const normal = (line: string, pids: readonly string[]): string =>
  pids
    .reduce((text, pid, index) => text.replaceAll(new RegExp(`\\b${pid}\\b`, 'g'), `PID${index}`), line)
    .replace(/\) += /, ') = ')
    .replaceAll(/0x(7f|5[56])[0-9a-f]{10}/g, 'ADDRESS');

void describe('decoding beside strace', () => {
  for (const name of ['decode_files', 'decode_sockets', 'decode_process']) {
    void it(name, () => {
      const folder = freshFolder(name);
      const [program, ours, theirs] = [target(name), path.join(folder, 'ours'), path.join(folder, 'theirs')];
      const trace = path.join(folder, 'trace.syscope');
      execFileSync('strace', ['-f', '-o', theirs, program], { stdio: 'ignore' });
      assert.equal(run([SYSCOPE, 'record', '-o', trace, '--no-stacks', '--', program]).status, 0);
      assert.equal(run([SYSCOPE, 'export', '--format', 'strace', '-o', ours, trace]).status, 0);
      const [expected, actual] = [linesOf(theirs), linesOf(ours)];
      assert.ok(expected.length > 200, `${expected.length} lines`);
      assert.equal(actual.length, expected.length);
      const wrong = expected.flatMap((line, i) => {
        if (line === actual[i]) return [];
        return !RULES.some(({ strace }) => strace.test(line)) ? [`strace:  ${line}\nsyscope: ${actual[i] ?? ''}`] : [];
      });
      assert.equal(wrong.join('\n'), '');
    });
  }
});
