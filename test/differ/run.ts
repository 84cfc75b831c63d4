/** A command under strace and under Syscope, to logs of the same form. */
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { ROOT, run, SYSCOPE, withFolder, type Command, type Outcome } from '../real/recording';
import { type Run } from './compare';
import { environment, OLD, SEARCH_PATH } from './folder';
import { parseLog } from './log';

export interface Traced {
  readonly outcome: Outcome;
  readonly log: string;
  readonly run: Run;
}

/** Where a heap begins decides how it grows: the same place in every run. Some containers refuse it (personality(2)). */
const SAME_ADDRESSES = ['setarch', '--addr-no-randomize'];
export const addressesCanBeFixed = (): boolean => spawnSync('setarch', [...SAME_ADDRESSES.slice(1), 'true']).status === 0;

/** Where commands run: the same path for both tracers, with the same files in it. */
export class Workplace {
  /** fixed: addresses are the same in every run. */
  constructor(
    private readonly template: string,
    private readonly scratch: string,
    readonly fixed: boolean,
  ) {}

  /** Before each run: the folder is as the command expects it. */
  command(words: readonly string[], changes: 'out' | 'all' | undefined): Command {
    const cwd = changes === 'all' ? path.join(this.scratch, 'work') : this.template;
    if (changes === 'all') {
      fs.rmSync(cwd, { recursive: true, force: true });
      execFileSync('cp', ['-a', this.template, cwd]);
    }
    const out = path.join(cwd, 'out');
    fs.rmSync(out, { recursive: true, force: true });
    fs.mkdirSync(out);
    fs.utimesSync(out, OLD, OLD);
    fs.utimesSync(cwd, OLD, OLD);
    return { words: [...(this.fixed ? SAME_ADDRESSES : []), ...words], cwd, env: environment(cwd) };
  }
}

const now = (): number => Date.now() / 1000;

export function untraced(command: Command): Outcome {
  return run(command);
}

export function underStrace(command: Command): Traced {
  return withFolder((folder) => {
    const file = path.join(folder, 'log');
    const outcome = run(command, ['strace', '-f', '-o', file]);
    const log = fs.readFileSync(file, 'latin1');
    return { outcome, log, run: { tasks: parseLog(log), now: now() } };
  });
}

export function underSyscope(command: Command): Traced {
  return withFolder((folder) => {
    const trace = path.join(folder, 'trace.syscope');
    const outcome = run(command, [SYSCOPE, 'record', '-o', trace, '--']);
    const log = exported(trace);
    return { outcome, log, run: { tasks: parseLog(log), now: now() } };
  });
}

function exported(trace: string): string {
  const env = { PATH: process.env['PATH'] ?? SEARCH_PATH };
  const { status, stdout, stderr } = run({ words: [SYSCOPE, 'export', '--format', 'strace', trace], cwd: ROOT, env });
  if (status !== 0 || stderr !== '') throw new Error(`export failed (${String(status)}): ${stderr}`);
  return stdout;
}
