/** Hostile arguments and names: the program behaves as untraced, and nothing that it named reaches a terminal unescaped. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SYSCOPE } from '../real/recording';
import { behave } from './support/expectations';
import { run } from './support/syscope';
import { freshFolder } from './support/targets';

/** What a terminal acts on: control characters but the ends of lines, also those that UTF-8 has two bytes for. */

const CONTROL = /[\x00-\x09\x0b-\x1f\x7f-\x9f]/;

void describe('hostile input', () => {
  const { trace } = behave('hostile', [freshFolder('hostile')], { options: [] });
  const commands: readonly (readonly string[])[] = [
    ['export', '--format', 'strace', trace],
    ['export', '--format', 'jsonl', trace],
    ['export', '--format', 'csv', trace],
    ...['class', 'syscall', 'fd', 'path', 'process'].map((by) => ['summary', '--by', by, trace]),
    ['summary', '--by', 'path', '--json', trace],
    ['summary', '--by', 'process', '--json', trace],
  ];
  for (const words of commands)
    void it(`${words.slice(0, -1).join(' ')} shows names escaped`, () => {
      const { status, stdout, stderr } = run([SYSCOPE, ...words]);
      assert.equal(status, 0, stderr);
      for (const text of [stdout, stderr]) {
        const at = text.search(CONTROL);
        assert.equal(at, -1, JSON.stringify(text.slice(Math.max(0, at - 60), at + 20)));
      }
    });
});
