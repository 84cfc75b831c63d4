/**
 * A program under the tracer: starting it in a terminal or without one, attaching, the wait for the control socket, and
 * the connection until the trace is complete. Node only, no vscode.
 */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { filterOptions, type AttachAttributes, type LaunchAttributes } from './attributes';
import { childEnvironment, type OwnChild, startChild } from './child';
import { connectControl, type ControlClient, ControlError, isAborted } from './control';
import { CONTROL_VERSION, type ControlEvent, type ControlVerb } from './controlProtocol';
import type { Installation } from './install';
import { delay, type Run, type RunListener, type RunTerminal, SLOW_TERMINAL, StartError, type StartTiming, within } from './run';
import { createRunFolder, encodeWords, removeRunFolder, type RunFolder, sessionWords, writePrivately } from './sessionFile';

export interface RunEnvironment {
  readonly installation: Installation;
  readonly terminal: RunTerminal;
  readonly listener: RunListener;
  /** Aborted when the session is stopped while it starts. */
  readonly signal: AbortSignal;
  readonly timing: StartTiming;
  /** The terminal is slow: told once, the wait goes on. */
  readonly slow: (message: string) => void;
}

/** How long after the tracer has read the session file: it listens at once, unless it failed. */
const TAKEN_TIMEOUT_MS = 10_000;
/** How long the tracer of a program that has ended waits for us (ARCHITECTURE.md, "Launch and control"), and a little more. */
const LATE_PEER_MS = 3_500;
/** Syscope's own failures, as shells number them; a program may end so too. */
const SYSCOPE_FAILED: ReadonlySet<number> = new Set([125, 126, 127]);
const FAILED_WAIT_MS = 500;
const HELLO_TIMEOUT_MS = 5_000;
const RECONNECT_TIMEOUT_MS = 1_000;
const DRAIN_TIMEOUT_MS = 500;

export const NO_STDIN_NOTE =
  'The program runs without a terminal ("console": "internalConsole"): its standard input is empty. Use "integratedTerminal" for a program that reads from it.\n';

export async function launchTraced(
  launch: LaunchAttributes,
  cwd: string,
  trace: string,
  environment: RunEnvironment,
): Promise<Run> {
  const folder = await createRunFolder();
  const run = new TracedRun(folder, trace, environment, false);
  try {
    await writePrivately(folder.sessionFile, encodeWords(sessionWords(launch, cwd, trace, folder.controlSocket)));
    const command = [environment.installation.command, 'record', '--session', folder.sessionFile];
    if (launch.console === 'integratedTerminal') {
      await environment.terminal.run(`Trace ${path.basename(launch.program)}`, command);
      await run.connect(undefined);
    } else {
      environment.listener.output('console', NO_STDIN_NOTE);
      await run.connect(await run.start(command, cwd));
    }
    return run;
  } catch (error) {
    run.abandon();
    throw error;
  }
}

export async function attachTraced(attach: AttachAttributes, trace: string, environment: RunEnvironment): Promise<Run> {
  const folder = await createRunFolder();
  const run = new TracedRun(folder, trace, environment, true);
  const command = [environment.installation.command, 'attach', '-p', String(attach.processId), '--control', folder.controlSocket];
  command.push('-o', trace, '--payload', String(attach.capture.payloadBytes), ...(attach.capture.stacks ? [] : ['--no-stacks']));
  for (const [name, value] of filterOptions(attach.capture.filters)) command.push(`--${name}`, value);
  try {
    await run.connect(await run.start(command, folder.folder));
    return run;
  } catch (error) {
    run.abandon();
    throw error;
  }
}

class TracedRun implements Run {
  private client: ControlClient | undefined;
  private child: OwnChild | undefined;
  private state: 'starting' | 'running' | 'left' | 'ended' = 'starting';
  private rootEnded = false;
  private rootPid = 0;
  private greeted: (() => void) | undefined;
  private lastError = '';

  constructor(
    private readonly folder: RunFolder,
    readonly trace: string,
    private readonly environment: RunEnvironment,
    readonly attached: boolean,
  ) {}

  request(verb: ControlVerb, argument?: number): Promise<void> {
    return this.client?.request(verb, argument) ?? Promise.reject(new ControlError('The tracer is not connected.'));
  }

  /** What a program left behind is not killed: then, and for an attached program, stopping means to end the tracing. */
  async stop(): Promise<void> {
    await this.request(this.attached || this.rootEnded ? 'detach' : 'terminate');
  }

  async kill(): Promise<void> {
    await this.request(this.attached ? 'detach' : 'kill');
  }

  leave(): void {
    this.state = 'left';
    this.client?.dispose();
  }

  async start(command: readonly string[], cwd: string): Promise<OwnChild> {
    const output = (category: 'stdout' | 'stderr', text: string): void => {
      this.environment.listener.output(category, text);
    };
    this.child = await startChild(command, { cwd, env: childEnvironment({}), output });
    return this.child;
  }

  /** Until the tracer has greeted; rejects with the sentence to show. */
  async connect(child: OwnChild | undefined): Promise<void> {
    const attempt = new AbortController();
    const stop = (): void => {
      attempt.abort();
    };
    this.environment.signal.addEventListener('abort', stop);
    if (this.environment.signal.aborted) stop();
    const { timing, slow } = this.environment;
    const failed = child === undefined ? this.terminalFailure(attempt.signal) : childFailure(child);
    const note = setTimeout(() => {
      if (child === undefined) slow(SLOW_TERMINAL);
    }, timing.noteMs);
    try {
      this.client = await Promise.race([this.open(timing.connectMs, attempt.signal), failed]);
      await Promise.race([this.greeting(), failed]);
    } catch (error) {
      throw error instanceof ControlError ? this.connectProblem(error) : error;
    } finally {
      clearTimeout(note);
      attempt.abort();
      this.environment.signal.removeEventListener('abort', stop);
    }
    if (this.state === 'starting') this.state = 'running';
  }

  /** The start failed: nothing may start late, and nothing stays behind. */
  abandon(): void {
    this.state = 'ended';
    this.client?.dispose();
    if (this.child !== undefined) endChild(this.child);
    void removeRunFolder(this.folder);
  }

  private async open(timeoutMs: number, signal: AbortSignal): Promise<ControlClient> {
    const listener = {
      event: (event: ControlEvent): void => {
        this.take(event);
      },
      closed: (): void => {
        void this.closed();
      },
    };
    return connectControl(this.folder.controlSocket, listener, { timeoutMs, signal });
  }

  private async greeting(): Promise<void> {
    const greeted = new Promise<void>((resolve) => {
      this.greeted = resolve;
    });
    if (this.rootPid !== 0 || (await within(greeted, HELLO_TIMEOUT_MS))) return;
    throw new StartError(this.lastError === '' ? 'The tracer did not greet on its control socket.' : this.lastError);
  }

  private take(event: ControlEvent): void {
    if (event.event === 'hello') {
      if (event.version !== CONTROL_VERSION) {
        this.environment.listener.output(
          'console',
          `The tracer speaks version ${String(event.version)} of the control channel, this extension version ${String(CONTROL_VERSION)}.\n`,
        );
      }
      this.rootPid = event.pid;
      this.greeted?.();
    }
    if (event.event === 'exited' && event.pid === this.rootPid) this.rootEnded = true;
    if (event.event === 'error') this.lastError = event.text;
    this.environment.listener.event(event);
    if (event.event === 'end') void this.finish(undefined);
  }

  /** The tracer drops a peer that reads too slowly, so one more connection is tried before the run counts as over. */
  private async closed(): Promise<void> {
    if (this.state !== 'running') return;
    try {
      this.client = await this.open(RECONNECT_TIMEOUT_MS, this.environment.signal);
    } catch {
      await this.finish(
        this.rootEnded ? undefined : 'The tracer ended without closing the trace; what was recorded until then is kept.',
      );
    }
  }

  private async finish(problem: string | undefined): Promise<void> {
    if (this.state === 'ended') return;
    const left = this.state === 'left';
    this.state = 'ended';
    this.client?.dispose();
    if (this.child !== undefined) await within(this.child.drained, DRAIN_TIMEOUT_MS);
    await removeRunFolder(this.folder);
    if (!left) this.environment.listener.ended(problem);
  }

  /** Rejects when the tracer took the session file but does not listen: its own message is on the terminal. */
  private async terminalFailure(signal: AbortSignal): Promise<never> {
    while (!signal.aborted) {
      if (!(await exists(this.folder.sessionFile))) {
        await delay(TAKEN_TIMEOUT_MS);
        if (this.client === undefined && !isAborted(signal)) {
          throw new StartError(
            'The tracer started in the terminal but could not trace the program: its message is in the terminal.',
          );
        }
        break;
      }
      await delay(100);
    }
    return new Promise<never>(() => undefined);
  }

  private connectProblem(error: ControlError): StartError {
    if (this.environment.signal.aborted) return new StartError('The start was cancelled.');
    if (this.child !== undefined) return new StartError(`The tracer did not start: ${error.message}`);
    return new StartError(
      'The terminal did not start the tracer, so the start was given up. Run the program without a terminal ("console": "internalConsole"), or in a new one.',
    );
  }
}

/** The helper's process is the program's, and with it the tracer ends. An attaching helper lets its program go. */
function endChild(child: OwnChild): void {
  try {
    process.kill(child.pid, 'SIGTERM');
  } catch {
    return; // it is gone already
  }
}

/** Rejects when the child ends; a run that has connected no longer waits for it. */
async function childFailure(child: OwnChild): Promise<never> {
  const end = await child.exit;
  await within(child.drained, DRAIN_TIMEOUT_MS);
  // A program that ended at once may have been traced all the same: the connection goes first.
  await delay(end.code !== undefined && SYSCOPE_FAILED.has(end.code) ? FAILED_WAIT_MS : LATE_PEER_MS);
  const said = child.tail();
  const how = end.signal === undefined ? `with status ${String(end.code)}` : `by ${end.signal}`;
  throw new StartError(said === '' ? `The tracer ended ${how} before it traced anything.` : said);
}

function exists(file: string): Promise<boolean> {
  return fs.access(file).then(
    () => true,
    () => false,
  );
}
