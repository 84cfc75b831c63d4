/**
 * Commands that do not run alike every time: per process, how often each line comes, against how often it comes in several runs
 * under strace. What is the same in all of those is the same under Syscope; what varies stays in strace's own range. Pure.
 */
import type { Run } from './compare';
import { normalise } from './normalise';
import type { Rules } from './rules';

/** Lines of one shape: each with the number of times. */
type Lines = ReadonlyMap<string, number>;
/** By process and shape. */
type Counted = ReadonlyMap<string, Lines>;

/** Of one process, the lines of one shape: its text with numbers and strings left out. */
interface Found {
  readonly process: string;
  readonly shape: string;
}

export interface SpreadDifference extends Found {
  /** How many lines of this shape, in each run of strace's. */
  readonly strace: readonly number[];
  readonly syscope: number;
  /** Where their number does not vary: lines that only one side has. */
  readonly lines: readonly string[];
}

/** A shape's number may lie outside the range that few runs show, by its width and this many. */
const BEYOND = 1;

export function compareSpread(strace: readonly Run[], syscope: Run, rules: Rules): readonly SpreadDifference[] {
  const expected = strace.map((run) => count(run, rules));
  const found = count(syscope, rules);
  const keys = new Set([...expected, found].flatMap((counted) => [...counted.keys()]));
  return [...keys].sort().flatMap((key) => {
    const lines = expected.map((counted) => counted.get(key) ?? EMPTY);
    return compareShape(key, lines, found.get(key) ?? EMPTY, rules);
  });
}

const EMPTY: Lines = new Map();
const SEPARATOR = '\n';

function count({ tasks, now }: Run, rules: Rules): Counted {
  const places = new Map(tasks.map(({ tid, place }) => [tid, place]));
  const counted = new Map<string, Map<string, number>>();
  for (const { process, lines } of tasks) {
    for (const { text } of lines) {
      const line = rules.steady(normalise(text, { places, now }).text);
      const key = process + SEPARATOR + shapeOf(line);
      const ofShape = counted.get(key) ?? new Map<string, number>();
      counted.set(key, ofShape.set(line, (ofShape.get(line) ?? 0) + 1));
    }
  }
  return counted;
}

/** Numbers that stand alone and the text of strings are left out, and lists are as long as one element. */
export function shapeOf(line: string): string {
  return line
    .replace(/"(?:[^"\\]|\\.)*"(?:\.\.\.)?/g, '"S"')
    .replace(/<[\d.]+>/g, 'N')
    .replace(/(?<![\w.])-?(?:0x[0-9a-f]+|\d+)(?![\w.])/g, 'N')
    .replace(/(\{(?:[^{}]|\{[^{}]*\})*\}|N)(?:, \1)+/g, '$1');
}

const total = (lines: Lines): number => [...lines.values()].reduce((sum, times) => sum + times, 0);

function compareShape(key: string, expected: readonly Lines[], found: Lines, rules: Rules): SpreadDifference[] {
  const [process = '', shape = ''] = key.split(SEPARATOR);
  const [first = EMPTY] = expected;
  const constant = expected.every((lines) => same(lines, first));
  const totals = expected.map(total);
  const [least, most] = [Math.min(...totals), Math.max(...totals)];
  const beyond = most - least + BEYOND;
  const holds = constant ? same(found, first) : total(found) >= least - beyond && total(found) <= most + beyond;
  if (holds || rules.byChance(shape)) return [];
  return [{ process, shape, strace: totals, syscope: total(found), lines: constant ? onOneSide(first, found) : [] }];
}

const same = (left: Lines, right: Lines): boolean =>
  left.size === right.size && [...left].every(([line, times]) => right.get(line) === times);

function onOneSide(strace: Lines, syscope: Lines): string[] {
  const surplus = (these: Lines, those: Lines, mark: string): string[] =>
    [...these].filter(([line, times]) => times > (those.get(line) ?? 0)).map(([line]) => `${mark} ${line}`);
  return [...surplus(strace, syscope, '-'), ...surplus(syscope, strace, '+')];
}

export function spreadText(differences: readonly SpreadDifference[]): string {
  return differences
    .slice(0, 20)
    .map(({ process, shape, strace, syscope, lines }) =>
      [
        `process ${process}: ${shape}`,
        `  strace ${strace.join(', ')} times, Syscope ${String(syscope)}`,
        ...lines.slice(0, 6).map((line) => `  ${line}`),
      ].join('\n'),
    )
    .join('\n');
}
