/**
 * A trace's calls in order, page by page, for exports: objects and memory are used again from page to page, since making them
 * anew costs more than what is done with them.
 * What must not live here: other records (records.ts), calls by id (rawCalls.ts).
 */
import type { CopiedData, RawCall, Tie } from '../trace/engineProtocol';
import { ExitFlag } from '../trace/gen/schema';
import type { CallRecord, Transfer } from '../trace/source';
import { CallWord, CopyColumn, RowColumn, TieColumn } from './abi';
import { tieAt } from './ties';
import type { TraceFile } from './traceFile';
import { Words } from './words';

const FIRST_COPIES = 4096;
const FIRST_BYTES = 1 << 19;
const FIRST_TIES = 1024;
const NO_TRANSFERS: readonly Transfer[] = [];

/** What the library fills. */
class Room {
  readonly numbers: Float64Array;
  readonly words: BigUint64Array;
  copies = new Float64Array(0);
  addresses = new BigUint64Array(0);
  bytes = new Uint8Array(0);
  ties = new Float64Array(0);
  readonly callWords: Words;
  copyWords = new Words(this.addresses);

  constructor(calls: number) {
    this.numbers = new Float64Array(calls * RowColumn.columns);
    this.words = new BigUint64Array(calls * CallWord.columns);
    this.callWords = new Words(this.words);
  }

  grow(copies: number, bytes: number, ties: number): void {
    if (this.ties.length < ties * TieColumn.columns) this.ties = new Float64Array(ties * TieColumn.columns);
    if (this.addresses.length < copies) {
      this.copies = new Float64Array(copies * CopyColumn.columns);
      this.addresses = new BigUint64Array(copies);
      this.copyWords = new Words(this.addresses);
    }
    if (this.bytes.length < bytes) this.bytes = new Uint8Array(bytes);
  }
}

class PageCopy implements CopiedData {
  direction: 'in' | 'out' = 'in';
  arg = 0;
  address = 0n;
  full = 0;
  bytes = new Uint8Array(0);
  errno = 0;

  take(room: Room, index: number): void {
    const { copies } = room;
    const base = index * CopyColumn.columns;
    this.direction = copies[base + CopyColumn.out] === 1 ? 'out' : 'in';
    this.arg = copies[base + CopyColumn.arg]!;
    this.address = room.copyWords.at(index);
    this.full = copies[base + CopyColumn.full]!;
    this.errno = copies[base + CopyColumn.error]!;
    const begin = copies[base + CopyColumn.at]!;
    this.bytes = room.bytes.subarray(begin, begin + copies[base + CopyColumn.length]!);
  }
}

class PageCall implements RawCall {
  id = 0;
  process = 0;
  pid = 0;
  thread = 0;
  tid = 0;
  nr = 0;
  arch = 0;
  readonly args: bigint[] = [0n, 0n, 0n, 0n, 0n, 0n];
  ret: bigint | undefined = undefined;
  startNs = 0;
  durationNs: number | undefined = undefined;
  fd = -1;
  classId = 0;
  description = 0;
  resource: string | undefined = undefined;
  origin = 0;
  stack = 0;
  ip = 0n;
  enterFlags = 0;
  exitFlags = 0;
  data: CopiedData[] = [];
  ties: Tie[] | undefined = undefined;

  take(file: TraceFile, room: Room, index: number): void {
    const { numbers, callWords } = room;
    const base = index * RowColumn.columns;
    const word = index * CallWord.columns;
    const exitFlags = numbers[base + RowColumn.exitFlags]!;
    const hasExit = exitFlags >= 0;
    const name = numbers[base + RowColumn.name]!;
    this.id = numbers[base + RowColumn.id]!;
    this.process = numbers[base + RowColumn.process]!;
    this.pid = numbers[base + RowColumn.pid]!;
    this.thread = numbers[base + RowColumn.thread]!;
    this.tid = numbers[base + RowColumn.tid]!;
    this.nr = numbers[base + RowColumn.nr]!;
    this.arch = numbers[base + RowColumn.arch]!;
    for (let i = 0; i < 6; i++) this.args[i] = callWords.at(word + i);
    this.ret = hasExit && (exitFlags & ExitFlag.killed) === 0 ? callWords.signedAt(word + CallWord.ret) : undefined;
    this.startNs = numbers[base + RowColumn.start]!;
    this.durationNs = hasExit ? numbers[base + RowColumn.end]! - this.startNs : undefined;
    this.fd = numbers[base + RowColumn.fd]!;
    this.classId = numbers[base + RowColumn.class]!;
    this.description = numbers[base + RowColumn.description]!;
    this.resource = name > 0 ? file.string(name) : undefined;
    this.origin = numbers[base + RowColumn.origin]!;
    this.stack = numbers[base + RowColumn.stack]!;
    this.ip = callWords.at(word + CallWord.ip);
    this.enterFlags = numbers[base + RowColumn.enterFlags]!;
    this.exitFlags = hasExit ? exitFlags : 0;
    this.data.length = 0;
    this.ties = undefined;
  }
}

class PageRecord implements CallRecord {
  readonly type = 'call';
  seq = 0;
  endSeq: number | undefined = undefined;
  readonly call = new PageCall();
  private index = 0;

  constructor(
    private readonly file: TraceFile,
    private readonly room: Room,
  ) {}

  take(index: number): void {
    const base = index * RowColumn.columns;
    this.index = index;
    this.call.take(this.file, this.room, index);
    this.seq = this.room.numbers[base + RowColumn.seq]!;
    const endSeq = this.room.numbers[base + RowColumn.endSeq]!;
    this.endSeq = endSeq >= 0 ? endSeq : undefined;
  }

  get transfers(): readonly Transfer[] {
    const { numbers } = this.room;
    const base = this.index * RowColumn.columns;
    const count = numbers[base + RowColumn.transfers]!;
    if (count === 0) return NO_TRANSFERS;
    const [received, sent] = [numbers[base + RowColumn.received]!, numbers[base + RowColumn.sent]!];
    const here = { at: this.call, received, sent };
    if (count === 1) return [here];
    const name = numbers[base + RowColumn.otherName]!;
    const at = {
      fd: numbers[base + RowColumn.otherFd]!,
      classId: numbers[base + RowColumn.otherClass]!,
      description: numbers[base + RowColumn.otherDescription]!,
      resource: name > 0 ? this.file.string(name) : undefined,
    };
    return [here, { at, received: sent, sent: received }];
  }
}

/** Pages of at most so many calls; each is valid until the next one is asked for. */
export function* callPages(file: TraceFile, pageCalls: number, withData: boolean): Generator<readonly CallRecord[], void> {
  const room = new Room(pageCalls);
  const records: PageRecord[] = [];
  const copies: PageCopy[] = [];
  const used = new Uint32Array(4);
  if (withData) room.grow(FIRST_COPIES, FIRST_BYTES, FIRST_TIES);
  check(file, file.native.rowsBegin(file.id));
  for (;;) {
    const { numbers, words, copies: into, addresses, bytes, ties } = room;
    const result = file.native.rowsNext(
      file.id,
      pageCalls,
      numbers,
      words,
      withData ? into : null,
      addresses,
      addresses.length,
      bytes,
      bytes.length,
      ties,
      ties.length / TieColumn.columns,
      used,
    );
    check(file, result);
    const [calls, copied, byteCount, tied] = [used[0]!, used[1]!, used[2]!, used[3]!];
    if (calls === 0 && copied + byteCount + tied === 0) return;
    if (calls === 0) {
      room.grow(copied, byteCount, tied);
      continue;
    }
    while (records.length < calls) records.push(new PageRecord(file, room));
    for (let i = 0; i < calls; i++) records[i]!.take(i);
    for (let i = 0; withData && i < copied; i++) {
      const copy = (copies[i] ??= new PageCopy());
      copy.take(room, i);
      records[room.copies[i * CopyColumn.columns + CopyColumn.call]!]!.call.data.push(copy);
    }
    for (let i = 0; withData && i < tied; i++) {
      const { call } = records[ties[i * TieColumn.columns + TieColumn.call]!]!;
      (call.ties ??= []).push(tieAt(file, ties, i * TieColumn.columns));
    }
    yield calls === records.length ? records : records.slice(0, calls);
  }
}

function check(file: TraceFile, result: number): void {
  if (result < 0) throw new Error(`The calls of the trace ${file.path} can't be read (error ${-result}).`);
}
