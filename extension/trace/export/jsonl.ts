/**
 * A whole trace as one JSON object a line, in order of start: native/schema's records in the form that ARCHITECTURE.md fixes.
 * A field that does not apply is absent. Pure: records in, text out, in chunks of many lines.
 */
import type { CopiedData, ResolvedFrame, ResolvedStack, Tie } from '../engineProtocol';
import { callTexts, errorName, lineText, sigInfoText, signalName } from '../describe';
import { blindOp, blindText } from '../blind';
import { BlindReason, ExitCause, ExitFlag, FD_CLASSES, LostReason, Origin, TieRole, WarningCode } from '../gen/schema';
import { leftOut, otherDescriptors } from '../ties';
import type { BlindRecord, CallRecord, ExitRecord, ProcessRecord, TraceRecord, TraceSource } from '../source';
import { type Chunk, ChunkWriter } from './chunks';
import { endOfRun, StackTexts } from './stackTexts';

const RESOURCES = 10_000;
/** What is written again and again. */
interface Cache {
  readonly chunks: ChunkWriter;
  readonly stacks: StackTexts<Uint8Array>;
  readonly resources: Map<string, Quoted>;
}

/** JSON text, and whether it is all ASCII. */
interface Quoted {
  readonly text: string;
  readonly isAscii: boolean;
}

export async function* exportJsonLines(source: TraceSource): AsyncGenerator<Chunk> {
  const chunks = new ChunkWriter();
  const stacks = new StackTexts<Uint8Array>(source, (stack) => Buffer.from(stackText(stack)));
  const cache: Cache = { chunks, stacks, resources: new Map() };
  for await (const page of source.records({ data: true })) {
    for (let from = 0; from < page.length;) {
      const to = endOfRun(page, from);
      await stacks.resolve(page, from, to);
      for (; from < to; from++) writeRecord(cache, page[from]!);
    }
    if (chunks.isFull) yield chunks.take();
  }
  if (!chunks.isEmpty) yield chunks.take();
}

function stackText(stack: ResolvedStack | undefined): string {
  return stack === undefined || stack.frames.length === 0 ? '' : `,"stack":[${stack.frames.map(frameText).join(',')}]`;
}

function frameText(frame: ResolvedFrame): string {
  return jsonText({
    address: `0x${frame.address.toString(16)}`,
    module: frame.module === '' ? undefined : frame.module,
    function: frame.function,
    file: frame.location?.file,
    line: frame.location?.line,
    inlined: frame.inlined ? true : undefined,
  });
}

function writeRecord(cache: Cache, record: TraceRecord): void {
  if (record.type !== 'call') {
    if (record.type === 'exec') cache.stacks.forget();
    cache.chunks.text(recordText(record));
  } else if (record.call.origin !== Origin.agent) {
    writeCall(cache, record);
  }
}

function recordText(record: Exclude<TraceRecord, CallRecord>): string {
  switch (record.type) {
    case 'process':
      return processText(record);
    case 'thread':
      return line({ kind: 'thread', pid: record.pid, tid: record.tid, name: record.name, start_ns: record.timeNs });
    case 'exec': {
      const { pid, tid, event, path, name, argv, cwd } = record;
      const argv_cut = record.argvCut ? true : undefined;
      return line({ kind: 'exec', id: event, pid, tid, path, name, argv, argv_cut, cwd, start_ns: record.timeNs });
    }
    case 'exit':
      return exitText(record);
    case 'signal': {
      const { pid, tid, signo, code } = record;
      const text = `${signalName(signo)} ${sigInfoText(record)}`;
      return line({ kind: 'signal', pid, tid, signal: signalName(signo), signo, code, text, start_ns: record.timeNs });
    }
    case 'blind':
      return blindRecordText(record);
    case 'lost': {
      const { count, text } = record;
      return line({ kind: 'lost', reason: nameOf(LostReason, record.reason), count, text, start_ns: record.timeNs });
    }
    case 'warning': {
      const { pid, tid, event, text } = record;
      return line({
        kind: 'warning',
        pid,
        tid,
        id: event,
        code: nameOf(WarningCode, record.code),
        text,
        start_ns: record.timeNs,
      });
    }
  }
}

/** JSON leaves the control characters from U+007F on as they are, and a terminal acts on them. */

const CONTROL = /[\x7f-\x9f]/g;
const jsonText = (value: object | string): string =>
  JSON.stringify(value).replace(CONTROL, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);

const line = (object: object): string => `${jsonText(object)}\n`;

/** The name of a generated enum's value; the number itself if a later version wrote it. */
export function nameOf(values: Readonly<Record<string, number>>, value: number): string {
  return Object.entries(values).find(([, v]) => v === value)?.[0] ?? String(value);
}

/** Command line, directory and begin only of a process that ran before. */
function processText(record: ProcessRecord): string {
  const { pid, ppid, name, cwd } = record;
  const ns_pids = record.nsPids.length > 0 ? record.nsPids : undefined;
  const argv = record.argv.length > 0 ? record.argv : undefined;
  return line({ kind: 'process', pid, ns_pids, ppid, name, argv, cwd, started_ns: record.startedNs, start_ns: record.timeNs });
}

function exitText(record: ExitRecord): string {
  const { pid, tid, scope, status, event, sender } = record;
  const signo = status & 0x7f;
  const how = signo === 0 ? { code: (status >>> 8) & 0xff } : { signal: signalName(signo), core: (status & 0x80) !== 0 };
  return line({
    kind: 'exit',
    scope,
    pid,
    tid: scope === 'thread' ? tid : undefined,
    ...how,
    cause: record.cause === ExitCause.unknown ? undefined : nameOf(ExitCause, record.cause),
    sender,
    id: event,
    ...(scope === 'process' ? resourceUse(record) : {}),
    start_ns: record.timeNs,
  });
}

const resourceUse = (record: ExitRecord): object => ({
  user_us: record.userUs,
  system_us: record.systemUs,
  max_rss_kb: record.maxRssKb,
  minor_faults: record.minorFaults,
  major_faults: record.majorFaults,
  voluntary_switches: record.voluntarySwitches,
  involuntary_switches: record.involuntarySwitches,
  blocks_in: record.blocksIn,
  blocks_out: record.blocksOut,
  children_user_us: record.childrenUserUs,
  children_system_us: record.childrenSystemUs,
});

function blindRecordText(record: BlindRecord): string {
  const { pid, tid, event, count, subject } = record;
  const about = subject && {
    op: blindOp(record),
    fd: subject.fd < 0 ? undefined : subject.fd,
    fixed: subject.fixed ? true : undefined,
    fd_class: FD_CLASSES[subject.classId]?.id ?? 'other',
    resource: subject.resource === '' ? undefined : subject.resource,
    length: subject.length,
    offset: Number(subject.offset),
    unconfirmed: subject.unconfirmed ? true : undefined,
  };
  const reason = nameOf(BlindReason, record.reason);
  return line({ kind: 'blind', pid, tid, id: event, reason, count, ...about, text: blindText(record), start_ns: record.timeNs });
}

const ORIGINS: readonly string[] = Object.keys(Origin);

/** By hand: this is most of a trace, and half of the time that exporting takes. */
function writeCall(cache: Cache, { call }: CallRecord): void {
  const { chunks } = cache;
  const { line, args, errno } = callTexts(call);
  let text = `{"kind":"syscall","id":${call.id},"pid":${call.pid},"tid":${call.tid},"name":"${line.name}","nr":${call.nr},"args":[`;
  for (let i = 0; i < args.length; i++) text += i === 0 ? asciiString(args[i]!) : `,${asciiString(args[i]!)}`;
  text += `],"text":${asciiString(lineText(line))}`;
  if (call.ret !== undefined) text += resultFields(call.ret, errno);
  text += `,"start_ns":${call.startNs}`;
  if (call.durationNs !== undefined) text += `,"duration_ns":${call.durationNs}`;
  if (call.fd >= 0) text += `,"fd":${call.fd}`;
  text += `,"fd_class":"${FD_CLASSES[call.classId]?.id ?? 'other'}"`;
  let isAscii = true;
  if (call.resource !== undefined && call.resource !== '') {
    const resource = quotedResource(cache, call.resource);
    text += `,"resource":${resource.text}`;
    isAscii = resource.isAscii;
  }
  text += `,"origin":"${ORIGINS[call.origin] ?? 'program'}"`;
  text += cutField(call.data);
  if (call.ties !== undefined) {
    text += tieFields(call.ties);
    isAscii = false;
  }
  if ((call.exitFlags & ExitFlag.pathRewritten) !== 0) text += ',"path_rewritten":true';
  const stack = call.stack === 0 ? undefined : cache.stacks.of(call.process, call.stack);
  const end = stack === undefined ? '}\n' : '';
  if (isAscii) chunks.ascii(text + end);
  else chunks.text(text + end);
  if (stack === undefined) return;
  chunks.bytes(stack);
  chunks.ascii('}\n');
}

function quotedResource(cache: Cache, resource: string): Quoted {
  const known = cache.resources.get(resource);
  if (known !== undefined) return known;
  if (cache.resources.size >= RESOURCES) cache.resources.clear();
  const text = jsonText(resource);
  const quoted = { text, isAscii: /^[ -~]*$/.test(text) };
  cache.resources.set(resource, quoted);
  return quoted;
}

/** What was not kept of a buffer, since the payload has a limit: how much was, of how much. */
function cutField(data: readonly CopiedData[]): string {
  const cut = data.filter(({ bytes, full, errno }) => errno === 0 && bytes.length < full);
  if (cut.length === 0) return '';
  return `,"cut":${JSON.stringify(cut.map(({ arg, bytes, full }) => ({ arg, kept: bytes.length, of: full })))}`;
}

/** The other descriptors, and how many more there are than were recorded. */
function tieFields(ties: readonly Tie[]): string {
  const more = leftOut(ties);
  const texts = otherDescriptors(ties).map(({ fd, classId, resource, role }) =>
    jsonText({
      fd,
      fd_class: FD_CLASSES[classId]?.id ?? 'other',
      resource: resource === '' ? undefined : resource,
      role: nameOf(TieRole, role),
    }),
  );
  return (texts.length === 0 ? '' : `,"ties":[${texts.join(',')}]`) + (more === 0 ? '' : `,"more_ties":${more}`);
}

/** A describer's text is printable ASCII: only quotes and backslashes need escaping, and most texts have neither. */
const asciiString = (text: string): string => (text.includes('"') || text.includes('\\') ? JSON.stringify(text) : `"${text}"`);

/** A failed call returns -1 to the program, and so does one that will be restarted, with the kernel's code for that. */
const resultFields = (ret: bigint, errno: number): string =>
  errno === 0 ? `,"ret":${ret}` : `,"ret":-1,"errno":"${errorName(errno)}"`;
