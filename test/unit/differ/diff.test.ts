/** The shortest edit script, held against the plain definition by dynamic programming. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { diff, type Hunk } from '../../differ/diff';

const words = (text: string): string[] => Array.from(text);

/** Insertions and removals in the shortest edit script. */
function distance(left: readonly string[], right: readonly string[]): number {
  let row = right.map((_, j) => j + 1);
  row.unshift(0);
  left.forEach((a, i) => {
    const next = [i + 1];
    right.forEach((b, j) => next.push(a === b ? (row[j] ?? 0) : 1 + Math.min(row[j + 1] ?? 0, next[j] ?? 0)));
    row = next;
  });
  return row.at(-1) ?? 0;
}

/** The left list with each hunk's words replaced by the right's. */
function applied(left: readonly string[], right: readonly string[], hunks: readonly Hunk[]): string[] {
  const result: string[] = [];
  let at = 0;
  for (const hunk of hunks) {
    result.push(...left.slice(at, hunk.left[0]), ...right.slice(...hunk.right));
    at = hunk.left[1];
  }
  return [...result, ...left.slice(at)];
}

const edits = (hunks: readonly Hunk[]): number =>
  hunks.reduce((sum, { left, right }) => sum + left[1] - left[0] + right[1] - right[0], 0);

void describe('diff', () => {
  void it('finds nothing in equal lists', () => {
    assert.deepEqual(diff(words('abc'), words('abc')), []);
    assert.deepEqual(diff([], []), []);
  });

  void it('says where lines are missing, added and changed', () => {
    assert.deepEqual(diff(words('abcd'), words('acd')), [{ left: [1, 2], right: [1, 1] }]);
    assert.deepEqual(diff(words('acd'), words('abcd')), [{ left: [1, 1], right: [1, 2] }]);
    assert.deepEqual(diff(words('abd'), words('acd')), [{ left: [1, 2], right: [1, 2] }]);
  });

  void it('is shortest, and leads from one list to the other', () => {
    let state = 7;
    const random = (below: number): number => (state = (state * 48271) % 2147483647) % below;
    for (let round = 0; round < 400; round++) {
      const list = (): string[] => Array.from({ length: random(12) }, () => 'abcd'[random(4)] ?? '');
      const [left, right] = [list(), list()];
      const hunks = diff(left, right);
      const where = `round ${String(round)}: ${left.join('')} ${right.join('')}`;
      assert.deepEqual(applied(left, right, hunks), right, where);
      assert.equal(edits(hunks), distance(left, right), where);
    }
  });

  void it('gives up on lists that have next to nothing in common, as one hunk', () => {
    const left = Array.from({ length: 3000 }, (_, i) => `l${String(i)}`);
    const right = Array.from({ length: 3000 }, (_, i) => `r${String(i)}`);
    assert.deepEqual(diff(left, right), [{ left: [0, 3000], right: [0, 3000] }]);
  });
});
