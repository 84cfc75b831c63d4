/**
 * The attributes of "Trace Syscalls" configurations: their types, their defaults and the check of what a person or another
 * extension wrote. Pure: no vscode, no file system. What the attributes mean for the program on disk is `program.ts`.
 */

import { type CaptureFilters, FILTER_NAMES, filterProblem, filterValues, type FilterName } from './captureFilters';

export type ConsoleKind = 'integratedTerminal' | 'internalConsole';

export interface CaptureOptions {
  readonly stacks: boolean;
  /** Bytes kept of each buffer; paths are always whole. */
  readonly payloadBytes: number;
  /** What is recorded at all. */
  readonly filters: CaptureFilters;
}

export interface LaunchAttributes {
  readonly request: 'launch';
  readonly program: string;
  readonly args: readonly string[];
  /** Undefined: the program's own folder. */
  readonly cwd: string | undefined;
  /** Undefined as a value: the variable is removed. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly console: ConsoleKind;
  readonly stopOnEntry: boolean;
  readonly capture: CaptureOptions;
  readonly traceFile: string | undefined;
  readonly sourceFileMap: Readonly<Record<string, string>>;
  readonly noDebug: boolean;
}

export interface AttachAttributes {
  readonly request: 'attach';
  readonly processId: number;
  readonly capture: CaptureOptions;
  readonly traceFile: string | undefined;
  readonly sourceFileMap: Readonly<Record<string, string>>;
}

export interface Checked<T> {
  /** Undefined when there is a problem. */
  readonly value: T | undefined;
  /** Whole sentences. */
  readonly problems: readonly string[];
}

export const DEFAULT_PAYLOAD_BYTES = 256;
/** What a trace holds of one buffer at most: 16 MiB. */
export const MAX_PAYLOAD_BYTES = 1 << 24;

export function checkLaunch(raw: Readonly<Record<string, unknown>>): Checked<LaunchAttributes> {
  const read = new Reader(raw);
  const program = read.text('program');
  if (program === undefined && read.problems.length === 0) {
    read.problems.push('"program" is missing: set it to the path of the program to trace.');
  }
  const value: LaunchAttributes = {
    request: 'launch',
    program: program ?? '',
    args: read.texts('args'),
    cwd: read.text('cwd'),
    env: read.environment('env'),
    console: read.choice('console', ['integratedTerminal', 'internalConsole']),
    stopOnEntry: read.flag('stopOnEntry', false),
    capture: read.capture(),
    traceFile: read.text('traceFile'),
    sourceFileMap: read.map('sourceFileMap'),
    noDebug: raw['noDebug'] === true,
  };
  return read.checked(value);
}

export function checkAttach(raw: Readonly<Record<string, unknown>>): Checked<AttachAttributes> {
  const read = new Reader(raw);
  const value: AttachAttributes = {
    request: 'attach',
    processId: read.processId('processId'),
    capture: read.capture(),
    traceFile: read.text('traceFile'),
    sourceFileMap: read.map('sourceFileMap'),
  };
  return read.checked(value);
}

/** Reads attributes one by one and collects a sentence for each that is not what it should be. */
class Reader {
  readonly problems: string[] = [];
  constructor(private readonly raw: Readonly<Record<string, unknown>>) {}

  checked<T>(value: T): Checked<T> {
    return { value: this.problems.length === 0 ? value : undefined, problems: this.problems };
  }

  /** Undefined also for an empty text, which is what a cleared setting leaves. */
  text(name: string): string | undefined {
    const value = this.raw[name];
    if (value === undefined || value === '') return undefined;
    return typeof value === 'string' && isWord(value)
      ? value
      : this.wrong<string | undefined>(name, 'a text without NUL characters', undefined);
  }

  texts(name: string): readonly string[] {
    const value = this.raw[name];
    if (value === undefined) return [];
    if (Array.isArray(value) && value.every((item) => typeof item === 'string' && isWord(item))) return value as string[];
    return this.wrong(name, 'a list of texts without NUL characters', []);
  }

  flag(name: string, byDefault: boolean): boolean {
    const value = this.raw[name];
    if (value === undefined) return byDefault;
    return typeof value === 'boolean' ? value : this.wrong(name, 'true or false', byDefault);
  }

  /** The first choice is the default. */
  choice<T extends string>(name: string, choices: readonly [T, ...T[]]): T {
    const value = this.raw[name];
    if (value === undefined) return choices[0];
    const found = choices.find((choice) => choice === value);
    return found ?? this.wrong(name, choices.map((choice) => `"${choice}"`).join(' or '), choices[0]);
  }

  environment(name: string): Readonly<Record<string, string | undefined>> {
    const value = this.raw[name];
    if (value === undefined) return {};
    const result: Record<string, string | undefined> = {};
    if (!isRecord(value)) return this.wrong(name, 'an object of variable names and values', {});
    for (const [variable, content] of Object.entries(value)) {
      if (!/^[^=\0]+$/.test(variable)) this.wrong(`${name}.${variable}`, 'named without "=" and NUL characters', undefined);
      else if (content === null) result[variable] = undefined;
      else if (typeof content === 'string' && isWord(content)) result[variable] = content;
      else this.wrong(`${name}.${variable}`, 'a text, or null to remove the variable', undefined);
    }
    return result;
  }

  map(name: string): Readonly<Record<string, string>> {
    const value = this.raw[name];
    if (value === undefined) return {};
    if (isRecord(value) && Object.values(value).every((item) => typeof item === 'string')) return value as Record<string, string>;
    return this.wrong(name, 'an object of compile-time folders and the folders that hold them now', {});
  }

  capture(): CaptureOptions {
    const value = this.raw['capture'];
    const inner = new Reader(isRecord(value) ? value : {});
    if (value !== undefined && !isRecord(value))
      this.wrong('capture', 'an object with "stacks", "payload", "calls" and their like', undefined);
    const stacks = inner.flag('stacks', true);
    const payloadBytes = inner.bytes(isRecord(value) && value['payload'] !== undefined ? 'payload' : 'payloadBytes');
    const filters = inner.filters();
    this.problems.push(...inner.problems.map((problem) => problem.replace('"', '"capture.')));
    return { stacks, payloadBytes, filters };
  }

  filters(): CaptureFilters {
    const values = (name: FilterName): readonly string[] => this.filter(name);
    return { calls: values('calls'), paths: values('paths'), classes: values('classes'), processes: values('processes') };
  }

  private filter(name: FilterName): readonly string[] {
    const raw = this.raw[name];
    if (raw === undefined || raw === '') return [];
    const items: unknown = typeof raw === 'string' ? [raw] : raw;
    if (!Array.isArray(items) || !items.every((item) => typeof item === 'string' && isWord(item)))
      return this.wrong(name, 'a text or a list of texts, without NUL characters', []);
    const values = filterValues(name, items as string[]);
    for (const value of values) {
      const problem = filterProblem(name, value);
      if (problem !== undefined) this.problems.push(`"${name}" ${problem}${problem.endsWith('?') ? '' : '.'}`);
    }
    return values;
  }

  bytes(name: string): number {
    const value = this.raw[name];
    if (value === undefined) return DEFAULT_PAYLOAD_BYTES;
    if (value === 'none') return 0;
    if (value === 'all') return MAX_PAYLOAD_BYTES;
    if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_PAYLOAD_BYTES) return value as number;
    return this.wrong(name, `a whole number from 0 to ${String(MAX_PAYLOAD_BYTES)}, "none" or "all"`, DEFAULT_PAYLOAD_BYTES);
  }

  /** A number, or the text that the process picker gave. */
  processId(name: string): number {
    const value = this.raw[name];
    const id = typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value;
    if (Number.isInteger(id) && (id as number) > 0 && (id as number) < 2 ** 31) return id as number;
    return this.wrong(name, 'the number of a running process (or "${command:pickProcess}")', 0);
  }

  private wrong<T>(name: string, expected: string, instead: T): T {
    this.problems.push(`"${name}" must be ${expected}.`);
    return instead;
  }
}

/** The options that filters are to the tracer: [name, value], in order. */
export const filterOptions = (filters: CaptureFilters): readonly (readonly [FilterName, string])[] =>
  FILTER_NAMES.flatMap((name) => filters[name].map((value) => [name, value] as const));

function isWord(text: string): boolean {
  return !text.includes('\0');
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
