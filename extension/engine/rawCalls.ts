/**
 * System calls as the protocol has them, from the library's tables of numbers.
 * What must not live here: what a call's arguments mean (trace/describe).
 */
import type { CopiedData, EventId, RawCall } from '../trace/engineProtocol';
import { ExitFlag } from '../trace/gen/schema';
import { CallColumn, CallWord, CopyColumn } from './abi';
import type { TraceFile } from './traceFile';

/** A call with what orders it among other records, and its lane (-1: none). */
export interface PlacedCall {
  readonly call: RawCall;
  readonly seq: number;
  readonly endSeq: number | undefined;
  readonly lane: number;
}

const FIRST_COPIES = 4096;
const FIRST_BYTES = 1 << 20;

/** The calls with these ids; ids that do not exist are left out. */
export function readCalls(file: TraceFile, ids: readonly EventId[], withData: boolean): PlacedCall[] {
  const list = Float64Array.from(ids);
  const numbers = new Float64Array(list.length * CallColumn.columns);
  const words = new BigUint64Array(list.length * CallWord.columns);
  file.native.calls(file.id, list, list.length, numbers, words);
  const data = withData ? readCopies(file, list) : new Map<number, CopiedData[]>();
  const calls: PlacedCall[] = [];
  for (let i = 0; i < list.length; i++) {
    if (numbers[i * CallColumn.columns + CallColumn.present] !== 1) continue;
    calls.push(placedCall(file, list[i]!, i, numbers, words, data.get(i) ?? []));
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
  };
  return { call, seq: at(CallColumn.seq), endSeq: hasExit ? at(CallColumn.endSeq) : undefined, lane: at(CallColumn.lane) };
}

/** Copies by the index of their call in ids. The library fills as many calls as there is room for; the rest are asked for again. */
function readCopies(file: TraceFile, ids: Float64Array): Map<number, CopiedData[]> {
  const copies = new Map<number, CopiedData[]>();
  let capacity = FIRST_COPIES;
  let bytesCapacity = Math.min(FIRST_BYTES, 4096 * Math.max(1, ids.length));
  for (let done = 0; done < ids.length;) {
    const numbers = new Float64Array(capacity * CopyColumn.columns);
    const addresses = new BigUint64Array(capacity);
    const bytes = new Uint8Array(bytesCapacity);
    const used = new Uint32Array(3);
    const rest = ids.subarray(done);
    file.native.copies(file.id, rest, rest.length, numbers, addresses, capacity, bytes, bytesCapacity, used);
    if (used[0] === 0) {
      capacity = Math.max(capacity, used[1]!);
      bytesCapacity = Math.max(bytesCapacity, used[2]!);
      continue;
    }
    for (let i = 0; i < used[1]!; i++) addCopy(copies, done, i, numbers, addresses, bytes);
    done += used[0]!;
  }
  return copies;
}

function addCopy(
  copies: Map<number, CopiedData[]>,
  firstCall: number,
  index: number,
  numbers: Float64Array,
  addresses: BigUint64Array,
  bytes: Uint8Array,
): void {
  const base = index * CopyColumn.columns;
  const begin = numbers[base + CopyColumn.at]!;
  const copy: CopiedData = {
    direction: numbers[base + CopyColumn.out] === 1 ? 'out' : 'in',
    arg: numbers[base + CopyColumn.arg]!,
    address: addresses[index]!,
    full: numbers[base + CopyColumn.full]!,
    bytes: bytes.subarray(begin, begin + numbers[base + CopyColumn.length]!),
    errno: numbers[base + CopyColumn.error]!,
  };
  const call = firstCall + numbers[base + CopyColumn.call]!;
  const known = copies.get(call);
  if (known === undefined) copies.set(call, [copy]);
  else known.push(copy);
}
