/**
 * A whole trace as the file that `strace -f -o FILE` writes: pid in front, "<unfinished ...>" and "<... resumed>" where another
 * thread's line comes between, signals, ends of threads. Pure: records in, text out, in chunks of many lines.
 */
import { type CallLine, callLiner, type CallLiner, sigInfoText, signalName, styleOf } from '../describe';
import { Origin, SignalFlag } from '../gen/schema';
import type { CallRecord, ExitRecord, SignalRecord, TraceRecord, TraceSource } from '../source';
import { type Chunk, ChunkWriter } from './chunks';
import { endOfRun, StackTexts } from './stackTexts';
import { StraceDescriptors } from './straceDescriptors';
import { straceStack } from './straceStack';

export interface StraceOptions {
  /** As `strace -ttt`: seconds since the epoch before each line. A call's is when it was let go, or for its second half when it returned. */
  readonly timestamps?: boolean;
  /** As `strace -T`: seconds behind each result. */
  readonly durations?: boolean;
  /** As `strace -s`: how many bytes of a string print; at most what was recorded. */
  readonly stringLimit?: number | undefined;
  /** false: as `strace -v`, structs and arrays whole. */
  readonly abbrev?: boolean;
  /** As `strace -y` and `-yy`: what descriptors refer to behind their numbers. */
  readonly decodeFds?: DecodeFds | undefined;
  /** As `strace -k`: the stack behind each call that returned. */
  readonly stacks?: boolean;
}

export type DecodeFds = 'path' | 'all';

/** strace puts the " = " of a result in this column. */
const RESULT_COLUMN = 40;
/** The result of a call that restart_syscall(2) will go on with. */
const ERESTART_RESTARTBLOCK = -516n;

/** A call that has begun and not returned. */
interface OpenCall {
  readonly tid: number;
  readonly thread: number;
  readonly endSeq: number;
  readonly line: CallLine;
  readonly startNs: number;
  readonly durationNs: number | undefined;
  /** Lines that follow its result. */
  readonly stack: string;
  /** Its entry has been printed, with "<unfinished ...>" behind. */
  split: boolean;
}

/** Writes lines; at most one call at a time is open on the current line. */
interface Writer {
  /** "101   ", with the time behind if that is wanted. */
  readonly prefix: (tid: number, timeNs: number) => string;
  readonly durations: boolean;
  readonly callLine: CallLiner;
  readonly descriptors: StraceDescriptors | undefined;
  readonly stacks: StackTexts<string> | undefined;
  text: string;
  current: OpenCall | undefined;
  /** Calls that will return, by endSeq. A handful: one a thread. */
  readonly ending: OpenCall[];
  /** Calls that never return, by thread. */
  readonly pending: Map<number, OpenCall>;
  readonly ended: Set<number>;
  /** By thread, the name of the call that the kernel will go on with by restart_syscall(2). */
  readonly interrupted: Map<number, string>;
}

export async function* exportStrace(source: TraceSource, options: StraceOptions = {}): AsyncGenerator<Chunk> {
  const { startRealtimeMs } = source.info;
  const chunks = new ChunkWriter();
  const { stringLimit, abbrev, decodeFds } = options;
  const descriptors = decodeFds === undefined ? undefined : new StraceDescriptors(source, decodeFds === 'all');
  const plain = stringLimit === undefined && abbrev !== false && descriptors === undefined;
  const writer: Writer = {
    prefix: options.timestamps === true ? (tid, ns) => `${pidPrefix(tid)}${epochTime(startRealtimeMs, ns)} ` : pidPrefix,
    durations: options.durations === true,
    callLine: plain ? callLiner() : callLiner(styleOf({ stringLimit, abbreviate: abbrev, descriptors })),
    descriptors,
    stacks: options.stacks === true ? new StackTexts(source, straceStack) : undefined,
    text: '',
    current: undefined,
    ending: [],
    pending: new Map(),
    ended: new Set(),
    interrupted: new Map(),
  };
  for await (const page of source.records({ data: true })) {
    if (writer.stacks === undefined) writePage(writer, page, 0, page.length);
    else await writeRuns(writer, writer.stacks, page);
    chunks.ascii(take(writer));
    if (chunks.isFull) yield chunks.take();
  }
  finishBefore(writer, Infinity);
  breakLine(writer, undefined);
  chunks.ascii(take(writer));
  if (!chunks.isEmpty) yield chunks.take();
}

function writePage(writer: Writer, page: readonly TraceRecord[], from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const record = page[i]!;
    finishBefore(writer, record.seq);
    writeRecord(writer, record);
  }
}

async function writeRuns(writer: Writer, stacks: StackTexts<string>, page: readonly TraceRecord[]): Promise<void> {
  for (let from = 0; from < page.length;) {
    const to = endOfRun(page, from);
    await stacks.resolve(page, from, to);
    writePage(writer, page, from, to);
    from = to;
  }
}

function take(writer: Writer): string {
  const { text } = writer;
  writer.text = '';
  return text;
}

function writeRecord(writer: Writer, record: TraceRecord): void {
  switch (record.type) {
    case 'call':
      if (record.call.origin !== Origin.agent) startCall(writer, record);
      return;
    case 'signal':
      writeSignal(writer, record);
      return;
    case 'exit':
      writeExit(writer, record);
      return;
    case 'exec':
      writer.stacks?.forget();
      writer.descriptors?.enters(record);
      return;
    case 'process':
      writer.descriptors?.enters(record);
      return;
    case 'thread':
    case 'blind':
    case 'lost':
    case 'warning':
      return; // strace has no line for these
  }
}

const pidPrefix = (tid: number): string => `${String(tid).padEnd(5)} `;

/** In whole microseconds; a day of nanoseconds has no room for those since the epoch in one double. */
function epochTime(startRealtimeMs: number, ns: number): string {
  const startUs = Math.round(startRealtimeMs * 1000);
  const us = startUs + Math.floor(ns / 1000);
  return `${Math.floor(us / 1e6)}.${String(us % 1e6).padStart(6, '0')}`;
}

const seconds = (ns: number): string => (ns / 1e9).toFixed(6);

/** If another thread's call stands open on the current line, the line ends there. */
function breakLine(writer: Writer, tid: number | undefined): void {
  const { current } = writer;
  if (current === undefined || current.tid === tid) return;
  writer.text += `${writer.prefix(current.tid, current.startNs)}${current.line.entry} <unfinished ...>\n`;
  current.split = true;
  writer.current = undefined;
}

function startCall(writer: Writer, record: CallRecord): void {
  const { call, endSeq } = record;
  breakLine(writer, undefined);
  writer.descriptors?.begin(record);
  const line = writer.callLine(call, writer.interrupted.get(call.thread));
  writer.descriptors?.done(call);
  if (call.ret === ERESTART_RESTARTBLOCK && !writer.interrupted.has(call.thread)) writer.interrupted.set(call.thread, line.name);
  else if (call.ret !== ERESTART_RESTARTBLOCK) writer.interrupted.delete(call.thread);
  const { tid, thread, startNs, durationNs } = call;
  const stack = call.stack === 0 ? '' : (writer.stacks?.of(call.process, call.stack) ?? '');
  const open: OpenCall = { tid, thread, endSeq: endSeq ?? Infinity, line, startNs, durationNs, stack, split: false };
  writer.current = open;
  if (endSeq === undefined) writer.pending.set(call.thread, open);
  else insert(writer.ending, open);
}

/** Keeps the array in descending order of endSeq: the next to end is the last. */
function insert(ending: OpenCall[], open: OpenCall): void {
  let at = ending.length;
  while (at > 0 && ending[at - 1]!.endSeq < open.endSeq) at--;
  ending.splice(at, 0, open);
}

function finishBefore(writer: Writer, seq: number): void {
  const { ending } = writer;
  while (ending.length > 0 && ending[ending.length - 1]!.endSeq < seq) finishCall(writer, ending.pop()!);
}

function finishCall(writer: Writer, open: OpenCall): void {
  const { line } = open;
  breakLine(writer, open.tid);
  const start = open.split ? `<... ${line.name} resumed>` : line.entry;
  writeResult(writer, open, start + line.rest, line.result ?? '?');
  writer.text += open.stack;
  if (writer.current === open) writer.current = undefined;
}

/** durationNs undefined: the call never returned. */
function writeResult(writer: Writer, { tid, startNs, durationNs, split }: OpenCall, text: string, result: string): void {
  const timeNs = split ? startNs + (durationNs ?? 0) : startNs;
  const duration = writer.durations && durationNs !== undefined ? ` <${seconds(durationNs)}>` : '';
  writer.text += `${`${writer.prefix(tid, timeNs)}${text} `.padEnd(RESULT_COLUMN)}= ${result}${duration}\n`;
}

function writeSignal(writer: Writer, record: SignalRecord): void {
  breakLine(writer, undefined);
  const name = signalName(record.signo);
  const text = (record.flags & SignalFlag.groupStop) !== 0 ? `stopped by ${name}` : `${name} ${sigInfoText(record)}`;
  writer.text += `${writer.prefix(record.tid, record.timeNs)}--- ${text} ---\n`;
}

/** A thread's end, once: the process's own record says the same of its last thread. */
function writeExit(writer: Writer, record: ExitRecord): void {
  if (writer.ended.has(record.thread)) return;
  writer.ended.add(record.thread);
  const open = writer.pending.get(record.thread);
  breakLine(writer, open?.tid);
  if (open !== undefined) {
    const { line } = open;
    const rest = line.whole ? ')' : ' <unfinished ...>)';
    const at = { ...open, tid: record.tid, startNs: open.split ? record.timeNs : open.startNs, durationNs: undefined };
    writeResult(writer, at, (open.split ? `<... ${line.name} resumed>` : line.entry) + rest, '?');
    if (writer.current === open) writer.current = undefined;
    writer.pending.delete(record.thread);
  }
  writer.text += `${writer.prefix(record.tid, record.timeNs)}+++ ${endText(record.status)} +++\n`;
}

/** "exited with 0", "killed by SIGSEGV (core dumped)" of a wait status. */
export function endText(status: number): string {
  const signo = status & 0x7f;
  if (signo === 0) return `exited with ${(status >>> 8) & 0xff}`;
  return `killed by ${signalName(signo)}${(status & 0x80) === 0 ? '' : ' (core dumped)'}`;
}
