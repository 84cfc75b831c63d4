/**
 * A session's runs, one after another: starting, stopping, restarting, and which one is current. What a run tells goes on to
 * the session, which turns it into the debug protocol; how a run starts is in `start.ts`. No vscode.
 */
import type { AttachAttributes, LaunchAttributes } from './attributes';
import type { ControlEvent, ControlVerb } from './controlProtocol';
import { type Run, type RunTerminal, StartError, type StartTiming, within } from './run';
import type { SessionHost } from './sessionHost';
import { startAttach, startLaunch, type Started } from './start';

export type Attributes = LaunchAttributes | AttachAttributes;

export interface RunnerListener {
  starting(trace: string): void;
  notStarted(trace: string): void;
  started(run: Started, attributes: Attributes): void;
  event(event: ControlEvent): void;
  output(category: string, text: string): void;
  exited(code: number): void;
  /** A run is over, and another one follows at once if `restarting`. */
  ended(problem: string | undefined, restarting: boolean): void;
}

/** How long restart waits for SIGTERM, and then for SIGKILL, to end the program. */
const RESTART_STOP_MS = 2_000;
const KILL_WAIT_MS = 2_000;

export class Runner {
  private run: Run | undefined;
  private starting: AbortController | undefined;
  private restarting = false;
  /** Settled when the current run ends. */
  private ended = promiseParts();

  constructor(
    private readonly host: SessionHost,
    private readonly terminal: RunTerminal,
    private readonly timing: StartTiming,
    private readonly listener: RunnerListener,
  ) {}

  /** Rejects with the sentence to show. */
  async start(attributes: Attributes): Promise<void> {
    const starting = new AbortController();
    const ended = promiseParts();
    this.starting = starting;
    this.ended = ended;
    /** The end of a program that ran so shortly that its start was not answered yet: said after the answer. */
    let endedEarly: { readonly problem: string | undefined } | undefined;
    const end = (problem: string | undefined): void => {
      ended.resolve();
      if (this.starting === starting) endedEarly = { problem };
      else this.listener.ended(problem, this.restarting);
    };
    try {
      this.run = await this.startRun(attributes, starting.signal, end);
    } catch (error) {
      if (error instanceof StartError && error.offerInternalConsole) this.offer(attributes, error.message);
      throw error;
    } finally {
      this.starting = undefined;
    }
    setImmediate(() => {
      if (endedEarly !== undefined) this.listener.ended(endedEarly.problem, this.restarting);
    });
  }

  /** Ends the current run, and starts another one as soon as it is over. `between` is called then. */
  async restart(attributes: Attributes, between: () => void): Promise<void> {
    this.restarting = true;
    try {
      if (this.run !== undefined) await this.endForRestart(this.run);
      between();
      await this.start(attributes);
    } finally {
      this.restarting = false;
    }
  }

  request(verb: ControlVerb, thread?: number): Promise<void> {
    return this.run?.request(verb, thread) ?? Promise.reject(new Error('The program is not running.'));
  }

  /** The first Stop. */
  async stop(): Promise<void> {
    this.starting?.abort();
    await this.run?.stop();
  }

  /** The second Stop, or leaving an attached program; waits a little for the end. `keep`: a launched program may go on. */
  async disconnect(keep: boolean): Promise<void> {
    this.starting?.abort();
    const { run } = this;
    if (run === undefined) return;
    if (keep && !run.attached) {
      run.leave();
      return;
    }
    const { promise } = this.ended;
    await run.kill().catch(async (error: unknown) => {
      if (!(await within(promise, KILL_WAIT_MS))) throw error; // a tracer that was just ending does not answer any more
    });
    await within(promise, KILL_WAIT_MS);
  }

  /** Nobody listens any longer: what runs goes on. */
  leave(): void {
    this.starting?.abort();
    this.run?.leave();
  }

  private startRun(attributes: Attributes, signal: AbortSignal, ended: (problem: string | undefined) => void): Promise<Run> {
    const { host, terminal, timing, listener } = this;
    const environment = {
      host,
      terminal,
      timing,
      signal,
      slow: (message: string) => {
        this.offer(attributes, message);
      },
      starting: (trace: string) => {
        listener.starting(trace);
      },
      notStarted: (trace: string) => {
        listener.notStarted(trace);
      },
      started: (run: Started) => {
        listener.started(run, attributes);
      },
      exited: (code: number) => {
        listener.exited(code);
      },
      listener: {
        event: (event: ControlEvent) => {
          listener.event(event);
        },
        output: (category: string, text: string) => {
          listener.output(category, text);
        },
        ended,
      },
    };
    return attributes.request === 'launch' ? startLaunch(attributes, environment) : startAttach(attributes, environment);
  }

  private async endForRestart(run: Run): Promise<void> {
    const { promise } = this.ended;
    await run.stop().catch(() => undefined); // one that just ends does not answer; the wait tells
    if (await within(promise, RESTART_STOP_MS)) return;
    await run.kill().catch(() => undefined);
    if (await within(promise, RESTART_STOP_MS)) return;
    run.leave();
    this.listener.ended(undefined, true);
  }

  private offer(attributes: Attributes, message: string): void {
    if (attributes.request === 'launch') this.host.offerInternalConsole(message, attributes);
  }
}

function promiseParts(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
