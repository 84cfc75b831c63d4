/**
 * Rows of the views as the protocol has them, from the library's tables; and a filter as the library takes it.
 * What must not live here: how a row is shown (extension/views), what could not be seen (notices.ts).
 */
import { FD_CLASSES } from '../trace/gen/schema';
import type { DescriptorRow, DescriptorSum, FilterTerm, PeerRow, ProcessRow } from '../trace/viewProtocol';
import { DescriptorClassColumn, DescriptorColumn, ProcessColumn, Term, TermColumn } from './abi';
import { words } from './info';
import type { TraceFile } from './traceFile';

const MAX_ROWS = 10_000;

const clamped = (count: number): number => Math.min(MAX_ROWS, Math.max(0, Math.floor(count)));
const known = (number: number): number | undefined => (number < 0 ? undefined : number);
const ended = (ns: number): number | undefined => (Number.isFinite(ns) ? ns : undefined);

export function readChildren(
  file: TraceFile,
  parent: number | undefined,
  first: number,
  count: number,
): { readonly total: number; readonly processes: ProcessRow[] } {
  const total = file.native.processChildCount(file.id, parent ?? -1);
  const ids = new Float64Array(clamped(Math.min(count, total)));
  const filled = file.native.processChildren(file.id, parent ?? -1, Math.max(0, first), ids.length, ids);
  return { total: Math.max(0, total), processes: readProcessRows(file, ids.subarray(0, Math.max(0, filled))) };
}

export function readProcessRows(file: TraceFile, processes: ArrayLike<number>): ProcessRow[] {
  const ids = Float64Array.from(processes).subarray(0, MAX_ROWS);
  const numbers = new Float64Array(ids.length * ProcessColumn.columns);
  const error = file.native.processes(file.id, ids, ids.length, numbers);
  if (error < 0) throw new Error(`The processes of the trace ${file.path} can't be read (error ${-error}).`);
  return Array.from(ids, (index, row) => processRow(file, index, numbers, row * ProcessColumn.columns)).filter(
    (row) => row !== undefined,
  );
}

function processRow(file: TraceFile, index: number, numbers: Float64Array, base: number): ProcessRow | undefined {
  const at = (column: number): number => numbers[base + column]!;
  if (at(ProcessColumn.present) === 0) return undefined;
  const argv = file.heap(BigInt(at(ProcessColumn.argvPos)), at(ProcessColumn.argvLength));
  const sender = at(ProcessColumn.sender);
  return {
    index,
    parent: known(at(ProcessColumn.parent)),
    pid: at(ProcessColumn.pid),
    nsPid: at(ProcessColumn.nsPid),
    ppid: at(ProcessColumn.ppid),
    name: file.string(at(ProcessColumn.name)),
    path: file.string(at(ProcessColumn.path)),
    argv: argv === undefined ? [] : words(Buffer.from(argv).toString('utf8')),
    cwd: file.string(at(ProcessColumn.cwd)),
    startNs: at(ProcessColumn.start),
    endNs: ended(at(ProcessColumn.end)),
    status: known(at(ProcessColumn.status)),
    cause: at(ProcessColumn.cause),
    sender: sender > 0 ? sender : undefined,
    endEvent: known(at(ProcessColumn.endEvent)),
    userUs: at(ProcessColumn.userUs),
    systemUs: at(ProcessColumn.systemUs),
    maxRssKb: at(ProcessColumn.maxRssKb),
    threads: at(ProcessColumn.threads),
    children: at(ProcessColumn.children),
    descriptors: at(ProcessColumn.descriptors),
    calls: at(ProcessColumn.calls),
    errors: at(ProcessColumn.errors),
    loaderCalls: at(ProcessColumn.helperCalls),
    received: at(ProcessColumn.received),
    sent: at(ProcessColumn.sent),
  };
}

export function readDescriptorSums(file: TraceFile, processes: readonly number[]): DescriptorSum[] {
  const numbers = new Float64Array(FD_CLASSES.length * DescriptorClassColumn.columns);
  const ids = Float64Array.from(processes);
  const filled = file.native.descriptorsByClass(file.id, ids, ids.length, FD_CLASSES.length, numbers);
  if (filled < 0) throw new Error(`The descriptors of the trace ${file.path} can't be read (error ${-filled}).`);
  return FD_CLASSES.flatMap(({ value }) => {
    const at = (column: number): number => numbers[value * DescriptorClassColumn.columns + column]!;
    if (at(DescriptorClassColumn.rows) === 0) return [];
    return {
      classId: value,
      descriptors: at(DescriptorClassColumn.rows),
      open: at(DescriptorClassColumn.open),
      calls: at(DescriptorClassColumn.calls),
      errors: at(DescriptorClassColumn.errors),
      received: at(DescriptorClassColumn.received),
      sent: at(DescriptorClassColumn.sent),
    };
  });
}

export function readDescriptors(
  file: TraceFile,
  processes: readonly number[],
  classId: number,
  first: number,
  count: number,
): DescriptorRow[] {
  const ids = Float64Array.from(processes);
  const rows = clamped(count);
  const numbers = new Float64Array(rows * DescriptorColumn.columns);
  const filled = file.native.descriptors(file.id, ids, ids.length, classId, Math.max(0, first), rows, numbers);
  if (filled < 0) throw new Error(`The descriptors of the trace ${file.path} can't be read (error ${-filled}).`);
  return Array.from({ length: filled }, (_, row) => descriptorRow(file, numbers, row * DescriptorColumn.columns));
}

function descriptorRow(file: TraceFile, numbers: Float64Array, base: number): DescriptorRow {
  const at = (column: number): number => numbers[base + column]!;
  return {
    process: at(DescriptorColumn.process),
    pid: at(DescriptorColumn.pid),
    processName: file.string(at(DescriptorColumn.processName)),
    fd: at(DescriptorColumn.fd),
    description: at(DescriptorColumn.description),
    classId: at(DescriptorColumn.class),
    name: file.string(at(DescriptorColumn.name)),
    startNs: known(at(DescriptorColumn.start)),
    endNs: ended(at(DescriptorColumn.end)),
    generations: at(DescriptorColumn.generations),
    origin: at(DescriptorColumn.origin),
    event: known(at(DescriptorColumn.event)),
    eventNr: at(DescriptorColumn.eventNr),
    eventArch: at(DescriptorColumn.eventArch),
    firstEvent: known(at(DescriptorColumn.firstEvent)),
    calls: at(DescriptorColumn.calls),
    errors: at(DescriptorColumn.errors),
    loaderCalls: at(DescriptorColumn.helperCalls),
    received: at(DescriptorColumn.received),
    sent: at(DescriptorColumn.sent),
    holders: at(DescriptorColumn.holders),
    peer: at(DescriptorColumn.peer) === 0 ? undefined : peerRow(file, at),
  };
}

function peerRow(file: TraceFile, at: (column: number) => number): PeerRow {
  const process = at(DescriptorColumn.peerProcess);
  return {
    description: at(DescriptorColumn.peer),
    name: file.string(at(DescriptorColumn.peerName)),
    holder:
      process < 0
        ? undefined
        : {
            process,
            pid: at(DescriptorColumn.peerPid),
            processName: file.string(at(DescriptorColumn.peerProcessName)),
            fd: at(DescriptorColumn.peerFd),
          },
  };
}

/** The library's table of terms. */
export function termNumbers(terms: readonly FilterTerm[]): Float64Array {
  const numbers = new Float64Array(terms.length * TermColumn.columns);
  terms.forEach((term, i) => {
    const set = (column: number, value: number): void => {
      numbers[i * TermColumn.columns + column] = value;
    };
    set(TermColumn.kind, kindOf(term));
    set(TermColumn.process, ('process' in term ? term.process : undefined) ?? -1);
    if (term.type === 'descriptor') set(TermColumn.fd, term.fd);
    if (term.type === 'descriptor' || term.type === 'description') set(TermColumn.description, term.description);
    if (term.type === 'blind') set(TermColumn.reason, term.reason);
  });
  return numbers;
}

function kindOf(term: FilterTerm): number {
  return term.type === 'process' && term.family ? Term.family : Term[term.type];
}
