/**
 * What a debug session needs from the editor around it. The session knows no vscode, so its tests run it under plain
 * Node; the implementation for VS Code is `vscodeHost.ts`.
 */
import type { DescribedDetails } from '../trace/timelineProtocol';
import type { LaunchAttributes } from './attributes';
import type { Installation } from './install';

/** A recording that a session has started, for the views that show it. */
export interface Recording {
  readonly trace: string;
  readonly program: string;
  readonly pid: number;
  readonly attached: boolean;
  readonly sourceFileMap: Readonly<Record<string, string>>;
}

export interface SessionHost {
  readonly installation: Installation;
  /** False in a workspace that the person has not trusted. */
  readonly trusted: boolean;
  /** A path in the extension's storage for a new trace of this program. */
  newTrace(program: string): Promise<string>;
  /** A program is about to be started. `replaces`: the trace before, when the session was restarted. */
  recordingExpected(trace: string, replaces: string | undefined): void;
  /** ... but it was not. */
  recordingFailed(trace: string): void;
  recordingStarted(recording: Recording): void;
  recordingEnded(trace: string): void;
  /** The call of an event, described, with its stack. */
  describe(trace: string, event: number): Promise<DescribedDetails>;
  /** The file that holds this source here and now; undefined if none does. */
  localSource(file: string, sourceFileMap: Readonly<Record<string, string>>): Promise<string | undefined>;
  /** The terminal did not answer: says so and offers to run without one. */
  offerInternalConsole(message: string, launch: LaunchAttributes): void;
  /** What the tracer could not do, in a whole sentence: shown, not only logged. */
  showError(message: string): void;
  log(text: string): void;
}
