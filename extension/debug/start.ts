/**
 * From a checked configuration to a run: the faults that can be said beforehand, where the trace goes, and which kind of
 * run it is. No vscode.
 */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import type { AttachAttributes, LaunchAttributes } from './attributes';
import { childEnvironment } from './child';
import type { ControlEvent } from './controlProtocol';
import { installationProblem } from './install';
import { launchPlain } from './plainRun';
import { attachProblem } from './processes';
import { findProgram, programProblem } from './program';
import { type Run, type RunListener, type RunTerminal, StartError, type StartTiming } from './run';
import type { SessionHost } from './sessionHost';
import { traceFileProblem } from './traceFile';
import { attachTraced, launchTraced } from './tracedRun';

/** What is known once the program runs. */
export interface Started {
  readonly trace: string | undefined;
  readonly program: string;
  readonly pid: number;
  readonly attached: boolean;
}

export interface StartEnvironment {
  readonly host: SessionHost;
  readonly terminal: RunTerminal;
  readonly listener: RunListener;
  readonly signal: AbortSignal;
  readonly timing: StartTiming;
  readonly slow: (message: string) => void;
  /** The program is about to be started, and will be recorded here. */
  readonly starting: (trace: string) => void;
  /** ... but it was not. */
  readonly notStarted: (trace: string) => void;
  readonly started: (run: Started) => void;
  readonly exited: (code: number) => void;
}

export async function startLaunch(launch: LaunchAttributes, environment: StartEnvironment): Promise<Run> {
  refuseUntrusted(environment.host);
  const cwd = launch.cwd ?? (launch.program.startsWith('/') ? path.dirname(launch.program) : process.cwd());
  await requireFolder(cwd);
  const program = await locate(launch, cwd);
  if (launch.noDebug) {
    const started = (pid: number): void => {
      environment.started({ trace: undefined, program, pid, attached: false });
    };
    return launchPlain(launch, program, cwd, { ...environment, started });
  }
  await requireInstallation(environment.host);
  const trace = await tracePath(launch.traceFile, cwd, path.basename(launch.program), environment.host);
  const run = { ...environment, installation: environment.host.installation, listener: announcing(environment, trace) };
  environment.starting(trace);
  try {
    return await launchTraced(launch, cwd, trace, run);
  } catch (error) {
    environment.notStarted(trace);
    throw error;
  }
}

export async function startAttach(attach: AttachAttributes, environment: StartEnvironment): Promise<Run> {
  refuseUntrusted(environment.host);
  await requireInstallation(environment.host);
  const problem = await attachProblem(attach.processId);
  if (problem !== undefined) throw new StartError(problem);
  const name = await fs.readFile(`/proc/${String(attach.processId)}/comm`, 'utf8').catch(() => '');
  const trace = await tracePath(attach.traceFile, process.cwd(), name.trim(), environment.host);
  const run = { ...environment, installation: environment.host.installation, listener: announcing(environment, trace) };
  environment.starting(trace);
  try {
    return await attachTraced(attach, trace, run);
  } catch (error) {
    environment.notStarted(trace);
    throw error;
  }
}

/** The tracer's first greeting is the moment at which the trace can be shown; a later one follows a lost connection. */
function announcing(environment: StartEnvironment, trace: string): RunListener {
  let announced = false;
  const event = (event: ControlEvent): void => {
    environment.listener.event(event);
    if (event.event !== 'hello' || announced) return;
    announced = true;
    environment.started({ trace, program: event.program, pid: event.pid, attached: event.attached });
  };
  return { ...environment.listener, event };
}

function refuseUntrusted(host: SessionHost): void {
  if (!host.trusted)
    throw new StartError(
      'This workspace is not trusted, so Syscope only shows traces and starts nothing. Trust the workspace to trace programs.',
    );
}

async function requireInstallation(host: SessionHost): Promise<void> {
  const problem = await installationProblem(host.installation, process.platform, process.arch);
  if (problem !== undefined) throw new StartError(problem);
}

async function requireFolder(cwd: string): Promise<void> {
  const stat = await fs.stat(cwd).catch(() => undefined);
  if (stat?.isDirectory() !== true)
    throw new StartError(`The working directory "${cwd}" does not exist: correct "cwd" in the configuration.`);
}

/** The program's file. A bare name in a terminal is left to the terminal's own PATH. */
async function locate(launch: LaunchAttributes, cwd: string): Promise<string> {
  const bare = !launch.program.includes('/');
  if (bare && launch.console === 'integratedTerminal') return launch.program;
  const file = await findProgram(launch.program, cwd, childEnvironment(launch.env)['PATH'] ?? '');
  if (file === undefined) throw new StartError(`There is no program "${launch.program}" on the PATH: set "program" to its path.`);
  const problem = await programProblem(file);
  if (problem !== undefined) throw new StartError(problem);
  return bare ? file : launch.program;
}

async function tracePath(traceFile: string | undefined, cwd: string, program: string, host: SessionHost): Promise<string> {
  if (traceFile === undefined) return host.newTrace(program);
  const file = path.resolve(cwd, traceFile);
  const problem = await traceFileProblem(file);
  if (problem !== undefined) throw new StartError(problem);
  return file;
}
