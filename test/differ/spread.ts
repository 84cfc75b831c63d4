/**
 * Commands that do not run alike every time: per process, how often each line comes, against how often it comes in several runs
 * under strace. Lines that are the same in all of those are the same under Syscope, and their number stays in strace's own range. Pure.
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
  /** Syscope's lines that strace never has. */
  readonly lines: readonly string[];
}

/** A shape's number may lie outside the range that few runs show: by its width, and by this many or this part of it. */
const BEYOND = 2;
const BEYOND_PART = 0.05;

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
    .replace(/(\{(?:[^{}]|\{[^{}]*\})*\})(?:, \1)+/g, '$1');
}

const total = (lines: Lines): number => [...lines.values()].reduce((sum, times) => sum + times, 0);

function compareShape(key: string, expected: readonly Lines[], found: Lines, rules: Rules): SpreadDifference[] {
  const [process = '', shape = ''] = key.split(SEPARATOR);
  const strange = strangeLines(expected, found);
  const totals = expected.map(total);
  if ((strange.length === 0 && liesWithin(totals, total(found))) || rules.byChance(shape)) return [];
  return [{ process, shape, strace: totals, syscope: total(found), lines: strange }];
}

/** What strace has in every run is there, and what it never has is not. */
function liesWithin(totals: readonly number[], found: number): boolean {
  const [least, most] = [Math.min(...totals), Math.max(...totals)];
  const beyond = most - least + Math.max(BEYOND, most * BEYOND_PART);
  return found >= least - beyond && found <= most + beyond && (found > 0 || least === 0) && (found === 0 || most > 0);
}

/** Where strace's runs have the same lines: Syscope's that are not among them. Where the lines vary, their numbers are a matter of chance. */
function strangeLines(expected: readonly Lines[], found: Lines): string[] {
  const known = new Set(expected.flatMap((lines) => [...lines.keys()]));
  const vary = expected.some((lines) => lines.size !== known.size);
  return vary ? [] : [...found.keys()].filter((line) => !known.has(line)).map((line) => `+ ${line}`);
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
