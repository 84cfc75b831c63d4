/** How often each process made each call: from a strace log, and from Syscope's own export; and their comparison. Pure. */
import type { ExportedRow } from './recording';

/** Processes in order of creation, each with its counts by call name. */
export type Counts = readonly ReadonlyMap<string, number>[];

interface Entry {
  readonly tid: number;
  readonly name: string;
}

const LINE = /^(\d+) +(.*)$/;
const CALL = /^([a-z_0-9]+)\(/;
const RESUMED = /^<\.\.\. ([a-z_0-9]+) resumed>(.*)$/;
const RESULT = / = (\d+)(?: |$)/;
/** Calls that make a thread or a process: their result is its id. */
const CREATES = new Set(['clone', 'clone3', 'fork', 'vfork']);

/** The thread ids that were made with CLONE_THREAD, each with its maker's. */
function threadMakers(lines: readonly (readonly [tid: number, text: string])[]): ReadonlyMap<number, number> {
  const makers = new Map<number, number>();
  const pending = new Map<number, boolean>();
  for (const [tid, text] of lines) {
    const name = CALL.exec(text)?.[1] ?? RESUMED.exec(text)?.[1];
    if (name === undefined || !CREATES.has(name)) continue;
    const ofThread = text.includes('CLONE_THREAD') || (pending.get(tid) ?? false);
    pending.delete(tid);
    if (text.endsWith('<unfinished ...>')) {
      pending.set(tid, ofThread);
      continue;
    }
    const made = RESULT.exec(text)?.[1];
    if (ofThread && made !== undefined) makers.set(Number(made), tid);
  }
  return makers;
}

function processOf(tid: number, makers: ReadonlyMap<number, number>): number {
  let process = tid;
  for (let maker = makers.get(process); maker !== undefined; maker = makers.get(process)) process = maker;
  return process;
}

/** A line of strace's may begin a call, end one that others interrupted, or tell of a signal or an exit. */
export function countsOfStrace(log: string): Counts {
  const lines = log.split('\n').flatMap((line) => {
    const match = LINE.exec(line);
    return match === null ? [] : [[Number(match[1]), match[2] ?? ''] as const];
  });
  const makers = threadMakers(lines);
  return count(
    lines.flatMap(([tid, text]) => {
      const name = CALL.exec(text)?.[1];
      return name === undefined ? [] : [{ tid: processOf(tid, makers), name }];
    }),
  );
}

export function countsOfRows(rows: readonly ExportedRow[]): Counts {
  return count(
    rows.flatMap((row) =>
      row.kind === 'syscall' && row.pid !== undefined && row.name !== undefined ? [{ tid: row.pid, name: row.name }] : [],
    ),
  );
}

function count(entries: readonly Entry[]): Counts {
  const processes = new Map<number, Map<string, number>>();
  for (const { tid, name } of entries) {
    const counts = processes.get(tid) ?? new Map<string, number>();
    processes.set(tid, counts.set(name, (counts.get(name) ?? 0) + 1));
  }
  return [...processes.values()];
}

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** "process 3 wait4": the smallest and largest count of several runs; absent in a run: 0. */
export function ranges(runs: readonly Counts[]): ReadonlyMap<string, Range> {
  const keys = new Set(runs.flatMap((counts) => counts.flatMap((one, i) => [...one.keys()].map((name) => keyOf(i, name)))));
  return new Map(
    [...keys].map((key) => {
      const values = runs.map((counts) => valueOf(counts, key));
      return [key, { min: Math.min(...values), max: Math.max(...values) }];
    }),
  );
}

const keyOf = (index: number, name: string): string => `process ${index + 1} ${name}`;

function valueOf(counts: Counts, key: string): number {
  const [, index = '1', name = ''] = key.split(' ');
  return counts[Number(index) - 1]?.get(name) ?? 0;
}

export interface Comparison {
  /** Counts that differ from a constant of strace's, or lie outside its range. */
  readonly differences: readonly string[];
  /** What varies, with both ranges. */
  readonly varying: readonly string[];
}

const NEVER: Range = { min: 0, max: 0 };

/** slack: how far a call's count may lie outside what strace was seen to count, which is a constant or a range. */
export function compare(
  ofStrace: readonly Counts[],
  ofSyscope: readonly Counts[],
  slack: (name: string) => number = () => 0,
): Comparison {
  const expected = ranges(ofStrace);
  const measured = ranges(ofSyscope);
  const text = (range: Range): string => (range.min === range.max ? String(range.min) : `${range.min}-${range.max}`);
  const keys = [...new Set([...expected.keys(), ...measured.keys()])].sort();
  const lines = keys.map((key) => {
    const [a, b] = [expected.get(key) ?? NEVER, measured.get(key) ?? NEVER];
    const beyond = slack(key.split(' ')[2] ?? '');
    const inside = b.min >= a.min - beyond && b.max <= a.max + beyond;
    return { inside, varies: a.min !== a.max || b.min !== b.max, text: `${key}: strace ${text(a)}, syscope ${text(b)}` };
  });
  return {
    differences: lines.filter(({ inside }) => !inside).map((line) => line.text),
    varying: lines.filter(({ inside, varies }) => inside && varies).map((line) => line.text),
  };
}
