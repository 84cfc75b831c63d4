/**
 * strace's options of the export beside strace itself: the programs test/targets/decode_*.c under `strace -s 8`, `-v` and `-y`, and one
 * recording of each exported with the same options. What differs from run to run is taken out; other differences have a rule.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import path from 'node:path';
import { SYSCOPE } from '../real/recording';
import { RULES as DECODE_RULES, type Rule } from './support/decodeRules';
import { linesOf } from './support/straceLines';
import { run } from './support/syscope';
import { freshFolder, target } from './support/targets';

const OPTIONS: readonly (readonly string[])[] = [['-s', '8'], ['-v'], ['-y'], ['-y', '-v', '-s', '100']];

const RULES: readonly Rule[] = [
  ...DECODE_RULES,
  { cause: 'security contexts are not cut by strace', strace: /cmsg_type=SCM_SECURITY/ },
  { cause: 'of an environment only its pointers are recorded', strace: /^execve\("[^"]*", \[.*\], \[".*\]\) = / },
  { cause: 'how much time is left is chance', strace: /^ppoll\(/ },
];

/** Numbers of inodes are each run's own, and standard streams whatever the runner gave. */
const same = (line: string): string =>
  line.replaceAll(/(socket|pipe):\[\d+\]/g, '$1:[INODE]').replaceAll(/(?<=[[( ])([012])<[^<>]*>/g, '$1<STREAM>');

/** Rules speak of lines without what stands behind descriptors. */
const bare = (line: string): string => line.replaceAll(/(?<=\d)<[^<> ]*>/g, '');

void describe("strace's options beside strace", () => {
  for (const name of ['decode_files', 'decode_sockets', 'decode_process']) {
    void it(name, () => {
      const folder = freshFolder(name);
      const [program, trace] = [target(name), path.join(folder, 'trace.syscope')];
      assert.equal(run([SYSCOPE, 'record', '-o', trace, '--no-stacks', '--', program]).status, 0);
      for (const options of OPTIONS) {
        const [ours, theirs] = ['ours', 'theirs'].map((side) => path.join(folder, `${side}${options.join('')}`)) as [
          string,
          string,
        ];
        execFileSync('strace', ['-f', ...options, '-o', theirs, program], { stdio: 'ignore' });
        assert.equal(run([SYSCOPE, 'export', '--format', 'strace', ...options, '-o', ours, trace]).status, 0);
        const [expected, actual] = [linesOf(theirs).map(same), linesOf(ours).map(same)];
        assert.ok(expected.length > 200, `${expected.length} lines`);
        assert.equal(actual.length, expected.length, options.join(' '));
        const wrong = expected.flatMap((line, i) =>
          line === actual[i] || RULES.some(({ strace }) => strace.test(bare(line)))
            ? []
            : [`strace:  ${line}\nsyscope: ${actual[i] ?? ''}`],
        );
        assert.equal(wrong.join('\n'), '', options.join(' '));
      }
    });
  }
});
