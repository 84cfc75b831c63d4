/** Small lanes and boxes for the layout and hit tests. */
import type { Boxes, Lane, TraceInfo } from '../../../extension/trace/engineProtocol';
import { AUDIT_ARCH_X86_64 } from '../../../extension/trace/syscallTable';

export function makeLane(id: number, change: Partial<Lane> = {}): Lane {
  return {
    id,
    classId: 1,
    process: 0,
    pid: 100,
    processName: 'cat',
    fd: id,
    thread: -1,
    tid: 100,
    resource: `/tmp/file-${String(id)}`,
    events: 10,
    errors: 0,
    helperEvents: 0,
    helperErrors: 0,
    busyNs: 100,
    firstNs: 0,
    lastNs: 1000,
    generations: [{ startNs: 0, endNs: Infinity, resource: `/tmp/file-${String(id)}` }],
    ...change,
  };
}

export interface BoxSpec {
  readonly x0: number;
  readonly x1: number;
  readonly row?: number;
  readonly count?: number;
  readonly errors?: number;
  readonly flags?: number;
  readonly event?: number;
}

export function makeBoxes(lane: number, specs: readonly BoxSpec[]): Boxes {
  return {
    lane,
    x0: Float64Array.from(specs, (spec) => spec.x0),
    x1: Float64Array.from(specs, (spec) => spec.x1),
    count: Uint32Array.from(specs, (spec) => spec.count ?? 1),
    errors: Uint32Array.from(specs, (spec) => spec.errors ?? 0),
    event: Float64Array.from(specs, (spec, index) => spec.event ?? lane * 1000 + index),
    nr: Uint32Array.from(specs, () => 1),
    arch: Uint32Array.from(specs, () => AUDIT_ARCH_X86_64),
    row: Uint8Array.from(specs, (spec) => spec.row ?? 0),
    flags: Uint8Array.from(specs, (spec) => spec.flags ?? 0),
  };
}

export function makeInfo(change: Partial<TraceInfo> = {}): TraceInfo {
  return {
    path: '/tmp/a.syscope',
    program: '/bin/cat',
    argv: ['cat'],
    cwd: '/',
    state: 'complete',
    startRealtimeMs: 0,
    durationNs: 1_000_000,
    events: 10,
    errors: 0,
    pending: 0,
    lost: 0,
    processes: 1,
    threads: 1,
    stopCostNs: 0,
    tracerPid: 1,
    controlPath: undefined,
    damage: [],
    problems: [],
    revision: 1,
    ...change,
  };
}
