/**
 * Targets that print what their trace should hold (test/targets/strace_lines.h): run untraced and traced, compared, and the expected
 * lines looked for in the strace export, thread by thread and in order.
 */
import assert from 'node:assert/strict';
import type { SpawnSyncOptions } from 'node:child_process';
import { SYSCOPE } from '../../real/recording';
import { newTrace, recordCommand, rowsOf, run, type Ran, type Row } from './syscope';
import { target } from './targets';

export interface Behaved {
  readonly ran: Ran;
  /** What the program printed besides its expectations. */
  readonly output: string;
  readonly trace: string;
  /** Read when they are first asked for. */
  readonly rows: readonly Row[];
}

const EXPECTATION = /^@(\d+) (.*)$/;
const RESULT_PADDING = /\)? +=/g;

const expectationsOf = (stdout: string): readonly (readonly [number, string])[] =>
  stdout.split('\n').flatMap((line) => {
    const match = EXPECTATION.exec(line);
    return match === null ? [] : [[Number(match[1]), match[2] ?? ''] as const];
  });

const outputOf = (stdout: string): string =>
  stdout
    .split('\n')
    .filter((line) => !EXPECTATION.test(line))
    .join('\n');

/** Each thread's lines; the two halves of a call that others' lines came between are put together. */
export function linesByThread(strace: string): ReadonlyMap<number, readonly string[]> {
  const threads = new Map<number, string[]>();
  for (const line of strace.split('\n')) {
    const [, tid = '', text = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (tid === '') continue;
    const lines = threads.get(Number(tid)) ?? [];
    threads.set(Number(tid), lines);
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(text);
    const open = resumed === null ? -1 : lines.findLastIndex((entry) => entry.endsWith(' <unfinished ...>'));
    if (resumed !== null && open >= 0) lines[open] = `${lines[open]!.slice(0, -' <unfinished ...>'.length)}${resumed[1] ?? ''}`;
    else lines.push(text);
  }
  return threads;
}

const escaped = (text: string): string => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
const matcher = (expectation: string): RegExp => new RegExp(`^${expectation.split('*').map(escaped).join('.*')}$`, 's');
const unpadded = (line: string): string => line.replace(RESULT_PADDING, (found) => `${found.startsWith(')') ? ')' : ''} =`);

/** Every line that the program expects is there, behind the thread's earlier ones. */
export function assertExpected(stdout: string, strace: string): void {
  const threads = linesByThread(strace);
  const reached = new Map<number, number>();
  for (const [tid, expectation] of expectationsOf(stdout)) {
    const lines = threads.get(tid) ?? [];
    const pattern = matcher(expectation);
    const from = reached.get(tid) ?? 0;
    const at = lines.findIndex((line, index) => index >= from && pattern.test(unpadded(line)));
    assert.ok(
      at >= 0,
      `thread ${tid} has no line "${expectation}" behind its line ${from}, but:\n${lines.slice(from).join('\n')}`,
    );
    reached.set(tid, at + 1);
  }
}

export function straceOf(trace: string): string {
  const { status, stdout, stderr } = run([SYSCOPE, 'export', '--format', 'strace', trace]);
  assert.equal(status, 0, stderr);
  assert.doesNotMatch(stderr, /lost/);
  return stdout;
}

/** Ids differ from run to run: the program's own lines are compared without. */
export const withoutIds = (text: string): string => text.replace(/\d{3,}/g, 'N');

/**
 * Runs test/targets/NAME.c untraced, where it has to succeed, and traced, where it has to behave the same, and looks for what
 * it expects. `differs`: its own lines are not compared.
 */
export function behave(
  name: string,
  args: readonly string[] = [],
  {
    options = ['--no-stacks'],
    differs = false,
    spawn = {},
  }: { options?: readonly string[]; differs?: boolean; spawn?: SpawnSyncOptions } = {},
): Behaved {
  const words = [target(name), ...args];
  const plain = run(words, spawn);
  assert.equal(plain.status, 0, `untraced: ${plain.stderr}`);
  const trace = newTrace();
  const ran = run(recordCommand(trace, words, options), spawn);
  assert.equal(ran.status, 0, `traced: ${ran.stderr}`);
  assert.equal(ran.stderr, plain.stderr);
  if (!differs) assert.equal(withoutIds(outputOf(ran.stdout)), withoutIds(outputOf(plain.stdout)));
  assertExpected(ran.stdout, straceOf(trace));
  let rows: readonly Row[] | undefined;
  return {
    ran,
    output: outputOf(ran.stdout),
    trace,
    get rows() {
      return (rows ??= rowsOf(trace));
    },
  };
}
