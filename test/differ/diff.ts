/** The shortest edit script between two lists of words: Myers' O(ND) algorithm, "An O(ND) Difference Algorithm" (1986). Pure. */

/** A place where the lists differ: what is only on the left, and only on the right. Indices into the lists, ends exclusive. */
export interface Hunk {
  readonly left: readonly [from: number, to: number];
  readonly right: readonly [from: number, to: number];
}

/** Beyond so many insertions and removals the rest is one hunk. */
const MOST_EDITS = 4000;

export function diff(left: readonly string[], right: readonly string[]): readonly Hunk[] {
  let start = 0;
  while (start < left.length && start < right.length && left[start] === right[start]) start++;
  let tail = 0;
  const shorter = Math.min(left.length, right.length) - start;
  while (tail < shorter && left[left.length - 1 - tail] === right[right.length - 1 - tail]) tail++;
  const [l, r] = [left.slice(start, left.length - tail), right.slice(start, right.length - tail)];
  if (l.length === 0 && r.length === 0) return [];
  return hunksOf(matches(l, r), l.length, r.length, start);
}

/** Pairs of indices that are equal on both sides, ascending. */
function matches(left: readonly string[], right: readonly string[]): readonly (readonly [number, number])[] {
  const trail: Int32Array[] = [];
  const limit = Math.min(left.length + right.length, MOST_EDITS);
  const middle = limit + 1;
  const furthest = new Int32Array(2 * limit + 3);
  for (let edits = 0; edits <= limit; edits++) {
    trail.push(furthest.slice(middle - edits - 1, middle + edits + 2));
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const down =
        diagonal === -edits || (diagonal !== edits && at(furthest, middle + diagonal - 1) < at(furthest, middle + diagonal + 1));
      let x = down ? at(furthest, middle + diagonal + 1) : at(furthest, middle + diagonal - 1) + 1;
      while (x < left.length && x - diagonal < right.length && left[x] === right[x - diagonal]) x++;
      furthest[middle + diagonal] = x;
      if (x >= left.length && x - diagonal >= right.length) return walkBack(trail, left.length, right.length);
    }
  }
  return [];
}

const at = (array: Int32Array, index: number): number => array[index] ?? 0;

function walkBack(trail: readonly Int32Array[], leftLength: number, rightLength: number): readonly (readonly [number, number])[] {
  const pairs: [number, number][] = [];
  let [x, y] = [leftLength, rightLength];
  for (let edits = trail.length - 1; edits >= 0; edits--) {
    const before = trail[edits] ?? new Int32Array();
    const known = (diagonal: number): number => at(before, diagonal + edits + 1);
    const diagonal = x - y;
    const down = diagonal === -edits || (diagonal !== edits && known(diagonal - 1) < known(diagonal + 1));
    const from = edits === 0 ? 0 : known(down ? diagonal + 1 : diagonal - 1);
    const fromY = edits === 0 ? 0 : from - (down ? diagonal + 1 : diagonal - 1);
    const [startX, startY] = edits === 0 ? [0, 0] : down ? [from, fromY + 1] : [from + 1, fromY];
    for (; x > startX && y > startY; x--, y--) pairs.push([x - 1, y - 1]);
    [x, y] = [from, fromY];
  }
  return pairs.reverse();
}

function hunksOf(
  pairs: readonly (readonly [number, number])[],
  leftLength: number,
  rightLength: number,
  offset: number,
): readonly Hunk[] {
  const hunks: Hunk[] = [];
  let [l, r] = [0, 0];
  for (const [x, y] of [...pairs, [leftLength, rightLength] as const]) {
    if (x > l || y > r) hunks.push({ left: [offset + l, offset + x], right: [offset + r, offset + y] });
    [l, r] = [x + 1, y + 1];
  }
  return hunks;
}
