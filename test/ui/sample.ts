/**
 * A workbench with the packed extension on a compiled copy of the sample workspace, and what tests do with the sample
 * program. What must not live here: assertions.
 */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import {
  START_MS,
  STEP_MS,
  eventually,
  openWorkbench,
  screenshot,
  startDebugging,
  terminalText,
  type Workbench,
  type WorkbenchOptions,
} from '../workbench/ui';
import { statusText } from './timeline';
import { tracesBelow } from './trace';

const VSIX = path.join(process.cwd(), 'dist/syscope-linux-x64.vsix');
export const CONFIGURATION = 'Trace Syscalls';
const PROMPT = 'Your name:';

export const compile = (folder: string): void => {
  execFileSync('make', ['-s', '-C', folder], { stdio: 'pipe', timeout: 60_000 });
};

export function openSample(options: Partial<WorkbenchOptions> = {}): Promise<Workbench> {
  return openWorkbench({
    vsix: VSIX,
    workspace: path.join(process.cwd(), 'test/sample'),
    prepare: compile,
    viewport: { width: 1700, height: 1200 },
    ...options,
  });
}

/**
 * A step of a longer test. If it fails, a picture of the window is kept in test/.out and the steps after it, which build on
 * it, are not tried.
 */
export async function step(context: TestContext, page: () => Page, name: string, run: () => Promise<void>): Promise<void> {
  const result = { passed: false };
  await context.test(name, async () => {
    try {
      await run();
      result.passed = true;
    } catch (error) {
      await screenshot(page(), `failed ${name}`.replace(/[^\w]+/g, '-').slice(0, 80)).catch(() => undefined);
      throw error;
    }
  });
  if (!result.passed) throw new Error(`stopped after: ${name}`);
}

/** Starts the sample and waits until it asks for the name, in whichever terminal VS Code gives it. */
export async function startSample(workbench: Workbench): Promise<void> {
  const before = samplePids(workbench);
  await startDebugging(workbench.page, CONFIGURATION);
  await eventually(
    'the program asks for a name',
    async () => {
      const started = samplePids(workbench).some((pid) => !before.includes(pid));
      return started && (await terminalText(workbench.page)).trimEnd().endsWith(PROMPT) ? true : undefined;
    },
    START_MS,
  );
}

export async function traceComplete(page: Page, limitMs = STEP_MS): Promise<void> {
  await eventually(
    'the trace is complete',
    async () => ((await statusText(page)).includes('Complete') ? true : undefined),
    limitMs,
  );
}

/** The newest trace in the extension's storage. */
export function newestTrace(workbench: Workbench): string {
  const trace = tracesBelow(workbench.dataDir)[0];
  if (trace === undefined) throw new Error(`no trace below ${workbench.dataDir}`);
  return trace;
}

/** Running processes of the workbench's own copy of the sample. */
export function samplePids(workbench: Workbench): readonly number[] {
  const program = path.join(workbench.folder, 'sample');
  return fs.readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      return fs.readlinkSync(`/proc/${name}/exe`) === program ? [Number(name)] : [];
    } catch {
      return []; // it ended, or it is a kernel thread
    }
  });
}
