/**
 * "Run Without Debugging": the program as it is, without the tracer. In a terminal a small script of ours notes its process
 * id and becomes the program, so that Stop reaches it and its end is seen. Node only, no vscode.
 */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import type { LaunchAttributes } from './attributes';
import { childEnvironment, startChild } from './child';
import { delay, type Run, type RunListener, type RunTerminal, SLOW_TERMINAL, StartError, type StartTiming, within } from './run';
import { createRunFolder, removeRunFolder, writePrivately } from './sessionFile';
import { NO_STDIN_NOTE } from './tracedRun';

export interface PlainEnvironment {
  readonly terminal: RunTerminal;
  readonly listener: RunListener;
  readonly signal: AbortSignal;
  readonly timing: StartTiming;
  readonly slow: (message: string) => void;
  /** The program was started, with this process id. */
  readonly started: (pid: number) => void;
  readonly exited: (code: number) => void;
}

const POLL_MS = 200;
const DRAIN_TIMEOUT_MS = 500;

export async function launchPlain(
  launch: LaunchAttributes,
  program: string,
  cwd: string,
  environment: PlainEnvironment,
): Promise<Run> {
  const pid =
    launch.console === 'integratedTerminal'
      ? await startInTerminal(launch, program, cwd, environment)
      : await startOwn(launch, program, cwd, environment);
  environment.started(pid);
  const signal = (name: NodeJS.Signals) => (): Promise<void> => {
    sendSignal(pid, name);
    return Promise.resolve();
  };
  return {
    trace: undefined,
    attached: false,
    request: () => Promise.reject(new Error('The program runs without tracing, so it can only be stopped.')),
    stop: signal('SIGTERM'),
    kill: signal('SIGKILL'),
    leave: () => undefined,
  };
}

async function startOwn(launch: LaunchAttributes, program: string, cwd: string, environment: PlainEnvironment): Promise<number> {
  const { listener } = environment;
  listener.output('console', NO_STDIN_NOTE);
  const output = (category: 'stdout' | 'stderr', text: string): void => {
    listener.output(category, text);
  };
  const child = await startChild([program, ...launch.args], { cwd, env: childEnvironment(launch.env), output });
  void child.exit.then(async (end) => {
    await within(child.drained, DRAIN_TIMEOUT_MS);
    if (end.code !== undefined) environment.exited(end.code);
    listener.ended(undefined);
  });
  return child.pid;
}

async function startInTerminal(
  launch: LaunchAttributes,
  program: string,
  cwd: string,
  environment: PlainEnvironment,
): Promise<number> {
  const run = await createRunFolder();
  const pidFile = path.join(run.folder, 'p');
  try {
    await writePrivately(run.sessionFile, terminalScript(launch, program, cwd, pidFile));
    await environment.terminal.run(path.basename(program), ['sh', run.sessionFile]);
    const pid = await readPid(pidFile, environment);
    void followProcess(pid).then(() => {
      environment.listener.ended(undefined);
    });
    return pid;
  } finally {
    await removeRunFolder(run);
  }
}

/** The script's process becomes the program, so its id is the program's. Exported for its test. */
export function terminalScript(launch: LaunchAttributes, program: string, cwd: string, pidFile: string): string {
  const lines = [`cd -- ${quote(cwd)} || exit 126`];
  const changes: string[] = [];
  for (const [name, value] of Object.entries(launch.env))
    changes.push(value === undefined ? `-u ${quote(name)}` : quote(`${name}=${value}`));
  const removed = changes.filter((change) => change.startsWith('-u '));
  const set = changes.filter((change) => !change.startsWith('-u '));
  const command = [program, ...launch.args].map(quote).join(' ');
  lines.push(`echo $$ >${quote(pidFile)}`);
  lines.push(changes.length === 0 ? `exec ${command}` : `exec env ${[...removed, ...set].join(' ')} ${command}`);
  return `${lines.join('\n')}\n`;
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

async function readPid(pidFile: string, { signal, timing, slow }: PlainEnvironment): Promise<number> {
  const note = setTimeout(() => {
    slow(SLOW_TERMINAL);
  }, timing.noteMs);
  try {
    for (const end = Date.now() + timing.connectMs; Date.now() < end && !signal.aborted;) {
      const text = await fs.readFile(pidFile, 'utf8').catch(() => '');
      if (/^\d+\n$/.test(text)) return Number(text);
      await delay(50);
    }
  } finally {
    clearTimeout(note);
  }
  throw new StartError(
    signal.aborted ? 'The start was cancelled.' : 'The terminal did not start the program, so the start was given up.',
  );
}

/** Resolves when the process is gone, or its number belongs to another one. */
async function followProcess(pid: number): Promise<void> {
  const first = await startTime(pid);
  while (first !== undefined && (await startTime(pid)) === first) await delay(POLL_MS);
}

/** Field 22 of proc(5)'s stat, which follows the name in parentheses; undefined: no such process, or only its zombie. */
async function startTime(pid: number): Promise<string | undefined> {
  const stat = await fs.readFile(`/proc/${String(pid)}/stat`, 'utf8').catch(() => '');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? undefined : fields[19];
}

function sendSignal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'ESRCH') throw error;
  }
}
