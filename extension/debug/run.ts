/**
 * One run of a program, as the debug session sees it: what it can be asked, and what it tells. The two kinds are
 * `tracedRun.ts` (launch and attach under the tracer) and `plainRun.ts` (without tracing). Types and small shared pieces.
 */
import type { ControlEvent, ControlVerb } from './controlProtocol';

export interface RunListener {
  /** Events of the tracer, `hello` first. A plain run has none. */
  event(event: ControlEvent): void;
  output(category: 'stdout' | 'stderr' | 'console', text: string): void;
  /** Once; nothing follows. `problem`: a whole sentence when it was not the program's own end. */
  ended(problem: string | undefined): void;
}

export interface Run {
  /** The trace's path; undefined without tracing. */
  readonly trace: string | undefined;
  readonly attached: boolean;
  request(verb: ControlVerb, argument?: number): Promise<void>;
  /** The first Stop: SIGTERM, or detaching. */
  stop(): Promise<void>;
  /** The second Stop: SIGKILL, or detaching. */
  kill(): Promise<void>;
  /** Lets go without ending anything: the recording goes on. */
  leave(): void;
}

/** How runs reach what only the session has. */
export interface RunTerminal {
  /** Types a command into a terminal; rejects with a whole sentence. */
  run(title: string, command: readonly string[]): Promise<void>;
}

/** How long a start may take. A terminal can be slow for many reasons, so the wait goes on after it was said. */
export interface StartTiming {
  /** Until VS Code has opened the terminal and typed into it. */
  readonly terminalMs: number;
  /** After this the person is told, and offered a run without a terminal. */
  readonly noteMs: number;
  /** Until the wait is given up. */
  readonly connectMs: number;
}

export const START_TIMING: StartTiming = { terminalMs: 60_000, noteMs: 10_000, connectMs: 60_000 };

export const SLOW_TERMINAL =
  'The terminal has not started the program within 10 s, maybe because its shell asks for something or is busy: look into the terminal. The program can also run without one ("console": "internalConsole").';

/** A start that failed; the message is what the person reads. */
export class StartError extends Error {
  constructor(
    message: string,
    /** The same without a terminal might work: offer it. */
    readonly offerInternalConsole = false,
  ) {
    super(message);
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits for a promise, but not longer than `ms`; says whether it was settled. */
export async function within(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, ms, false);
  });
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
