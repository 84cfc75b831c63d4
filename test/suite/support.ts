/** What the tests inside the extension host share: the sample program, small programs, debug sessions with all their messages. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import * as vscode from 'vscode';

export const VIEW_TYPE = 'syscope.timeline';
const WAIT_MS = 40_000;
/** A test's limit: the machine may be busy with others' work. */
export const TEST_LIMIT_MS = 150_000;

/** The workspace: a copy of test/sample. */
export function workspaceFolder(): vscode.WorkspaceFolder {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder !== undefined, 'the suite needs the sample workspace');
  return folder;
}

export function inWorkspace(...names: readonly string[]): string {
  return path.join(workspaceFolder().uri.fsPath, ...names);
}

/** The sample program, built. */
export function buildSample(): string {
  execFileSync('make', ['-s'], { cwd: inWorkspace(), stdio: 'pipe' });
  return inWorkspace('sample');
}

/** Compiles a small C program in the workspace and returns its path. */
export function compile(name: string, source: string): string {
  const program = inWorkspace(name);
  fs.writeFileSync(`${program}.c`, source);
  execFileSync('cc', ['-g', '-O1', '-o', program, `${program}.c`], { stdio: 'pipe' });
  return program;
}

export async function waitFor<T>(what: string, look: () => T | undefined | Promise<T | undefined>, ms = WAIT_MS): Promise<T> {
  for (const deadline = Date.now() + ms; ;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`waited ${String(ms / 1000)} s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

export interface Message {
  readonly type: string;
  readonly event?: string;
  readonly command?: string;
  readonly success?: boolean;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly message?: string;
}

/** A debug session and every message between VS Code and its adapter. */
export class Traced {
  readonly messages: Message[] = [];
  ended = false;
  constructor(readonly session: vscode.DebugSession) {}

  event(
    name: string,
    matches: (body: Readonly<Record<string, unknown>>) => boolean = () => true,
  ): Promise<Readonly<Record<string, unknown>>> {
    return waitFor(`the event "${name}"; there were ${this.eventNames().join(', ')}`, () => this.find(name, matches));
  }

  find(
    name: string,
    matches: (body: Readonly<Record<string, unknown>>) => boolean = () => true,
  ): Readonly<Record<string, unknown>> | undefined {
    return this.messages.find((message) => message.event === name && matches(message.body ?? {}))?.body;
  }

  count(name: string): number {
    return this.messages.filter((message) => message.event === name).length;
  }

  eventNames(): readonly string[] {
    return this.messages.flatMap(({ event }) => (event === undefined ? [] : [event]));
  }

  output(category: string): string {
    return this.messages
      .filter((message) => message.event === 'output' && message.body?.['category'] === category)
      .map((message) => String(message.body?.['output']))
      .join('');
  }

  async request<T>(command: string, args: object = {}): Promise<T> {
    return (await this.session.customRequest(command, args)) as T;
  }

  async threads(): Promise<DebugProtocol.Thread[]> {
    return (await this.request<DebugProtocol.ThreadsResponse['body']>('threads')).threads;
  }

  async end(): Promise<void> {
    await waitFor('the end of the session', () => this.ended || undefined);
  }
}

const sessions = new Map<string, Traced>();
/** Errors that sessions answered to `launch` and `attach`. */
export const refusals: string[] = [];

/** Follows every "Trace Syscalls" session from here on. */
export function followSessions(): vscode.Disposable {
  const traced = (session: vscode.DebugSession): Traced => {
    const known = sessions.get(session.id);
    if (known !== undefined) return known;
    const made = new Traced(session);
    sessions.set(session.id, made);
    return made;
  };
  return vscode.Disposable.from(
    vscode.debug.registerDebugAdapterTrackerFactory('syscope', {
      createDebugAdapterTracker: (session) => ({
        onDidSendMessage: (message: Message) => {
          traced(session).messages.push(message);
          if (
            message.type === 'response' &&
            message.success === false &&
            (message.command === 'launch' || message.command === 'attach')
          )
            refusals.push(refusalText(message));
        },
      }),
    }),
    vscode.debug.onDidTerminateDebugSession((session) => {
      traced(session).ended = true;
    }),
  );
}

function refusalText(message: Message): string {
  const error = message.body?.['error'] as DebugProtocol.Message | undefined;
  return error?.variables?.['message'] ?? message.message ?? '';
}

export async function start(configuration: Readonly<Record<string, unknown>>): Promise<Traced> {
  const before = new Set(sessions.keys());
  const full = {
    type: 'syscope',
    request: 'launch',
    name: 'in the suite',
    internalConsoleOptions: 'neverOpen',
    ...configuration,
  };
  const started = await vscode.debug.startDebugging(workspaceFolder(), full);
  assert.ok(started, 'VS Code did not start the session');
  return waitFor('the new session', () => [...sessions].find(([id]) => !before.has(id))?.[1]);
}

/** Stops what still runs, so that one test's program is not another's. */
export async function stopEverything(): Promise<void> {
  for (let round = 0; round < 3 && vscode.debug.activeDebugSession !== undefined; round++) {
    await vscode.debug.stopDebugging();
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  for (const terminal of vscode.window.terminals) terminal.dispose();
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
}

export function timelineTabs(): readonly vscode.Tab[] {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  return tabs.filter((tab) => tab.input instanceof vscode.TabInputCustom && tab.input.viewType === VIEW_TYPE);
}

export function traceOf(tab: vscode.Tab): string {
  assert.ok(tab.input instanceof vscode.TabInputCustom);
  return tab.input.uri.fsPath;
}

export async function openTimeline(): Promise<vscode.Tab> {
  return waitFor('a timeline', () => timelineTabs()[0]);
}

/** The line on which a text stands, from 1. */
export function lineOf(file: string, text: string): number {
  const index = fs
    .readFileSync(file, 'utf8')
    .split('\n')
    .findIndex((line) => line.includes(text));
  assert.ok(index >= 0, `"${text}" is not in ${file}`);
  return index + 1;
}

/** Yama lets an ordinary user trace only descendants of the tracer (kernel documentation, LSM/Yama). */
export function mayAttach(): boolean {
  const scope = '/proc/sys/kernel/yama/ptrace_scope';
  return process.getuid?.() === 0 || !fs.existsSync(scope) || fs.readFileSync(scope, 'utf8').trim() === '0';
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) Z/.test(fs.readFileSync(`/proc/${String(pid)}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** Makes a system call every 5 ms for at most 3 minutes; with "deaf" it ignores SIGTERM. */
export const LOOPER = `
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void tick(int fd)
{
	if (write(fd, "tick", 4) != 4)
		_exit(1);
}

int main(int argc, char **argv)
{
	int fd = open("/dev/null", O_WRONLY);

	if (argc > 1 && strcmp(argv[1], "deaf") == 0)
		signal(SIGTERM, SIG_IGN);
	printf("looping\\n");
	fflush(stdout);
	for (int i = 0; i < 36000; i++) {
		tick(fd);
		usleep(5000);
	}
	return 0;
}
`;
