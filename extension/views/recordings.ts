/**
 * Which traces are being recorded, and how each is stopped: by the debug session that started it, or, after a reload of the
 * window, over the control socket that the trace names. No vscode; the debug session comes in as a function.
 */
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { connectControl, type ControlClient } from '../debug/control';
import type { ControlEvent } from '../debug/controlProtocol';

export interface RecordingEntry {
  readonly trace: string;
  readonly program: string;
  readonly attached: boolean;
  readonly stop: () => Promise<void>;
}

const CONNECT_TIMEOUT_MS = 2_000;
const HELLO_TIMEOUT_MS = 2_000;

export class Recordings {
  private readonly entries = new Map<string, RecordingEntry>();
  /** Orphans that were asked to end once: the next Stop kills. */
  private readonly asked = new Set<string>();

  add(entry: RecordingEntry): void {
    this.entries.set(entry.trace, entry);
  }

  remove(trace: string): void {
    this.entries.delete(trace);
  }

  get(trace: string): RecordingEntry | undefined {
    return this.entries.get(trace);
  }

  get all(): readonly RecordingEntry[] {
    return [...this.entries.values()];
  }

  /** `controlPath` comes from the trace file, which anybody may have written: it is checked before anything is sent. */
  async stop(trace: string, controlPath: string | undefined): Promise<void> {
    const entry = this.entries.get(trace);
    if (entry !== undefined) {
      await entry.stop();
      return;
    }
    if (controlPath === undefined) throw new Error('This trace names no tracer that could be stopped: end the program itself.');
    await requireOwnSocket(controlPath);
    await this.stopOrphan(trace, controlPath);
  }

  private async stopOrphan(trace: string, controlPath: string): Promise<void> {
    const { client, hello } = await greet(controlPath);
    try {
      if (hello.trace !== trace) throw new Error('The tracer that answered records another trace, so it was left alone.');
      const verb = hello.attached ? 'detach' : this.asked.has(trace) ? 'kill' : 'terminate';
      this.asked.add(trace);
      await client.request(verb);
    } finally {
      client.dispose();
    }
  }
}

type Hello = Extract<ControlEvent, { event: 'hello' }>;

async function greet(controlPath: string): Promise<{ readonly client: ControlClient; readonly hello: Hello }> {
  let greeted: (hello: Hello) => void = () => undefined;
  let failed: (error: Error) => void = () => undefined;
  const greeting = new Promise<Hello>((resolve, reject) => {
    greeted = resolve;
    failed = reject;
  });
  const listener = {
    event: (event: ControlEvent): void => {
      if (event.event === 'hello') greeted(event);
    },
    closed: (): void => {
      failed(new Error('The tracer closed the connection.'));
    },
  };
  const client = await connectControl(controlPath, listener, {
    timeoutMs: CONNECT_TIMEOUT_MS,
    signal: new AbortController().signal,
  });
  const timer = setTimeout(() => {
    failed(new Error('What listens on the control socket is no tracer.'));
  }, HELLO_TIMEOUT_MS);
  try {
    return { client, hello: await greeting };
  } catch (error) {
    client.dispose();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** A socket of ours, in a folder that only we can change. */
async function requireOwnSocket(socket: string): Promise<void> {
  const uid = os.userInfo().uid;
  const [stat, folder] = await Promise.all([fs.lstat(socket), fs.lstat(path.dirname(socket))]).catch(() => [
    undefined,
    undefined,
  ]);
  if (stat === undefined || folder === undefined)
    throw new Error('The tracer of this trace no longer listens: end the program itself.');
  const own = stat.isSocket() && stat.uid === uid && folder.isDirectory() && folder.uid === uid && (folder.mode & 0o077) === 0;
  if (!own)
    throw new Error(
      `"${socket}", which the trace names as its tracer's socket, is not a private socket of yours, so nothing was sent to it.`,
    );
}
