/**
 * System calls as the protocol has them, from the library's tables of numbers.
 * What must not live here: what a call's arguments mean (trace/describe).
 */
import type { CopiedData, EventId, RawCall, Tie } from '../trace/engineProtocol';
import { ExitFlag } from '../trace/gen/schema';
import { CallColumn, CallWord, CopyColumn, TieColumn } from './abi';
import { tieAt } from './ties';
import type { TraceFile } from './traceFile';

/** A call and its lane (-1: none). */
export interface PlacedCall {
  readonly call: RawCall;
  readonly lane: number;
}

/**
 * Output memory of the library, kept from call to call: fresh pages cost more than what is read into them. One for the process,
 * since calls are read one after another.
 */
interface Room {
  ids: Float64Array;
  numbers: Float64Array;
  words: BigUint64Array;
  copies: Float64Array;
  addresses: BigUint64Array;
  bytes: Uint8Array;
}
const room: Room = {
  ids: new Float64Array(0),
  numbers: new Float64Array(0),
  words: new BigUint64Array(0),
  copies: new Float64Array(0),
  addresses: new BigUint64Array(0),
  bytes: new Uint8Array(0),
};
const FIRST_COPIES = 8192;
const FIRST_BYTES = 1 << 20;
let tieNumbers = new Float64Array(256 * TieColumn.columns);
const NO_DATA: readonly CopiedData[] = [];

/** The calls with these ids; ids that do not exist are left out. */
export function readCalls(file: TraceFile, ids: ArrayLike<EventId>, withData: boolean): PlacedCall[] {
  const count = ids.length;
  if (room.ids.length < count) {
    room.ids = new Float64Array(count);
    room.numbers = new Float64Array(count * CallColumn.columns);
    room.words = new BigUint64Array(count * CallWord.columns);
  }
  const { numbers, words } = room;
  room.ids.set(ids);
  file.native.calls(file.id, room.ids, count, numbers, words);
  const data = withData ? readCopies(file, room.ids.subarray(0, count)) : [];
  const ties = readTies(file, room.ids.subarray(0, count));
  const calls: PlacedCall[] = [];
  for (let i = 0; i < count; i++) {
    if (numbers[i * CallColumn.columns + CallColumn.present] !== 1) continue;
    calls.push(placedCall(file, ids[i]!, i, numbers, words, data[i] ?? NO_DATA, ties.get(i)));
  }
  return calls;
}

function placedCall(
  file: TraceFile,
  id: EventId,
  index: number,
  numbers: Float64Array,
  words: BigUint64Array,
  data: readonly CopiedData[],
  ties: readonly Tie[] | undefined,
): PlacedCall {
  const base = index * CallColumn.columns;
  const at = (column: number): number => numbers[base + column]!;
  const word = index * CallWord.columns;
  const exitFlags = at(CallColumn.exitFlags);
  const hasExit = exitFlags >= 0;
  const start = at(CallColumn.start);
  const name = at(CallColumn.name);
  const call: RawCall = {
    id,
    process: at(CallColumn.process),
    pid: at(CallColumn.pid),
    thread: at(CallColumn.thread),
    tid: at(CallColumn.tid),
    nr: at(CallColumn.nr),
    arch: at(CallColumn.arch),
    args: [words[word]!, words[word + 1]!, words[word + 2]!, words[word + 3]!, words[word + 4]!, words[word + 5]!],
    ret: hasExit && (exitFlags & ExitFlag.killed) === 0 ? BigInt.asIntN(64, words[word + CallWord.ret]!) : undefined,
    startNs: start,
    durationNs: hasExit ? at(CallColumn.end) - start : undefined,
    fd: at(CallColumn.fd),
    classId: at(CallColumn.class),
    description: at(CallColumn.description),
    resource: name > 0 ? file.string(name) : undefined,
    origin: at(CallColumn.origin),
    stack: at(CallColumn.stack),
    ip: words[word + CallWord.ip]!,
    enterFlags: at(CallColumn.enterFlags),
    exitFlags: hasExit ? exitFlags : 0,
    data,
    ...(ties === undefined ? undefined : { ties }),
  };
  return { call, lane: at(CallColumn.lane) };
}

/** Ties by the index of their call in ids. */
function readTies(file: TraceFile, ids: Float64Array): ReadonlyMap<number, readonly Tie[]> {
  const byCall = new Map<number, Tie[]>();
  const used = new Uint32Array(2);
  if (file.rowCount('tie') === 0) return byCall;
  for (let done = 0; done < ids.length;) {
    const rest = ids.subarray(done);
    file.native.ties(file.id, rest, rest.length, tieNumbers, tieNumbers.length / TieColumn.columns, used);
    if (used[0] === 0) {
      tieNumbers = new Float64Array(used[1]! * TieColumn.columns);
      continue;
    }
    for (let i = 0; i < used[1]!; i++) {
      const base = i * TieColumn.columns;
      const call = done + tieNumbers[base + TieColumn.call]!;
      const tie = tieAt(file, tieNumbers, base);
      const known = byCall.get(call);
      if (known === undefined) byCall.set(call, [tie]);
      else known.push(tie);
    }
    done += used[0]!;
  }
  return byCall;
}

/** Copies by the index of their call in ids. The library fills as many calls as there is room for; the rest are asked for again. */
function readCopies(file: TraceFile, ids: Float64Array): (CopiedData[] | undefined)[] {
  const data = new Array<CopiedData[] | undefined>(ids.length);
  const used = new Uint32Array(3);
  growRoom(FIRST_COPIES, FIRST_BYTES);
  for (let done = 0; done < ids.length;) {
    const { copies, addresses, bytes } = room;
    const rest = ids.subarray(done);
    file.native.copies(file.id, rest, rest.length, copies, addresses, addresses.length, bytes, bytes.length, used);
    if (used[0] === 0) {
      growRoom(used[1]!, used[2]!);
      continue;
    }
    const kept = bytes.slice(0, used[2]);
    for (let i = 0; i < used[1]!; i++) addCopy(data, done, i, kept);
    done += used[0]!;
  }
  return data;
}

function growRoom(copies: number, bytes: number): void {
  if (room.addresses.length < copies) {
    room.copies = new Float64Array(copies * CopyColumn.columns);
    room.addresses = new BigUint64Array(copies);
  }
  if (room.bytes.length < bytes) room.bytes = new Uint8Array(bytes);
}

function addCopy(data: (CopiedData[] | undefined)[], firstCall: number, index: number, bytes: Uint8Array<ArrayBuffer>): void {
  const { copies, addresses } = room;
  const base = index * CopyColumn.columns;
  const begin = copies[base + CopyColumn.at]!;
  const copy: CopiedData = {
    direction: copies[base + CopyColumn.out] === 1 ? 'out' : 'in',
    arg: copies[base + CopyColumn.arg]!,
    address: addresses[index]!,
    full: copies[base + CopyColumn.full]!,
    bytes: new Uint8Array(bytes.buffer, begin, copies[base + CopyColumn.length]),
    errno: copies[base + CopyColumn.error]!,
  };
  const call = firstCall + copies[base + CopyColumn.call]!;
  const known = data[call];
  if (known === undefined) data[call] = [copy];
  else known.push(copy);
}
