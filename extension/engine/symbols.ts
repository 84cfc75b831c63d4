/**
 * The client of syscope-symbols: asks for addresses of a module, one request at a time, and remembers the answers. The helper
 * reads ELF and DWARF files that anyone may have written: if it dies or hangs it is ended and started anew, and the module
 * that it was asked about is not asked for again.
 * What must not live here: which addresses a stack has (stacks.ts).
 */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import path from 'node:path';
import { nativeFolder } from './native';

export interface Symbol {
  readonly function: string | undefined;
  readonly file: string | undefined;
  readonly line: number;
  readonly column: number;
  readonly inlined: boolean;
}
export type SymbolProblem = 'no-debug-info' | 'no-module' | 'module-changed';
/** What an address is: innermost first. */
export interface SymbolAnswer {
  readonly frames: readonly Symbol[];
  readonly problem: SymbolProblem | undefined;
}

export interface SymbolOptions {
  readonly program?: string;
  readonly args?: readonly string[];
  readonly timeoutMs?: number;
  readonly log?: (text: string) => void;
}

interface Request {
  readonly module: string;
  readonly line: string;
  readonly addresses: number;
  readonly answer: (answers: readonly SymbolAnswer[] | undefined) => void;
}

const TIMEOUT_MS = 10_000;
const MAX_CACHED = 200_000;
const MAX_ADDRESSES_A_REQUEST = 256;
/** More than this without a line's end is no answer. */
const MAX_LINE_BYTES = 1 << 22;
const UNKNOWN: SymbolAnswer = { frames: [], problem: 'no-debug-info' };

export class Symbols {
  private readonly program: string;
  private readonly args: readonly string[];
  private readonly timeoutMs: number;
  private readonly log: (text: string) => void;
  private readonly cache = new Map<string, SymbolAnswer>();
  private readonly avoided = new Set<string>();
  private readonly queue: Request[] = [];
  private current: Request | undefined;
  private answers: SymbolAnswer[] = [];
  private pendingText = '';
  private child: ChildProcessWithoutNullStreams | undefined;
  private timer: NodeJS.Timeout | undefined;
  private disposed = false;

  constructor(options: SymbolOptions = {}) {
    this.program = options.program ?? path.join(nativeFolder(), 'syscope-symbols');
    this.args = options.args ?? [];
    this.timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
    this.log = options.log ?? ((): void => undefined);
  }

  /** The answers for addresses of a module, in their order. Never rejects: what can't be found out is without frames. */
  async lookUp(module: string, buildId: string, addresses: readonly bigint[]): Promise<readonly SymbolAnswer[]> {
    const key = (address: bigint): string => `${module}\n${buildId}\n${address.toString(16)}`;
    const missing = [...new Set(addresses)].filter((address) => !this.cache.has(key(address)));
    const found = new Map<bigint, SymbolAnswer>();
    for (let i = 0; i < missing.length; i += MAX_ADDRESSES_A_REQUEST) {
      const part = missing.slice(i, i + MAX_ADDRESSES_A_REQUEST);
      const answers = await this.ask(module, buildId, part);
      if (answers === undefined) break;
      part.forEach((address, at) => {
        const answer = answers[at] ?? UNKNOWN;
        found.set(address, answer);
        this.remember(key(address), answer);
      });
    }
    return addresses.map((address) => this.cache.get(key(address)) ?? found.get(address) ?? UNKNOWN);
  }

  dispose(): void {
    this.disposed = true;
    this.stopChild();
    for (const request of [this.current, ...this.queue.splice(0)]) request?.answer(undefined);
    this.current = undefined;
  }

  private remember(key: string, answer: SymbolAnswer): void {
    if (this.cache.size >= MAX_CACHED) this.cache.clear();
    this.cache.set(key, answer);
  }

  private ask(module: string, buildId: string, addresses: readonly bigint[]): Promise<readonly SymbolAnswer[] | undefined> {
    if (this.disposed || this.avoided.has(module) || !/^[0-9a-fA-F]*$/.test(buildId)) return Promise.resolve(undefined);
    const list = addresses.map((address) => BigInt.asUintN(64, address).toString(16)).join(',');
    return new Promise((answer) => {
      this.queue.push({ module, line: `${escapePath(module)}\t${buildId}\t${list}\n`, addresses: addresses.length, answer });
      this.next();
    });
  }

  private next(): void {
    if (this.current !== undefined) return;
    const request = this.queue.shift();
    if (request === undefined) return;
    this.current = request;
    this.answers = [];
    this.pendingText = '';
    this.timer = setTimeout(() => {
      this.fail(`it did not answer within ${this.timeoutMs / 1000} s`);
    }, this.timeoutMs);
    this.startedChild().stdin.write(request.line);
  }

  private startedChild(): ChildProcessWithoutNullStreams {
    if (this.child !== undefined) return this.child;
    const child = spawn(this.program, this.args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.child = child;
    // Only the present child's events count: one that was ended may still say things.
    const ifCurrent = (then: () => void): void => {
      if (this.child === child) then();
    };
    child.stdout.setEncoding('utf8');
    child.stdout.on('data', (text: string) => ifCurrent(() => this.take(text)));
    child.stderr.setEncoding('utf8');
    child.stderr.on('data', (text: string) => this.log(`syscope-symbols: ${text.trimEnd()}`));
    child.stdin.on('error', () => undefined); // it has gone: 'exit' says how
    child.on('error', (error) => ifCurrent(() => this.fail(error.message)));
    child.on('exit', (code, signal) => ifCurrent(() => this.fail(`it ended (${signal ?? `status ${String(code)}`})`)));
    child.unref();
    for (const stream of [child.stdin, child.stdout, child.stderr]) (stream as unknown as { unref?: () => void }).unref?.();
    return child;
  }

  private take(text: string): void {
    this.pendingText += text;
    for (let end = this.pendingText.indexOf('\n'); end >= 0; end = this.pendingText.indexOf('\n')) {
      const line = this.pendingText.slice(0, end);
      this.pendingText = this.pendingText.slice(end + 1);
      this.takeLine(line);
    }
    if (this.pendingText.length > MAX_LINE_BYTES) this.fail('its answer is too long');
  }

  private takeLine(line: string): void {
    const { current } = this;
    if (current === undefined) return;
    if (line !== '') {
      this.answers.push(parseAnswer(line));
      if (this.answers.length > current.addresses) this.fail('it answered more than it was asked');
      return;
    }
    this.settle(this.answers);
  }

  /** The helper is of no use any more, and what it was asked about may be why. */
  private fail(why: string): void {
    const { current } = this;
    this.stopChild();
    if (current === undefined) return;
    this.log(`syscope-symbols was stopped at ${current.module}: ${why}.`);
    this.avoided.add(current.module);
    this.settle(undefined);
  }

  private settle(answers: readonly SymbolAnswer[] | undefined): void {
    clearTimeout(this.timer);
    const { current } = this;
    this.current = undefined;
    current?.answer(answers);
    this.next();
  }

  private stopChild(): void {
    clearTimeout(this.timer);
    const { child } = this;
    this.child = undefined;
    if (child === undefined) return;
    child.stdin.destroy();
    child.kill('SIGKILL');
  }
}

function escapePath(module: string): string {
  return module.replace(/[\\\t\n]/g, (c) => (c === '\\' ? '\\\\' : c === '\t' ? '\\t' : '\\n'));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** One line of an answer; what isn't as agreed counts as not known. */
export function parseAnswer(line: string): SymbolAnswer {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return UNKNOWN;
    throw error;
  }
  if (!isRecord(value)) return UNKNOWN;
  const frames = (Array.isArray(value['frames']) ? value['frames'] : []).filter(isRecord).map(parseFrame);
  return { frames, problem: parseProblem(value['problem']) };
}

function parseProblem(problem: unknown): SymbolProblem | undefined {
  return problem === 'no-debug-info' || problem === 'no-module' || problem === 'module-changed' ? problem : undefined;
}

function parseFrame(frame: Record<string, unknown>): Symbol {
  const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
  const count = (value: unknown): number => (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : 0);
  return {
    function: text(frame['function']),
    file: text(frame['file']),
    line: count(frame['line']),
    column: count(frame['column']),
    inlined: frame['inlined'] === true,
  };
}
