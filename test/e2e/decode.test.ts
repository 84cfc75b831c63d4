/**
 * Decoding beside strace: the programs test/targets/decode_*.c make hundreds of calls with valid and invalid arguments; both tracers'
 * lines must be the same, process by process, but for differences that support/decodeRules.ts names with their cause.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import path from 'node:path';
import { SYSCOPE } from '../real/recording';
import { RULES } from './support/decodeRules';
import { linesOf } from './support/straceLines';
import { run } from './support/syscope';
import { freshFolder, target } from './support/targets';

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
