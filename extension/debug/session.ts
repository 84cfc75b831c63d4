/**
 * The debug session: the debug protocol's requests on one side, runs on the other. It holds which threads there are and which
 * are held. How runs start, end and follow one another is in `runner.ts`, what is shown of a call in `heldCalls.ts`; no vscode
 * here.
 */
import { DebugSession, ExitedEvent, InitializedEvent, OutputEvent, TerminatedEvent, ThreadEvent } from '@vscode/debugadapter';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { checkAttach, checkLaunch, type Checked } from './attributes';
import type { ControlEvent } from './controlProtocol';
import { HeldCalls } from './heldCalls';
import { messageOf, START_TIMING, StartError } from './run';
import { type Attributes, Runner } from './runner';
import type { Recording, SessionHost } from './sessionHost';
import type { Started } from './start';
import { ThreadList } from './threads';

const THREAD_EVENTS_MS = 100;
const PAUSE_NOTE_MS = 700;

const BREAKPOINT_REASON = 'Syscope records system calls and does not stop at lines. Pause holds each thread at its next call.';

export class SyscopeSession extends DebugSession {
  private attributes: Attributes | undefined;
  private terminated = false;
  private rootPid = 0;
  /** The trace of the current run, from its greeting to its end; and of the run before it, when it is restarted. */
  private recording: string | undefined;
  private replaces: string | undefined;
  private readonly threads = new ThreadList();
  private readonly held: HeldCalls;
  private readonly runner: Runner;
  private threadTimer: NodeJS.Timeout | undefined;
  private pauseTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly host: SessionHost,
    private readonly timing = START_TIMING,
  ) {
    super();
    this.held = new HeldCalls(host, this.threads);
    const terminal = { run: (title: string, command: readonly string[]) => this.runInTerminal(title, command) };
    this.runner = new Runner(host, terminal, timing, {
      starting: (trace) => {
        this.host.recordingExpected(trace, this.replaces);
      },
      notStarted: (trace) => {
        this.host.recordingFailed(trace);
      },
      started: (run, attributes) => {
        this.announce(run, attributes);
      },
      event: (event) => {
        this.take(event);
      },
      output: (category, text) => {
        this.sendEvent(new OutputEvent(text, category));
      },
      exited: (code) => {
        this.sendEvent(new ExitedEvent(code));
      },
      ended: (problem, restarting) => {
        this.runEnded(problem, restarting);
      },
    });
    this.setDebuggerLinesStartAt1(true);
    this.setDebuggerColumnsStartAt1(true);
  }

  /** VS Code drops the session, at a reload of the window too: the recording goes on without us. */
  override dispose(): void {
    this.runner.leave();
    this.clearTimers();
  }

  protected override initializeRequest(response: DebugProtocol.InitializeResponse): void {
    response.body = {
      supportsConfigurationDoneRequest: true,
      supportsTerminateRequest: true,
      supportTerminateDebuggee: true,
      supportsRestartRequest: true,
      supportsDelayedStackTraceLoading: true,
    };
    this.sendResponse(response);
    this.sendEvent(new InitializedEvent());
  }

  protected override launchRequest(response: DebugProtocol.LaunchResponse, args: DebugProtocol.LaunchRequestArguments): void {
    this.answer(response, () => this.begin(checkLaunch({ ...args })));
  }

  protected override attachRequest(response: DebugProtocol.AttachResponse, args: DebugProtocol.AttachRequestArguments): void {
    this.answer(response, () => this.begin(checkAttach({ ...args })));
  }

  protected override restartRequest(response: DebugProtocol.RestartResponse, args: DebugProtocol.RestartArguments): void {
    this.answer(response, () => this.restart(args.arguments));
  }

  /** The first Stop. */
  protected override terminateRequest(response: DebugProtocol.TerminateResponse): void {
    this.answer(response, () => this.runner.stop());
  }

  /**
   * The second Stop, or leaving an attached program, both of which say what is to become of it. When a window is closed or
   * reloaded, VS Code says nothing of it: then the recording goes on.
   */
  protected override disconnectRequest(
    response: DebugProtocol.DisconnectResponse,
    args: DebugProtocol.DisconnectArguments,
  ): void {
    this.answer(response, async () => {
      if (this.terminated) return;
      if (args.terminateDebuggee === undefined) this.runner.leave();
      else await this.runner.disconnect(!args.terminateDebuggee);
    });
  }

  protected override setBreakPointsRequest(
    response: DebugProtocol.SetBreakpointsResponse,
    args: DebugProtocol.SetBreakpointsArguments,
  ): void {
    const breakpoints = (args.breakpoints ?? []).map(({ line }) => ({ verified: false, line, message: BREAKPOINT_REASON }));
    response.body = { breakpoints };
    this.sendResponse(response);
  }

  protected override pauseRequest(response: DebugProtocol.PauseResponse): void {
    this.answer(response, async () => {
      await this.runner.request('pause');
      clearTimeout(this.pauseTimer);
      this.pauseTimer = setTimeout(() => {
        this.notePause();
      }, PAUSE_NOTE_MS);
    });
  }

  protected override continueRequest(response: DebugProtocol.ContinueResponse): void {
    response.body = { allThreadsContinued: true };
    this.answer(response, () => this.runner.request('resume'));
  }

  protected override nextRequest(response: DebugProtocol.NextResponse, args: DebugProtocol.NextArguments): void {
    this.answer(response, () => this.runner.request('step', args.threadId));
  }

  protected override stepInRequest(response: DebugProtocol.StepInResponse, args: DebugProtocol.StepInArguments): void {
    this.answer(response, () => this.runner.request('step', args.threadId));
  }

  protected override stepOutRequest(response: DebugProtocol.StepOutResponse, args: DebugProtocol.StepOutArguments): void {
    this.answer(response, () => this.runner.request('step', args.threadId));
  }

  protected override threadsRequest(response: DebugProtocol.ThreadsResponse): void {
    response.body = { threads: this.threads.list().map(({ id, name }) => ({ id, name })) };
    this.sendResponse(response);
  }

  protected override stackTraceRequest(
    response: DebugProtocol.StackTraceResponse,
    args: DebugProtocol.StackTraceArguments,
  ): void {
    this.answer(response, async () => {
      response.body = await this.held.stackTrace(args.threadId, args.startFrame ?? 0, args.levels ?? 0);
    });
  }

  protected override scopesRequest(response: DebugProtocol.ScopesResponse, args: DebugProtocol.ScopesArguments): void {
    this.answer(response, async () => {
      response.body = { scopes: await this.held.scopes(args.frameId) };
    });
  }

  protected override variablesRequest(response: DebugProtocol.VariablesResponse, args: DebugProtocol.VariablesArguments): void {
    response.body = { variables: this.held.variables(args.variablesReference) };
    this.sendResponse(response);
  }

  protected override evaluateRequest(response: DebugProtocol.EvaluateResponse): void {
    this.fail(
      response,
      'Syscope does not evaluate expressions: the arguments of the call at which a thread is held are in the Variables view.',
    );
  }

  /** Runs a handler and answers with its result: every request gets exactly one answer. */
  private answer(response: DebugProtocol.Response, handler: () => Promise<void>): void {
    handler().then(
      () => {
        this.sendResponse(response);
      },
      (error: unknown) => {
        this.host.log(`${response.command}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
        this.fail(response, messageOf(error));
      },
    );
  }

  /** The message goes as a variable: braces in it are no placeholders. */
  private fail(response: DebugProtocol.Response, message: string): void {
    this.sendErrorResponse(response, { id: 1, format: '{message}', variables: { message }, showUser: true });
  }

  private async begin(checked: Checked<Attributes>): Promise<void> {
    if (checked.value === undefined) throw new StartError(checked.problems.join(' '));
    this.attributes = checked.value;
    await this.runner.start(checked.value);
  }

  private announce(run: Started, attributes: Attributes): void {
    this.rootPid = run.pid;
    const body = { name: run.program, systemProcessId: run.pid, isLocalProcess: true, startMethod: attributes.request };
    this.sendEvent({ type: 'event', seq: 0, event: 'process', body });
    if (run.trace === undefined) return;
    const { sourceFileMap } = attributes;
    const { program, pid, attached, trace } = run;
    this.held.current = { trace, sourceFileMap };
    const recording: Recording = { trace, program, pid, attached, sourceFileMap };
    this.recording = trace;
    this.replaces = trace;
    this.host.recordingStarted(recording);
  }

  /** `newArguments` is what the configuration says by now; undefined from clients that don't know. */
  private async restart(newArguments: unknown): Promise<void> {
    const { attributes } = this;
    if (attributes === undefined) throw new Error('There is nothing to restart yet.');
    const raw = typeof newArguments === 'object' && newArguments !== null ? { ...newArguments } : undefined;
    const checked = raw === undefined ? undefined : attributes.request === 'launch' ? checkLaunch(raw) : checkAttach(raw);
    if (checked !== undefined && checked.value === undefined) throw new StartError(checked.problems.join(' '));
    this.attributes = checked?.value ?? attributes;
    try {
      await this.runner.restart(this.attributes, () => {
        this.take({ event: 'continued', tid: 0 }); // no thread of the old program is held any longer
        this.threads.clear();
        this.tellThreads();
      });
    } catch (error) {
      this.finishSession();
      throw error;
    }
  }

  private take(event: ControlEvent): void {
    if (event.event === 'hello') this.rootPid = event.pid;
    this.threads.take(event);
    switch (event.event) {
      case 'stopped':
        this.showStopped(event.tid, event.reason);
        break;
      case 'continued':
        this.held.forget();
        this.sendEvent({
          type: 'event',
          seq: 0,
          event: 'continued',
          body: { threadId: event.tid, allThreadsContinued: event.tid === 0 },
        });
        break;
      case 'exited':
        if (event.pid === this.rootPid) this.rootExited(event.code, event.signal);
        break;
      case 'warning':
      case 'error':
        this.sendEvent(new OutputEvent(`${event.text}\n`, event.event === 'error' ? 'stderr' : 'console'));
        if (event.event === 'error') this.host.showError(event.text);
        break;
      default:
        break;
    }
    this.threadTimer ??= setTimeout(() => {
      this.tellThreads();
    }, THREAD_EVENTS_MS);
  }

  /** Only the first of the threads that one Pause holds takes the focus. */
  private showStopped(threadId: number, reason: string): void {
    clearTimeout(this.pauseTimer);
    this.tellThreads();
    this.held.forget();
    const preserveFocusHint =
      reason === 'pause' && this.threads.list().some(({ id }) => id !== threadId && this.threads.stoppedAt(id) !== undefined);
    const body = { reason, threadId, preserveFocusHint, allThreadsStopped: false };
    this.sendEvent({ type: 'event', seq: 0, event: 'stopped', body });
  }

  private rootExited(code: number | undefined, signal: number | undefined): void {
    this.sendEvent(new ExitedEvent(code ?? 128 + (signal ?? 0)));
    const left = this.threads.processCount;
    if (left === 0) return;
    const processes = left === 1 ? 'One process that it left behind is' : `${String(left)} processes that it left behind are`;
    this.sendEvent(new OutputEvent(`The program ended. ${processes} still traced; Stop ends the tracing.\n`, 'console'));
  }

  private notePause(): void {
    if (this.threads.list().some(({ id }) => this.threads.stoppedAt(id) !== undefined)) return;
    this.sendEvent(new OutputEvent('No thread has made a system call since Pause: each is held at its next one.\n', 'console'));
  }

  private tellThreads(): void {
    clearTimeout(this.threadTimer);
    this.threadTimer = undefined;
    for (const { reason, threadId } of this.threads.changes()) this.sendEvent(new ThreadEvent(reason, threadId));
  }

  private runEnded(problem: string | undefined, restarting: boolean): void {
    if (problem !== undefined) {
      this.sendEvent(new OutputEvent(`${problem}\n`, 'stderr'));
      this.host.showError(problem);
    }
    if (this.recording !== undefined) this.host.recordingEnded(this.recording);
    this.recording = undefined;
    if (!restarting) this.finishSession();
  }

  private finishSession(): void {
    if (this.terminated) return;
    this.terminated = true;
    this.clearTimers();
    this.sendEvent(new TerminatedEvent());
  }

  private clearTimers(): void {
    clearTimeout(this.threadTimer);
    clearTimeout(this.pauseTimer);
  }

  /** An empty folder: the session file says where the program runs, and the typed command stays short. */
  private runInTerminal(title: string, command: readonly string[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.runInTerminalRequest(
        { kind: 'integrated', title, cwd: '', args: [...command] },
        this.timing.terminalMs,
        (response) => {
          if (response.success) resolve();
          else reject(new StartError(`The terminal could not be opened: ${response.message ?? 'no reason was given'}.`, true));
        },
      );
    });
  }
}
