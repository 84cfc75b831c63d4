/**
 * What a trace file says, by the command line's own export: the tests compare the timeline with it, and compute where an
 * event must lie. What must not live here: anything of the browser.
 */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

export interface ExportedFrame {
  readonly function?: string;
  readonly file?: string;
  readonly line?: number;
  readonly inlined?: boolean;
}
export interface ExportedCall {
  readonly kind: 'syscall';
  readonly id: number;
  readonly pid: number;
  readonly tid: number;
  readonly name: string;
  readonly text: string;
  readonly ret?: string | number;
  readonly errno?: string;
  readonly start_ns: number;
  readonly duration_ns?: number;
  readonly fd?: number;
  readonly fd_class: string;
  readonly resource?: string;
  readonly origin?: string;
  readonly stack?: readonly ExportedFrame[];
}

/** Every system call of the trace, in order of start, the dynamic loader's left out. */
export function exportCalls(trace: string): readonly ExportedCall[] {
  const args = ['export', '--format', 'jsonl', trace];
  const text = execFileSync(path.join(process.cwd(), 'dist/syscope'), args, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 60_000,
  });
  const rows = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { readonly kind: string });
  return rows.filter((row): row is ExportedCall => row.kind === 'syscall').filter((call) => call.origin !== 'loader');
}

/** Every trace below a folder, the newest first. */
export function tracesBelow(folder: string): readonly string[] {
  if (!fs.existsSync(folder)) return [];
  const names = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.syscope'));
  const files = names.map((name) => path.join(folder, name));
  return files.sort((a, b) => fs.statSync(b).mtimeMs - fs.statSync(a).mtimeMs);
}

/** The one call that fits, or a failure that lists what there is. */
export function theCall(calls: readonly ExportedCall[], what: string, fits: (call: ExportedCall) => boolean): ExportedCall {
  const found = calls.filter(fits);
  if (found.length !== 1)
    throw new Error(`${found.length} calls are ${what}, of:\n${calls.map((call) => `  ${call.pid} ${call.text}`).join('\n')}`);
  return found[0]!;
}

/** The line (from 1) of the first occurrence of a text in a source file. */
export function lineOf(file: string, text: string): number {
  const index = fs
    .readFileSync(file, 'utf8')
    .split('\n')
    .findIndex((line) => line.includes(text));
  if (index < 0) throw new Error(`${file} has no line with ${text}`);
  return index + 1;
}

/** What identifies a lane, of the lanes that are shown and of the calls that were exported, sorted. */
export const laneKeys = (
  rows: readonly { readonly class: string; readonly fd: number; readonly pid: number }[],
): readonly string[] => rows.map((row) => `${row.class} ${row.fd} ${row.pid}`).sort();
export const callKeys = (calls: readonly ExportedCall[]): readonly string[] =>
  [
    ...new Set(calls.filter((call) => call.fd_class !== 'none').map((call) => `${call.fd_class} ${call.fd ?? -1} ${call.pid}`)),
  ].sort();
