/** Records target programs and reads the exported trace. The one place of these tests that knows the command line. */
import assert from 'node:assert/strict';
import { spawnSync, type SpawnSyncOptions } from 'node:child_process';
import path from 'node:path';
import { SYSCOPE } from '../../real/recording';
import { freshFolder } from './targets';

const LIMIT_MS = 150_000;

export interface Ran {
  readonly status: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** One line of `export --format jsonl`, by kind as far as these tests look at it. */
export interface Row {
  readonly kind: string;
  readonly id?: number;
  readonly pid?: number;
  readonly ppid?: number;
  readonly tid?: number;
  readonly name?: string;
  readonly text?: string;
  readonly args?: readonly string[];
  readonly ret?: number;
  readonly errno?: string;
  readonly start_ns: number;
  readonly duration_ns?: number;
  readonly fd?: number;
  readonly fd_class?: string;
  readonly resource?: string;
  readonly ties?: readonly {
    readonly fd: number;
    readonly fd_class: string;
    readonly resource?: string;
    readonly role: string;
  }[];
  readonly more_ties?: number;
  readonly path_rewritten?: boolean;
  readonly origin?: string;
  readonly scope?: string;
  readonly code?: number;
  readonly signal?: string | number;
  readonly cause?: string;
  readonly sender?: number;
  readonly reason?: string;
  readonly count?: number;
  readonly op?: string;
  readonly fixed?: boolean;
  readonly length?: number;
  readonly offset?: number;
  readonly unconfirmed?: boolean;
  readonly argv?: readonly string[];
  readonly cwd?: string;
  readonly started_ns?: number;
  readonly minor_faults?: number;
  readonly stack?: readonly { readonly function?: string; readonly file?: string; readonly line?: number }[];
}

export function run(words: readonly string[], options: SpawnSyncOptions = {}): Ran {
  const [file = '', ...args] = words;
  const result = spawnSync(file, args, { timeout: LIMIT_MS, maxBuffer: 1 << 29, ...options, encoding: 'utf8' });
  if (result.error !== undefined) throw new Error(`${words.join(' ')}: ${result.error.message}`, { cause: result.error });
  return { status: result.status ?? undefined, signal: result.signal ?? undefined, stdout: result.stdout, stderr: result.stderr };
}

export function newTrace(): string {
  return path.join(freshFolder('trace'), 'trace.syscope');
}

export function recordCommand(trace: string, words: readonly string[], options: readonly string[] = []): string[] {
  return [SYSCOPE, 'record', ...options, '-o', trace, '--', ...words];
}

/** All rows of a trace, in the export's order. */
export function rowsOf(trace: string): Row[] {
  const { status, stdout, stderr } = run([SYSCOPE, 'export', '--format', 'jsonl', trace]);
  assert.equal(status, 0, stderr);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row);
}

/** Records and reads; nothing may have been lost or warned of, unless the test says which warnings it expects. */
export function record(
  words: readonly string[],
  options: readonly string[] = [],
  spawn: SpawnSyncOptions = {},
): { ran: Ran; rows: Row[] } {
  const trace = newTrace();
  const ran = run(recordCommand(trace, words, options), spawn);
  const rows = rowsOf(trace);
  assert.deepEqual(ofKind(rows, 'lost'), []);
  return { ran, rows };
}

export const ofKind = (rows: readonly Row[], kind: string): Row[] => rows.filter((row) => row.kind === kind);
export const calls = (rows: readonly Row[], name?: string): Row[] =>
  rows.filter((row) => row.kind === 'syscall' && (name === undefined || row.name === name));

/** Every thread's events are in order: a call begins after the thread's earlier one has ended. */
export function assertThreadOrder(rows: readonly Row[]): void {
  const ends = new Map<number, number>();
  for (const row of calls(rows)) {
    const tid = row.tid ?? -1;
    const before = ends.get(tid) ?? 0;
    assert.ok(
      row.start_ns >= before,
      `call ${String(row.id)} of thread ${String(tid)} begins at ${String(row.start_ns)}, before ${String(before)}`,
    );
    ends.set(tid, row.start_ns + (row.duration_ns ?? 0));
  }
}
