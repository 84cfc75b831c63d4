/**
 * The extension's end of the tracer's control socket: connecting (the tracer may not listen yet), requests and their
 * replies, and events. Node only, no vscode. What the lines mean is in `controlProtocol.ts`.
 */
import * as net from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import { type ControlEvent, type ControlVerb, parseControlLine } from './controlProtocol';

export interface ControlListener {
  event(event: ControlEvent): void;
  /** The connection is gone: the tracer ended, or dropped a peer that read too slowly. */
  closed(): void;
}

export interface ConnectOptions {
  readonly timeoutMs: number;
  /** Aborted: the wait ends with an error. */
  readonly signal: AbortSignal;
}

/** A line longer than this is no message of the tracer's. */
const MAX_LINE = 1 << 20;
const RETRY_MS = 40;
const REPLY_TIMEOUT_MS = 5_000;

export class ControlError extends Error {}

export class ControlClient {
  private readonly waiting = new Map<number, { readonly resolve: () => void; readonly reject: (error: Error) => void }>();
  private readonly decoder = new StringDecoder('utf8');
  private buffered = '';
  private lines: string[] = [];
  private draining = false;
  private gone = false;
  private nextId = 1;
  private open = true;

  constructor(
    private readonly socket: net.Socket,
    private readonly listener: ControlListener,
  ) {
    socket.on('data', (data: Buffer) => {
      this.receive(data);
    });
    socket.on('error', () => undefined); // 'close' follows and says all there is to say
    socket.on('close', () => {
      this.gone = true;
      this.drain();
    });
  }

  get connected(): boolean {
    return this.open;
  }

  /** Rejects with the tracer's own sentence, or when the connection goes before the reply. */
  request(verb: ControlVerb, argument?: number): Promise<void> {
    if (!this.open) return Promise.reject(new ControlError('The tracer is no longer connected.'));
    const id = this.nextId++;
    this.socket.write(argument === undefined ? `${String(id)} ${verb}\n` : `${String(id)} ${verb} ${String(argument)}\n`);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(id);
        reject(new ControlError(`The tracer did not answer "${verb}" within ${String(REPLY_TIMEOUT_MS / 1000)} s.`));
      }, REPLY_TIMEOUT_MS);
      const settle = (): void => {
        clearTimeout(timer);
        this.waiting.delete(id);
      };
      this.waiting.set(id, {
        resolve: () => {
          settle();
          resolve();
        },
        reject: (error) => {
          settle();
          reject(error);
        },
      });
    });
  }

  dispose(): void {
    this.socket.destroy();
  }

  private receive(data: Buffer): void {
    this.buffered += this.decoder.write(data);
    const lines = this.buffered.split('\n');
    this.buffered = lines.pop() ?? '';
    this.lines.push(...lines);
    this.drain();
    if (this.buffered.length > MAX_LINE) this.socket.destroy();
  }

  /** Whoever waits for a reply goes on before the next line is taken: the debug protocol's answer precedes its events. */
  private drain(): void {
    if (this.draining) return;
    for (let line = this.lines.shift(); line !== undefined; line = this.lines.shift()) {
      if (!this.take(line)) continue;
      this.draining = true;
      setImmediate(() => {
        this.draining = false;
        this.drain();
      });
      return;
    }
    if (this.gone) this.finish();
  }

  /** True for a reply. */
  private take(line: string): boolean {
    const message = parseControlLine(line);
    if (message === undefined) return false;
    if (message.type === 'event') {
      this.listener.event(message.event);
      return false;
    }
    const waiting = this.waiting.get(message.reply);
    if (message.error === undefined) waiting?.resolve();
    else waiting?.reject(new ControlError(message.error));
    return true;
  }

  private finish(): void {
    if (!this.open) return;
    this.open = false;
    for (const waiting of [...this.waiting.values()]) waiting.reject(new ControlError('The tracer closed the connection.'));
    this.listener.closed();
  }
}

/** Tries until the tracer listens. Rejects after the time limit, or when the signal is aborted. */
export async function connectControl(path: string, listener: ControlListener, options: ConnectOptions): Promise<ControlClient> {
  const deadline = Date.now() + options.timeoutMs;
  for (;;) {
    if (isAborted(options.signal)) throw new ControlError('The start was cancelled.');
    const socket = await tryConnect(path);
    if (isAborted(options.signal)) socket?.destroy();
    else if (socket !== undefined) return new ControlClient(socket, listener);
    if (Date.now() >= deadline)
      throw new ControlError(`Nothing listened on the control socket within ${String(options.timeoutMs / 1000)} s.`);
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

/** A function, since the signal changes between two looks at it. */
export function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

function tryConnect(path: string): Promise<net.Socket | undefined> {
  return new Promise((resolve) => {
    const socket = net.connect({ path });
    socket.once('connect', () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
    socket.once('error', () => {
      socket.destroy();
      resolve(undefined);
    });
  });
}
