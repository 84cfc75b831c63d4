/** A trace in memory for tests of exports and summaries: records are written in order and get their sequence numbers. */
import type { Descriptor, RawCall, ResolvedFrame, ResolvedStack, TraceInfo } from '../../../extension/trace/engineProtocol';
import type {
  BlindRecord,
  CallRecord,
  DescriptionFacts,
  ExitRecord,
  ProcessRecord,
  SignalRecord,
  TraceRecord,
  TraceSource,
} from '../../../extension/trace/source';
import { parseCall } from './callText';
import { sumUp, transfersOf } from './sums';

const INFO: TraceInfo = {
  path: 'test.syscope',
  program: '/bin/prog',
  argv: ['prog'],
  cwd: '/',
  state: 'complete',
  startRealtimeMs: 0,
  durationNs: 1_000_000,
  events: 0,
  errors: 0,
  pending: 0,
  lost: 0,
  processes: 1,
  threads: 1,
  stopCostNs: 0,
  tracerPid: 0,
  controlPath: undefined,
  damage: [],
  problems: [],
  revision: 1,
};

const WHOLE = { argvCut: false, cwd: undefined };
const EXIT = {
  userUs: 5,
  systemUs: 7,
  maxRssKb: 9,
  cause: 1,
  sender: undefined,
  event: undefined,
  minorFaults: 11,
  majorFaults: 1,
  voluntarySwitches: 3,
  involuntarySwitches: 2,
  blocksIn: 8,
  blocksOut: 16,
  childrenUserUs: 4,
  childrenSystemUs: 6,
};

interface Started {
  readonly record: { -readonly [K in keyof CallRecord]: CallRecord[K] };
  readonly other: Descriptor | undefined;
}

/** `other`: the other descriptor of a call between two. */
type More = Partial<RawCall> & { readonly other?: Descriptor };

/** Builds a trace step by step: what starts first comes first. Threads are their tids. */
export class MemoryTrace {
  readonly records: TraceRecord[] = [];
  private seq = 0;
  private calls = 0;
  readonly info: TraceInfo;
  readonly resolved: string[] = [];
  stacksOf: (stack: number, seq: number) => ResolvedStack | undefined = () => undefined;
  closed = 0;
  /** What a thread's number refers to before a record; descriptions are their facts' numbers, from 1. */
  descriptionOf: (fd: number, seq: number) => number = () => 0;
  readonly descriptions: DescriptionFacts[] = [];

  constructor(info: Partial<TraceInfo> = {}) {
    this.info = { ...INFO, ...info };
  }

  private next(): number {
    return ++this.seq;
  }

  /** A call's entry, as callText.ts writes it; its result comes with `end`. */
  start(tid: number, lines: readonly string[], { other, ...more }: More = {}): Started {
    const seq = this.next();
    const base = parseCall(lines);
    const call = {
      ...base,
      id: this.calls++,
      thread: tid,
      tid,
      startNs: seq * 1000,
      ret: undefined,
      durationNs: undefined,
      ...more,
    };
    const record: Started['record'] = { type: 'call', seq, endSeq: undefined, call, transfers: [] };
    this.records.push(record);
    return { record, other };
  }

  end(started: Started, ret: bigint, durationNs = 500): void {
    started.record.endSeq = this.next();
    started.record.call = { ...started.record.call, ret, durationNs };
    started.record.transfers = transfersOf(started.record.call, started.other);
  }

  /** A whole call. */
  call(tid: number, lines: readonly string[], more: More = {}): void {
    const { ret } = parseCall(lines);
    const started = this.start(tid, lines, more);
    if (ret !== undefined) this.end(started, ret, more.durationNs);
  }

  signal(tid: number, fields: Partial<SignalRecord> & { signo: number }): void {
    const rest = { code: 0, sender: 0, uid: 0, address: 0n, flags: 0, status: 0, utime: 0n, stime: 0n, errno: 0, value: 0n };
    this.records.push({ type: 'signal', ...this.place(tid), ...rest, ...fields });
  }

  exit(tid: number, status: number, scope: ExitRecord['scope'] = 'thread', more: Partial<ExitRecord> = {}): void {
    this.records.push({ type: 'exit', scope, ...this.place(tid), status, ...EXIT, ...more });
  }

  private place(tid: number): { seq: number; timeNs: number; process: number; pid: number; thread: number; tid: number } {
    const seq = this.next();
    return { seq, timeNs: seq * 1000, process: 0, pid: 100, thread: tid, tid };
  }

  process(name: string, process = 0, pid = 100, more: Partial<ProcessRecord> = {}): void {
    const seq = this.next();
    const before = { nsPids: [], startedNs: undefined, argv: [], cwd: undefined };
    const common = { seq, timeNs: seq * 1000, process, pid, ppid: 1, parent: undefined, name, flags: 0 };
    this.records.push({ type: 'process', ...common, ...before, ...more });
  }

  exec(path: string, name: string, argv: readonly string[]): void {
    this.records.push({ type: 'exec', ...this.place(100), event: this.calls - 1, path, name, argv, ...WHOLE });
  }

  notice(type: 'lost' | 'blind' | 'warning', text: string, count = 1): void {
    if (type === 'blind') {
      this.blind({ reason: 1, text, count });
      return;
    }
    const seq = this.next();
    const common = { seq, timeNs: seq * 1000, text };
    if (type === 'lost') this.records.push({ type, ...common, reason: 1, count });
    else this.records.push({ type, ...common, code: 0, pid: undefined, tid: undefined, event: undefined });
  }

  blind(fields: Partial<BlindRecord> & { reason: number }): void {
    const rest = { count: 1, text: '', event: undefined, subject: undefined };
    this.records.push({ type: 'blind', ...this.place(100), ...rest, ...fields });
  }

  /** `page`: how many records a page has. */
  source(page = 3): TraceSource {
    const pages: TraceRecord[][] = [];
    for (let i = 0; i < this.records.length; i += page) pages.push(this.records.slice(i, i + page));
    return {
      info: this.info,
      records: async function* () {
        for (const records of pages) yield await Promise.resolve(records);
      },
      stacks: (calls) => {
        this.resolved.push(calls.map(({ process, stack, seq }) => `${process}.${stack}@${seq}`).join(' '));
        return Promise.resolve(calls.map(({ stack, seq }) => this.stacksOf(stack, seq ?? 0)));
      },
      descriptors: () => {
        let now = 0;
        return {
          advance: (seq) => {
            now = seq;
          },
          descriptionOf: (_process, _thread, fd) => this.descriptionOf(fd, now),
          facts: (description) => this.descriptions[description - 1],
        };
      },
      summary: (by) => Promise.resolve(sumUp(this.records, this.info.durationNs, by)),
      close: () => {
        this.closed++;
        return Promise.resolve();
      },
    };
  }
}

/** A frame of a function at a line. */
export function frame(address: bigint, name: string | undefined, line?: number): ResolvedFrame {
  return {
    address,
    module: '/bin/prog',
    buildId: '',
    offset: address,
    function: name,
    location: line === undefined ? undefined : { file: '/src/prog.c', line, column: 1 },
    inlined: false,
    guess: false,
    signal: false,
    missing: undefined,
    sourceHash: undefined,
    sourceMtimeMs: undefined,
    moduleMtimeMs: undefined,
  };
}

/** Chunks' memory is used again, so each is copied. */
export async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const copies: Buffer[] = [];
  for await (const chunk of chunks) copies.push(Buffer.from(chunk));
  return Buffer.concat(copies).toString('utf8');
}
