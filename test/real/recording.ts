/** Running a program untraced, under Syscope or under strace, and reading what came out. The one place of these tests with processes. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export const ROOT = process.cwd();
/** Another build can be tried: SYSCOPE=/path/to/syscope. */
export const SYSCOPE = process.env['SYSCOPE'] ?? path.join(ROOT, 'dist/syscope');
const RUN_LIMIT_MS = 120_000;
const MAX_OUTPUT_BYTES = 1 << 29;

export interface Command {
  readonly words: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** What a person sees of a run. */
export interface Outcome {
  readonly status: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** One line of `export --format jsonl`, as far as these tests look at it. */
export interface ExportedRow {
  readonly kind: string;
  readonly pid?: number;
  readonly tid?: number;
  readonly name?: string;
  readonly text?: string;
  readonly ret?: number;
  readonly fd?: number;
  readonly fd_class?: string;
  readonly resource?: string;
  readonly stack?: readonly ExportedFrame[];
}

export interface ExportedFrame {
  readonly function?: string;
  readonly file?: string;
  readonly line?: number;
  readonly inlined?: boolean;
}

export function run(command: Command, prefix: readonly string[] = []): Outcome {
  const [file = '', ...args] = [...prefix, ...command.words];
  const result = spawnSync(file, args, {
    cwd: command.cwd,
    env: { ...command.env },
    encoding: 'latin1',
    timeout: RUN_LIMIT_MS,
    maxBuffer: MAX_OUTPUT_BYTES,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (result.error !== undefined) throw new Error(`${file}: ${result.error.message}`, { cause: result.error });
  return { status: result.status ?? undefined, signal: result.signal ?? undefined, stdout: result.stdout, stderr: result.stderr };
}

/** Records to a trace of its own and hands its exported rows to `use`. */
export function record(command: Command, options: readonly string[] = []): { outcome: Outcome; rows: readonly ExportedRow[] } {
  return withFolder((folder) => {
    const trace = path.join(folder, 'trace.syscope');
    const outcome = run(command, [SYSCOPE, 'record', ...options, '-o', trace, '--']);
    return { outcome, rows: exportRows(trace) };
  });
}

export function exportRows(trace: string): readonly ExportedRow[] {
  const own = { words: [SYSCOPE, 'export', '--format', 'jsonl', trace], cwd: ROOT, env: { PATH: process.env['PATH'] ?? '' } };
  const { status, stdout, stderr } = run(own);
  if (status !== 0) throw new Error(`export failed (${String(status)}): ${stderr}`);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(Buffer.from(line, 'latin1').toString('utf8')) as ExportedRow);
}

export function strace(command: Command): { outcome: Outcome; log: string } {
  return withFolder((folder) => {
    const file = path.join(folder, 'strace.log');
    const outcome = run(command, ['strace', '-f', '-o', file]);
    return { outcome, log: fs.readFileSync(file, 'latin1') };
  });
}

export function withFolder<T>(use: (folder: string) => T): T {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'syscope-real-'));
  try {
    return use(folder);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** The first place on this PATH where the program is; undefined: it is not installed. */
export function findProgram(name: string, searchPath: string): string | undefined {
  return searchPath
    .split(':')
    .map((folder) => path.join(folder, name))
    .find((file) => {
      try {
        fs.accessSync(file, fs.constants.X_OK);
        return fs.statSync(file).isFile();
      } catch {
        return false;
      }
    });
}
