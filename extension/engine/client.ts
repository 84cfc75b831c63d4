/**
 * The engine as seen from the extension host: starts the child process when it is first needed, pairs answers with requests,
 * starts it again after a crash. A native fault ends the child, never the host.
 * What must not live here: koffi, the answers.
 */
import { fork, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import type { EngineRequest, EngineRequests } from '../trace/engineProtocol';
import type { RequestMessage, ResponseMessage } from './messages';

export interface EngineClientOptions {
  readonly log?: (text: string) => void;
  /** The child has ended: every trace's number is void, whoever holds one opens its trace again. */
  readonly lost?: () => void;
  /** The child's bundle; dist/engine.js beside this one unless said. */
  readonly program?: string;
}

/** The engine ended while it was asked: whoever had traces open opens them again. `code` is what callers check. */
export class EngineLostError extends Error {
  readonly code = 'engine-lost';
}

interface Waiting {
  readonly child: ChildProcess;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** More crashes than this within the window, and it is not started again until the window is over. */
const MAX_CRASHES = 3;
const CRASH_WINDOW_MS = 30_000;

export class EngineClient {
  private readonly program: string;
  private readonly log: (text: string) => void;
  private readonly onLost: () => void;
  private readonly waiting = new Map<number, Waiting>();
  private child: ChildProcess | undefined;
  private crashes: number[] = [];
  private lastId = 0;
  private disposed = false;

  constructor(options: EngineClientOptions = {}) {
    this.program = options.program ?? path.join(__dirname, 'engine.js');
    this.log = options.log ?? ((): void => undefined);
    this.onLost = options.lost ?? ((): void => undefined);
  }

  /** Starts the child ahead of its first request. */
  start(): void {
    this.startedChild();
  }

  request<K extends EngineRequest>(name: K, params: EngineRequests[K][0]): Promise<EngineRequests[K][1]> {
    return new Promise<EngineRequests[K][1]>((resolve, reject) => {
      const message: RequestMessage = { id: ++this.lastId, name, params };
      const child = this.startedChild();
      this.waiting.set(message.id, { child, resolve: resolve as (result: unknown) => void, reject });
      child.send(message, (error) => {
        if (error !== null) this.reject(message.id, new EngineLostError(`The trace engine can't be reached: ${error.message}.`));
      });
    });
  }

  /** Ends the child; what was asked is answered with an error. */
  dispose(): void {
    this.disposed = true;
    const { child } = this;
    this.child = undefined;
    this.rejectAll(() => true, new Error('The trace engine was stopped.'));
    if (child === undefined) return;
    if (child.connected) child.disconnect();
    child.kill('SIGKILL');
  }

  private startedChild(): ChildProcess {
    if (this.disposed) throw new Error('The trace engine was stopped.');
    // One whose channel is closed is about to be reported as lost: it gets nothing new to do.
    if (this.child?.connected === true) return this.child;
    this.refuseIfCrashing();
    if (this.child !== undefined) this.onLost();
    const child = fork(this.program, [], {
      serialization: 'advanced',
      execArgv: [],
      // VS Code's extension host runs on Electron's binary, which is Node only if told so.
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: '' },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.child = child;
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.log(text.trimEnd());
      });
    child.on('message', (message) => {
      this.take(message as ResponseMessage);
    });
    let gone = false;
    const lost = (why: string): void => {
      if (!gone) this.lost(child, why);
      gone = true;
    };
    child.on('error', (error) => {
      lost(error.message);
    });
    child.on('exit', (code, signal) => {
      lost(signal ?? `status ${String(code)}`);
    });
    return child;
  }

  private refuseIfCrashing(): void {
    const now = Date.now();
    this.crashes = this.crashes.filter((time) => now - time < CRASH_WINDOW_MS);
    if (this.crashes.length >= MAX_CRASHES)
      throw new Error(
        `The trace engine ended ${this.crashes.length} times within ${CRASH_WINDOW_MS / 1000} s and is not started again for now: the trace may be damaged in a way that it can't read. The log (Output, Syscope) says more.`,
      );
  }

  private take(message: ResponseMessage): void {
    const waiting = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    if ('error' in message) waiting?.reject(new Error(message.error));
    else waiting?.resolve(message.result);
  }

  private lost(child: ChildProcess, why: string): void {
    if (this.disposed) return;
    if (this.child === child) {
      this.child = undefined;
      this.onLost();
    }
    this.crashes.push(Date.now());
    this.log(`The trace engine ended unexpectedly (${why}).`);
    const text = `The trace engine ended unexpectedly (${why}); it is started again when it is next needed.`;
    this.rejectAll((waiting) => waiting.child === child, new EngineLostError(text));
  }

  private reject(id: number, error: Error): void {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    waiting?.reject(error);
  }

  private rejectAll(which: (waiting: Waiting) => boolean, error: Error): void {
    for (const [id, waiting] of [...this.waiting]) if (which(waiting)) this.reject(id, error);
  }
}
