/** A peer on the tracer's control socket, and a program that is recorded meanwhile. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { newTrace, recordCommand } from './syscope';
import { freshFolder } from './targets';

const LIMIT_MS = 30_000;

export type Message = Readonly<Record<string, unknown>>;

export class Peer {
  private readonly messages: Message[] = [];
  private text = '';
  private nextId = 1;
  private changed = (): void => undefined;

  constructor(private readonly socket: net.Socket) {
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (this.text + chunk).split('\n');
      this.text = lines.pop() ?? '';
      this.messages.push(...lines.map((line) => JSON.parse(line) as Message));
      this.changed();
    });
    socket.on('error', () => undefined);
  }

  /** Sends a request and waits for its answer. */
  async ask(request: string): Promise<Message> {
    const id = this.nextId++;
    this.socket.write(`${String(id)} ${request}\n`);
    return this.take((message) => message['reply'] === id, `the reply to ${request}`);
  }

  event(name: string, holds: (message: Message) => boolean = () => true): Promise<Message> {
    return this.take((message) => message['event'] === name && holds(message), `the event ${name}`);
  }

  close(): void {
    this.socket.destroy();
  }

  /** The first message that fits; it is taken out, others stay. */
  private async take(fits: (message: Message) => boolean, what: string): Promise<Message> {
    const limit = Date.now() + LIMIT_MS;
    for (;;) {
      const at = this.messages.findIndex(fits);
      if (at >= 0) return this.messages.splice(at, 1)[0] as Message;
      if (Date.now() > limit) throw new Error(`${what} did not come in 30 s; there are ${JSON.stringify(this.messages)}`);
      await Promise.race([sleep(200), new Promise<void>((resolve) => (this.changed = resolve))]);
    }
  }
}

export async function connect(socketPath: string): Promise<Peer> {
  const limit = Date.now() + LIMIT_MS;
  for (;;) {
    const socket = net.connect(socketPath);
    try {
      await once(socket, 'connect');
      return new Peer(socket);
    } catch (error) {
      if (Date.now() > limit) throw error;
      await sleep(20);
    }
  }
}

export interface Recorded {
  readonly child: ChildProcess;
  readonly trace: string;
  readonly peer: Peer;
  readonly socketPath: string;
  /** Sends a line to the program's stdin. */
  readonly type: (line: string) => void;
  /** Waits until the program's output holds text. */
  readonly shows: (text: string) => Promise<void>;
  readonly ended: () => Promise<{ status: number | undefined; signal: string | undefined }>;
}

/** Starts a recording with a control socket and connects to it. */
export async function start(words: readonly string[], options: readonly string[] = []): Promise<Recorded> {
  const socketPath = path.join(freshFolder('control'), 's');
  const trace = newTrace();
  const [file = '', ...args] = recordCommand(trace, words, ['--control', socketPath, ...options]);
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit') as Promise<[number | null, string | null]>;
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stdin.on('error', () => undefined);
  const peer = await connect(socketPath);
  return {
    child,
    trace,
    peer,
    socketPath,
    type: (line) => child.stdin.write(`${line}\n`),
    shows: async (text) => {
      const limit = Date.now() + LIMIT_MS;
      while (!output.includes(text)) {
        if (Date.now() > limit) throw new Error(`the program did not show "${text}" in 30 s, but: ${output}`);
        await sleep(10);
      }
    },
    ended: async () => {
      const [status, signal] = await exited;
      return { status: status ?? undefined, signal: signal ?? undefined };
    },
  };
}
