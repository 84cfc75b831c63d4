/**
 * A trace in memory, for the webview's tests: calls as plain objects, lanes counted from them, and boxes merged by brute
 * force, straight from the contract's words. No native code, no DOM.
 */
import type { Boxes, BoxQuery, CopiedData, Lane, ResolvedFrame, TraceInfo } from '../../extension/trace/engineProtocol';
import type { DescribedCall, DescribedDetails } from '../../extension/trace/timelineProtocol';
import { FD_CLASSES } from '../../extension/trace/gen/schema';
import { SYSCALLS } from '../../extension/trace/gen/syscalls';
import { AUDIT_ARCH_X86_64 } from '../../extension/trace/syscallTable';

export interface FakeCall {
  readonly id: number;
  readonly pid: number;
  readonly tid: number;
  readonly name: string;
  readonly text: string;
  readonly startNs: number;
  /** undefined: in progress. */
  readonly durationNs: number | undefined;
  readonly ret: bigint | undefined;
  readonly errno: string | undefined;
  readonly fd: number;
  readonly classId: number;
  readonly resource: string;
  readonly loader: boolean;
  readonly data: readonly CopiedData[];
  readonly frames: readonly ResolvedFrame[];
}

export interface FakeTrace {
  readonly info: TraceInfo;
  readonly calls: readonly FakeCall[];
  readonly processNames: Readonly<Record<number, string>>;
}

const NUMBERS = new Map(SYSCALLS.map((row) => [row.name, row.nr]));

export function classValue(id: string): number {
  return FD_CLASSES.find((entry) => entry.id === id)?.value ?? 0;
}

function laneKey(call: FakeCall): string {
  const thread = call.classId === 0 ? call.tid : 0;
  return [call.pid, call.classId, call.fd, thread].join(' ');
}

const known = new WeakMap<FakeTrace, readonly Lane[]>();

/** Lanes in order of their first call; ids count from 0. */
export function lanesOf(trace: FakeTrace): readonly Lane[] {
  const lanes = known.get(trace) ?? countLanes(trace);
  known.set(trace, lanes);
  return lanes;
}

function countLanes(trace: FakeTrace): readonly Lane[] {
  const groups = new Map<string, FakeCall[]>();
  for (const call of trace.calls) {
    const group = groups.get(laneKey(call));
    if (group === undefined) {
      groups.set(laneKey(call), [call]);
    } else {
      group.push(call);
    }
  }
  return [...groups.values()].map((calls, id) => lane(trace, calls, id));
}

function lane(trace: FakeTrace, calls: readonly FakeCall[], id: number): Lane {
  const [first] = calls;
  const last = calls.at(-1);
  if (first === undefined || last === undefined) {
    throw new Error('a lane has a call');
  }
  const processes = Object.keys(trace.processNames).map(Number);
  return {
    id,
    classId: first.classId,
    process: processes.indexOf(first.pid),
    pid: first.pid,
    processName: trace.processNames[first.pid] ?? '',
    fd: first.fd,
    thread: first.classId === 0 ? first.tid : -1,
    tid: first.tid,
    resource: last.resource,
    events: calls.length,
    errors: calls.filter((call) => call.errno !== undefined).length,
    helperEvents: calls.filter((call) => call.loader).length,
    helperErrors: calls.filter((call) => call.loader && call.errno !== undefined).length,
    busyNs: calls.reduce((sum, call) => sum + (call.durationNs ?? 0), 0),
    firstNs: first.startNs,
    lastNs: endOf(trace, last),
    generations: first.fd < 0 ? [] : generations(trace, calls),
  };
}

/** A generation ends with its close. */
function generations(trace: FakeTrace, calls: readonly FakeCall[]): Lane['generations'] {
  const spans: { startNs: number; endNs: number; resource: string }[] = [];
  for (const call of calls) {
    const open = spans.at(-1);
    if (open === undefined || open.endNs !== Infinity) {
      spans.push({ startNs: call.startNs, endNs: Infinity, resource: call.resource });
    }
    const current = spans.at(-1);
    if (call.name === 'close' && current !== undefined) {
      current.endNs = endOf(trace, call);
    }
  }
  return spans;
}

function endOf(trace: FakeTrace, call: FakeCall): number {
  return call.durationNs === undefined ? trace.info.durationNs : call.startNs + call.durationNs;
}

interface Placed {
  readonly call: FakeCall;
  readonly row: number;
}

export function boxesOf(trace: FakeTrace, query: BoxQuery): readonly Boxes[] {
  const lanes = lanesOf(trace);
  return query.lanes.flatMap((id) => {
    const found = lanes[id];
    return found === undefined ? [] : [laneBoxes(trace, id, stacked(trace, callsOf(trace, found, query.loader)), query)];
  });
}

export function callsOf(trace: FakeTrace, of: Lane, loader: boolean): readonly FakeCall[] {
  return trace.calls.filter((call) => laneKey(call) === laneKeyOf(of) && (loader || !call.loader));
}

function laneKeyOf(of: Lane): string {
  return [of.pid, of.classId, of.fd, of.classId === 0 ? of.tid : 0].join(' ');
}

/** Each call in the first row where none is still running, the fifth and later overlapping ones in row 4. */
function stacked(trace: FakeTrace, calls: readonly FakeCall[]): readonly Placed[] {
  const ends: number[] = [];
  return calls.map((call) => {
    const free = [0, 1, 2, 3].find((row) => (ends[row] ?? -1) <= call.startNs) ?? 4;
    ends[free] = Math.max(ends[free] ?? 0, endOf(trace, call));
    return { call, row: free };
  });
}

interface Merged {
  x0: number;
  x1: number;
  row: number;
  calls: FakeCall[];
}

function laneBoxes(trace: FakeTrace, id: number, placed: readonly Placed[], query: BoxQuery): Boxes {
  const pixel = (query.t1 - query.t0) / query.pixels;
  const merged: Merged[] = [];
  for (const row of [0, 1, 2, 3, 4]) {
    let open: Merged | undefined;
    for (const { call } of placed.filter((entry) => entry.row === row)) {
      const x1 = endOf(trace, call);
      if (x1 < query.t0 || call.startNs > query.t1) {
        continue;
      }
      if (open !== undefined && Math.floor(call.startNs / pixel) <= Math.floor(open.x1 / pixel)) {
        open.x1 = Math.max(open.x1, x1);
        open.calls.push(call);
      } else {
        open = { x0: call.startNs, x1, row, calls: [call] };
        merged.push(open);
      }
    }
  }
  const errors = merged.map((box) => box.calls.filter((call) => call.errno !== undefined).length);
  return {
    lane: id,
    x0: Float64Array.from(merged, (box) => box.x0),
    x1: Float64Array.from(merged, (box) => box.x1),
    count: Uint32Array.from(merged, (box) => box.calls.length),
    errors: Uint32Array.from(errors),
    event: Float64Array.from(merged, (box) => chosen(trace, box).id),
    nr: Uint32Array.from(merged, (box) => NUMBERS.get(chosen(trace, box).name) ?? 0),
    arch: Uint32Array.from(merged, () => AUDIT_ARCH_X86_64),
    row: Uint8Array.from(merged, (box) => box.row),
    flags: Uint8Array.from(merged, (box, index) => flags(box, errors[index] ?? 0)),
  };
}

function flags(box: Merged, errors: number): number {
  const pending = box.calls.some((call) => call.durationNs === undefined);
  return (errors > 0 ? 1 : 0) | (pending ? 2 : 0) | (box.calls.every((call) => call.loader) ? 4 : 0);
}

/** The first error, else the longest. */
function chosen(trace: FakeTrace, box: Merged): FakeCall {
  const failed = box.calls.find((call) => call.errno !== undefined);
  const longest = box.calls.reduce((a, b) => (endOf(trace, b) - b.startNs > endOf(trace, a) - a.startNs ? b : a));
  return failed ?? longest;
}

export function describeCall(call: FakeCall): DescribedCall {
  const inside = call.text.slice(call.text.indexOf('(') + 1, call.text.lastIndexOf(')'));
  const names = SYSCALLS.find((row) => row.name === call.name)?.args ?? [];
  const values = inside === '' ? [] : inside.split(/, (?![^{[]*[}\]])/);
  return {
    call: {
      id: call.id,
      process: 0,
      pid: call.pid,
      thread: 0,
      tid: call.tid,
      nr: NUMBERS.get(call.name) ?? 0,
      arch: 0xc000003e,
      args: values.map((_, index) => BigInt(index)),
      ret: call.ret,
      startNs: call.startNs,
      durationNs: call.durationNs,
      fd: call.fd,
      classId: call.classId,
      description: 1,
      resource: call.resource === '' ? undefined : call.resource,
      origin: call.loader ? 1 : 0,
      stack: 1,
      ip: 0x401136n,
      enterFlags: 0,
      exitFlags: 0,
      data: call.data,
    },
    name: call.name,
    text: call.text,
    args: values.map((text, index) => ({ name: names[index]?.name ?? `arg${String(index)}`, text })),
    result: call.ret === undefined ? 'in progress' : call.text.slice(call.text.lastIndexOf(') = ') + 4),
    errno: call.errno,
  };
}

export function describeDetails(trace: FakeTrace, call: FakeCall): DescribedDetails {
  const described = describeCall(call);
  const sourceFrame = call.frames.findIndex((frame) => frame.location !== undefined);
  const of = lanesOf(trace).find((entry) => laneKeyOf(entry) === laneKey(call));
  return {
    ...described,
    details: { call: described.call, lane: of?.id ?? -1, stack: { frames: call.frames, end: 'complete' } },
    sourceFrame: sourceFrame < 0 ? undefined : sourceFrame,
    sourceProblem:
      sourceFrame < 0
        ? 'No frame of this call has debug information. Rebuild the program with -g to reach its source.'
        : undefined,
  };
}
