/**
 * A small trace of a made-up program, with something of everything that the engine tells about.
 * What must not live here: tests.
 */
import { StackEnd, SymbolFlag } from '../../../extension/trace/gen/schema';
import { AUDIT_ARCH_X86_64 } from '../../../extension/trace/syscallTable';
import { at, TraceBuilder } from './traceWriter';

export const CLASS = { none: 0, file: 1, pipe: 3, terminal: 6 } as const;
export const BUILD_ID = '00112233445566778899aabbccddeeff00112233';

/** Events of `sampleTrace`, by what they are. */
export const EVENT = { loaderOpen: 0, failedOpen: 1, open: 2, read: 3, futex: 4, write: 5, pending: 6 } as const;

interface CallOptions {
  readonly thread?: number;
  readonly nr: number;
  /** x86-64, unless said. */
  readonly arch?: number;
  readonly start: number;
  /** Undefined: no exit. */
  readonly end?: number;
  readonly ret?: number | bigint;
  readonly fd?: number;
  readonly class?: number;
  readonly description?: number;
  readonly origin?: number;
  readonly stack?: number;
  readonly args?: readonly bigint[];
  readonly input?: string;
  readonly output?: string;
  /** What the exit row says, where it differs. */
  readonly final?: { readonly fd: number; readonly class: number; readonly description: number };
}

export function addCall(trace: TraceBuilder, call: CallOptions): number {
  const fd = call.fd ?? -1;
  const classId = call.class ?? CLASS.none;
  const description = call.description ?? 0;
  const args = Object.fromEntries((call.args ?? []).map((value, i) => [`arg${i}`, value]));
  const event = trace.add('enter', {
    seq: trace.seq(),
    time: at(call.start - 5),
    resumed: at(call.start),
    thread: call.thread ?? 0,
    nr: call.nr,
    arch: call.arch ?? AUDIT_ARCH_X86_64,
    ip: 0x401234n,
    stack: call.stack ?? 0,
    fd,
    description,
    class: classId,
    origin: call.origin ?? 0,
    ...args,
  });
  const copy = (text: string): { length: number; full: number; pos: number } => ({
    length: text.length,
    full: text.length,
    pos: trace.heap(text),
  });
  if (call.input !== undefined) trace.add('copyIn', { event, arg: 1, address: 0x1000n, ...copy(call.input) });
  if (call.output !== undefined) trace.add('copyOut', { event, arg: 1, address: 0x2000n, ...copy(call.output) });
  if (call.end !== undefined) {
    const final = call.final ?? { fd, class: classId, description };
    trace.add('exit', { seq: trace.seq(), event, time: at(call.end), ret: call.ret ?? 0, ...final });
  }
  return event;
}

function addPeople(trace: TraceBuilder): void {
  trace.meta('program', '/usr/bin/sample');
  trace.meta('argv', 'sample\0--flag\0');
  trace.meta('cwd', '/home/user');
  trace.meta('control', '/run/user/1000/syscope.sock');
  trace.meta('stop_cost_ns', '7000');
  trace.add('process', { seq: trace.seq(), time: at(0), pid: 100, ppid: 50, files: 1, name: trace.string('sh'), flags: 1 });
  trace.add('thread', { seq: trace.seq(), time: at(0), process: 0, tid: 100, name: trace.string('main') });
  trace.add('thread', { seq: trace.seq(), time: at(1), process: 0, tid: 101, name: trace.string('worker') });
  const argv = 'sample\0--flag\0';
  trace.add('exec', {
    seq: trace.seq(),
    time: at(2),
    path: trace.string('/usr/bin/sample'),
    name: trace.string('sample'),
    argv_pos: trace.heap(argv),
    argv_length: argv.length,
  });
}

/** Stack 1: two frames, the first of them with an inlined level; symbols for it are in the trace. */
function addStack(trace: TraceBuilder): number {
  const path = trace.string('/usr/bin/sample');
  const module = trace.add('module', {
    path,
    build_id: trace.string(BUILD_ID),
    size: 1000,
    mtime_ns: 1_600_000_000_000_000_000n,
  });
  trace.add('mapping', { seq: 1, process: 0, module, start: 0x555500000000n, end: 0x555500010000n, vaddr: 0x1000 });
  const inner = trace.add('frame', { module, offset: 0x1234 });
  const outer = trace.add('frame', { module, offset: 0x2345, flags: 1 });
  const source = trace.add('source', {
    path: trace.string('/src/copy.c'),
    hash: trace.string('ab12'),
    mtime_ns: 1_650_000_000_000_000_000n,
  });
  const symbol = (frame: number, depth: number, name: string, line: number, flags: number): void => {
    trace.add('symbol', { frame, depth, function: trace.string(name), source, line, column: 7, flags });
  };
  symbol(inner, 1, 'copy_file', 40, 0);
  symbol(inner, 0, 'do_read', 12, SymbolFlag.inlined);
  symbol(outer, 0, 'main', 99, 0);
  const ids = new Uint32Array([inner, outer]);
  return trace.add('stack', { pos: trace.heap(new Uint8Array(ids.buffer)), count: 2, end: StackEnd.complete });
}

export function sampleTrace(): TraceBuilder {
  const trace = new TraceBuilder();
  addPeople(trace);
  const stack = addStack(trace);
  const file = trace.add('description', { class: CLASS.file, name: trace.string('/tmp/data') });
  const pipe = trace.add('description', { class: CLASS.pipe, name: trace.string('pipe:[77]') });
  const tty = trace.add('description', { class: CLASS.terminal, name: trace.string('/dev/pts/3') });
  trace.add('fd', { time: at(1), files: 1, fd: 0, op: 6, description: tty });
  addCall(trace, {
    nr: 257,
    start: 100,
    end: 110,
    ret: 3,
    class: CLASS.file,
    origin: 1,
    final: { fd: 3, class: CLASS.file, description: file },
  });
  addCall(trace, { nr: 257, start: 200, end: 230, ret: -2, class: CLASS.file, input: '/no/such' });
  trace.add('fd', { time: at(240), files: 1, fd: 3, op: 1, description: file });
  addCall(trace, {
    nr: 257,
    start: 240,
    end: 250,
    ret: 3,
    class: CLASS.file,
    final: { fd: 3, class: CLASS.file, description: file },
  });
  addCall(trace, {
    nr: 0,
    start: 300,
    end: 400,
    ret: 5,
    fd: 3,
    class: CLASS.file,
    description: file,
    stack,
    output: 'hello',
    args: [3n, 0x2000n, 5n],
  });
  addCall(trace, { thread: 1, nr: 202, start: 350, end: 360, ret: 0, args: [0xffff_ffff_ffff_ffffn] });
  trace.add('signal', {
    seq: trace.seq(),
    time: at(405),
    thread: 0,
    signo: 17,
    code: 1,
    sender: 333,
    uid: 1000,
    status: 9,
    utime: 4,
  });
  trace.add('fd', { time: at(410), files: 1, fd: 4, op: 1, description: pipe });
  addCall(trace, { nr: 1, start: 420, end: 520, ret: 5, fd: 4, class: CLASS.pipe, description: pipe, input: 'hello' });
  trace.add('exited', { seq: trace.seq(), time: at(600), process: 0, thread: 1, scope: 1, status: 0 });
  addCall(trace, { nr: 0, start: 700, fd: 0, class: CLASS.terminal, description: tty });
  trace.add('lost', { seq: trace.seq(), time: at(800), reason: 1, count: 12 });
  trace.add('warning', { seq: trace.seq(), time: at(900), code: 0, text: trace.string('Something to know.') });
  return trace;
}
