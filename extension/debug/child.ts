/**
 * A process that the session starts itself, without a terminal: its output as text, its end, the tail of what it said.
 * In a process group of its own, so that a reload of the window does not end it. Node only, no vscode.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { StringDecoder } from 'node:string_decoder';
import { messageOf, StartError } from './run';

export interface ChildEnd {
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
}

export interface OwnChild {
  readonly pid: number;
  readonly exit: Promise<ChildEnd>;
  /** All output was delivered. Later than `exit`, or never if something else holds the pipe. */
  readonly drained: Promise<void>;
  /** The end of standard error, for a message. */
  tail(): string;
}

export interface ChildOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly output: (category: 'stdout' | 'stderr', text: string) => void;
}

const TAIL_CHARACTERS = 2_000;

export async function startChild(command: readonly string[], options: ChildOptions): Promise<OwnChild> {
  const [file = '', ...args] = command;
  const child = spawn(file, args, { cwd: options.cwd, env: options.env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let tail = '';
  const exit = new Promise<ChildEnd>((resolve) => {
    child.once('exit', (code, signal) => {
      resolve({ code: code ?? undefined, signal: signal ?? undefined });
    });
  });
  const drained = new Promise<void>((resolve) => {
    child.once('close', () => {
      resolve();
    });
  });
  forward(child, 'stdout', (text) => {
    options.output('stdout', text);
  });
  forward(child, 'stderr', (text) => {
    tail = (tail + text).slice(-TAIL_CHARACTERS);
    options.output('stderr', text);
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => {
      reject(new StartError(`"${file}" could not be started: ${messageOf(error)}.`));
    });
  });
  return { pid: child.pid ?? 0, exit, drained, tail: () => tail.trim() };
}

function forward(child: ChildProcess, name: 'stdout' | 'stderr', deliver: (text: string) => void): void {
  const decoder = new StringDecoder('utf8');
  child[name]?.on('data', (data: Buffer) => {
    const text = decoder.write(data);
    if (text !== '') deliver(text);
  });
  child[name]?.on('end', () => {
    const rest = decoder.end();
    if (rest !== '') deliver(rest);
  });
}

/** The environment of an own child: ours with the configuration's changes; undefined removes a variable. */
export function childEnvironment(changes: Readonly<Record<string, string | undefined>>): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env };
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) Reflect.deleteProperty(env, name);
    else env[name] = value;
  }
  return env;
}
