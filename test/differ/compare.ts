/** Two logs of one deterministic command: an ordered comparison, task by task, of normalised lines. Pure. */
import { diff, type Hunk } from './diff';
import type { Line, Task } from './log';
import { normalise, type Normalised } from './normalise';
import type { Remainder, Rules } from './rules';

export interface Run {
  readonly tasks: readonly Task[];
  /** Seconds since the epoch. */
  readonly now: number;
}

/** What no rule accounts for. */
export interface Difference {
  /** "1.2 (grep)" */
  readonly task: string;
  readonly strace: readonly string[];
  readonly syscope: readonly string[];
  /** Where the lines are the same and something else differs: what. */
  readonly what?: string;
}

interface Side {
  readonly lines: readonly Line[];
  readonly normalised: readonly Normalised[];
}

export function compareRuns(strace: Run, syscope: Run, rules: Rules): readonly Difference[] {
  const [expected, found] = [sidesOf(strace, rules), sidesOf(syscope, rules)];
  const places = [...new Set([...expected.keys(), ...found.keys()])];
  const name = (place: string): string => taskName([...strace.tasks, ...syscope.tasks].find((task) => task.place === place));
  return places.flatMap((place) => compareTasks(name(place), expected.get(place) ?? NOTHING, found.get(place) ?? NOTHING, rules));
}

const NOTHING: Side = { lines: [], normalised: [] };

const taskName = (task: Task | undefined): string => `${task?.place ?? '?'} (${task?.programs.join(', ') ?? ''})`;

function sidesOf({ tasks, now }: Run, rules: Rules): ReadonlyMap<string, Side> {
  const places = new Map(tasks.map(({ tid, place }) => [tid, place]));
  return new Map(
    tasks.map(({ place, lines }) => {
      const normalised = lines.map(({ text }) => {
        const line = normalise(text, { places, now });
        return { ...line, text: rules.steady(line.text) };
      });
      return [place, { lines, normalised }];
    }),
  );
}

function compareTasks(task: string, strace: Side, syscope: Side, rules: Rules): Difference[] {
  const inOrder = compareInOrder(task, strace, syscope, rules);
  if (inOrder.length === 0) return [];
  const [left, right] = [apart(strace, rules), apart(syscope, rules)];
  return [...compareInOrder(task, left.fixed, right.fixed, rules), ...compareBags(task, left.floating, right.floating, rules)];
}

function compareInOrder(task: string, strace: Side, syscope: Side, rules: Rules): Difference[] {
  const texts = ({ normalised }: Side): string[] => normalised.map(({ text }) => text);
  const [left, right] = [texts(strace), texts(syscope)];
  const hunks = diff(left, right);
  const remainders: Remainder[] = hunks.map((hunk) => ({
    strace: left.slice(...hunk.left),
    syscope: right.slice(...hunk.right),
  }));
  return [...unexplained(task, remainders, rules), ...compareEqualLines(task, strace, syscope, hunks)];
}

function unexplained(task: string, remainders: readonly Remainder[], rules: Rules): Difference[] {
  rules.explain(remainders);
  return remainders.filter((one) => one.strace.length + one.syscope.length > 0).map((one) => ({ task, ...one }));
}

/** Floating lines by what makes them the same. */
type Bag = ReadonlyMap<string, readonly string[]>;

function apart(side: Side, rules: Rules): { readonly fixed: Side; readonly floating: Bag } {
  const keys = side.normalised.map(({ text }) => rules.floatingKey(text));
  const floating = new Map<string, string[]>();
  keys.forEach((key, i) => {
    if (key !== undefined) floating.set(key, [...(floating.get(key) ?? []), side.normalised[i]?.text ?? '']);
  });
  const stays = (_: unknown, i: number): boolean => keys[i] === undefined;
  return { fixed: { lines: side.lines.filter(stays), normalised: side.normalised.filter(stays) }, floating };
}

function compareBags(task: string, strace: Bag, syscope: Bag, rules: Rules): Difference[] {
  const surplus = (these: Bag, those: Bag): string[] =>
    [...these].flatMap(([key, lines]) => lines.slice(those.get(key)?.length ?? 0));
  return unexplained(task, [{ strace: surplus(strace, syscope), syscope: surplus(syscope, strace) }], rules);
}

/** Lines whose text is the same: what the kernel chose corresponds one to one, and both break them at the same place. */
function compareEqualLines(task: string, strace: Side, syscope: Side, hunks: readonly Hunk[]): Difference[] {
  const differences: Difference[] = [];
  const chosen = new Correspondence();
  for (const [l, r] of aligned(hunks, strace.lines.length)) {
    const [left, right] = [strace.lines[l], syscope.lines[r]];
    const [leftLine, rightLine] = [strace.normalised[l], syscope.normalised[r]];
    if (left === undefined || right === undefined || leftLine === undefined || rightLine === undefined) continue;
    const report = (what: string, ofStrace: string, ofSyscope: string): void => {
      differences.push({ task, what, strace: [ofStrace], syscope: [ofSyscope] });
    };
    if (!chosen.add(leftLine.chosen, rightLine.chosen)) report('another address or port than before', left.text, right.text);
    if (/^execve/.test(left.text)) chosen.clear();
    if (left.firstHalf !== undefined && right.firstHalf !== undefined && !sameBreak(left, right))
      report('broken elsewhere', left.firstHalf, right.firstHalf);
  }
  return differences;
}

/** Numbers and addresses within the half may differ in length: the commas may not, nor may what the half ends with. */
function sameBreak(left: Line, right: Line): boolean {
  const shape = ({ firstHalf = '' }: Line): string => firstHalf.replace(/0x[0-9a-f]+|\d+/g, '0');
  return shape(left) === shape(right);
}

function* aligned(hunks: readonly Hunk[], leftLength: number): Generator<readonly [left: number, right: number]> {
  let [l, r] = [0, 0];
  for (const hunk of [...hunks, { left: [leftLength, leftLength], right: [0, 0] } satisfies Hunk]) {
    while (l < hunk.left[0]) yield [l++, r++];
    [l, r] = [hunk.left[1], hunk.right[1]];
  }
}

/** What the kernel chose in one run and what in the other, one to one. */
class Correspondence {
  private readonly there = new Map<string, string>();
  private readonly back = new Map<string, string>();

  /** false: one of them corresponds to another. The later pair holds from then on, so that one mistake is told once. */
  add(left: readonly string[], right: readonly string[]): boolean {
    let holds = left.length === right.length;
    left.forEach((value, i) => {
      const other = right[i] ?? '';
      holds &&= (this.there.get(value) ?? other) === other && (this.back.get(other) ?? value) === value;
      this.there.set(value, other);
      this.back.set(other, value);
    });
    return holds;
  }

  clear(): void {
    this.there.clear();
    this.back.clear();
  }
}

/** The differences as a person reads them: "-" strace, "+" Syscope. At most so many. */
export function differencesText(differences: readonly Difference[], most = 12): string {
  const shown = differences.slice(0, most).map(({ task, what, strace, syscope }) => {
    const lines = [...clipped(strace, '-'), ...clipped(syscope, '+')];
    return [`${task}${what === undefined ? '' : `: ${what}`}`, ...lines].join('\n');
  });
  const more = differences.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${String(more)} more`] : [])].join('\n');
}

const MOST_LINES = 8;

function clipped(lines: readonly string[], mark: string): string[] {
  const shown = lines.slice(0, MOST_LINES).map((line) => `  ${mark} ${line}`);
  return lines.length > MOST_LINES ? [...shown, `  ${mark} … ${String(lines.length - MOST_LINES)} more`] : shown;
}
