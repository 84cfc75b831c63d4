/**
 * What the extension host and the engine (the child process that holds the native library) say to each other, and what
 * the command line uses in one process. Plain data and types only: no I/O, no koffi, no vscode.
 *
 * Units: times are trace-relative nanoseconds as doubles (0 = the first record's time). Ids of rows are numbers
 * (exact below 2^53); raw 64-bit values (arguments, results, addresses) are bigint.
 * Source: native/schema/schema.json for every id that has a name there.
 */
import type { DescriptorRow, DescriptorSum, FilterTerm, NoticeRow, ProcessRow } from './viewProtocol';

export type TraceId = number;
export type LaneId = number;
export type EventId = number;

export interface TraceInfo {
  readonly path: string;
  readonly program: string;
  readonly argv: readonly string[];
  readonly cwd: string;
  /** recording: the tracer is alive and writing; complete: closed; interrupted: the tracer died before the end. */
  readonly state: 'recording' | 'complete' | 'interrupted';
  readonly startRealtimeMs: number;
  /** Time of the newest record. */
  readonly durationNs: number;
  readonly events: number;
  readonly errors: number;
  readonly pending: number;
  readonly lost: number;
  readonly processes: number;
  readonly threads: number;
  /** Calibrated cost of one ptrace stop: durations below it are the tracer's own. */
  readonly stopCostNs: number;
  readonly tracerPid: number;
  /** The tracer's control socket, while it records. */
  readonly controlPath: string | undefined;
  /** What is wrong with the file itself, in whole sentences. */
  readonly damage: readonly string[];
  /** The damage, an interruption, and what the recording's lost and warning rows say, in whole sentences. */
  readonly problems: readonly string[];
  /** Grows with every change that a refresh saw: a view that has this revision is current. */
  readonly revision: number;
}

/** What a lane is; in the order of `enum syscope_group`. */
export const LANE_GROUPS = ['fd', 'thread', 'resource'] as const;
export type LaneGroup = (typeof LANE_GROUPS)[number];

/**
 * One row of the timeline within a pane. By `fd`: a descriptor of a process, or its calls by path; by `thread`; by
 * `resource`: what descriptors are of, in whichever process. A call without a descriptor is on its thread's lane in any case.
 */
export interface Lane {
  readonly id: LaneId;
  readonly classId: number;
  /** -1: any (a resource's lane). */
  readonly process: number;
  readonly pid: number;
  readonly processName: string;
  /** -1: calls by path that gave no descriptor, or the lane is no descriptor's. */
  readonly fd: number;
  /** -1: the lane is no thread's. */
  readonly thread: number;
  readonly tid: number;
  /** The newest generation's resource. */
  readonly resource: string;
  readonly events: number;
  readonly errors: number;
  /** How many of `events` and `errors` are the loader's or the agent's: with those hidden, a lane of only such has nothing to show. */
  readonly helperEvents: number;
  readonly helperErrors: number;
  readonly busyNs: number;
  readonly firstNs: number;
  readonly lastNs: number;
  /** What the number referred to over time; endNs of one still open is Infinity. */
  readonly generations: readonly { readonly startNs: number; readonly endNs: number; readonly resource: string }[];
}

/**
 * Boxes of one lane between t0 and t1, merged so that no two share a pixel: struct of arrays, sorted by x0 within a row.
 * A box with count 1 is one event. Flags: bit 0 has an error, bit 1 in progress (x1 is the trace's end), bit 2 loader or agent.
 */
export interface Boxes {
  readonly lane: LaneId;
  readonly x0: Float64Array;
  readonly x1: Float64Array;
  readonly count: Uint32Array;
  readonly errors: Uint32Array;
  /** The event that a click selects: the first error, else the longest. */
  readonly event: Float64Array;
  /** Syscall number of that event, and the architecture that it is a number of (AUDIT_ARCH_*). */
  readonly nr: Uint32Array;
  readonly arch: Uint32Array;
  /** Stacking row 0..3 of overlapping calls; 4 = "×n" overflow. */
  readonly row: Uint8Array;
  readonly flags: Uint8Array;
}

export interface BoxQuery {
  readonly lanes: readonly LaneId[];
  readonly t0: number;
  readonly t1: number;
  readonly pixels: number;
  /** Loader and agent calls too. */
  readonly loader: boolean;
  /** Of which grouping the lanes are; `fd` unless said. */
  readonly group?: LaneGroup;
  /** Only calls that fit one of these belong to the lanes, whose numbers are those of this filter. */
  readonly filter?: readonly FilterTerm[];
}

/** Bytes that crossed the boundary for one argument. */
export interface CopiedData {
  readonly direction: 'in' | 'out';
  readonly arg: number;
  readonly address: bigint;
  readonly full: number;
  readonly bytes: Uint8Array;
  readonly errno: number;
}

/** One system call, raw: everything that `trace/describe` needs to write its line. */
export interface RawCall {
  readonly id: EventId;
  readonly process: number;
  readonly pid: number;
  readonly thread: number;
  readonly tid: number;
  readonly nr: number;
  readonly arch: number;
  readonly args: readonly bigint[];
  /** undefined: unfinished (in progress, or the thread died in it). */
  readonly ret: bigint | undefined;
  readonly startNs: number;
  /** resumed -> exit; undefined while in progress. */
  readonly durationNs: number | undefined;
  readonly fd: number;
  readonly classId: number;
  readonly description: number;
  readonly resource: string | undefined;
  readonly origin: number;
  readonly stack: number;
  readonly ip: bigint;
  readonly enterFlags: number;
  readonly exitFlags: number;
  readonly data: readonly CopiedData[];
  /** Further descriptors that it concerns, in the order in which it names them; absent: none. */
  readonly ties?: readonly Tie[] | undefined;
}

/** What a number referred to when a call used it. */
export interface Descriptor {
  readonly fd: number;
  readonly classId: number;
  readonly description: number;
  readonly resource: string | undefined;
}

/** A further descriptor of a call, and what for. */
export interface Tie extends Descriptor {
  /** A value of TieRole (gen/schema.ts); of `more` the descriptor is none. */
  readonly role: number;
  /** Bytes (`read`, `written`), or how many descriptors are left out (`more`). */
  readonly count: number;
}

export interface SourceLocation {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}
export interface ResolvedFrame {
  readonly address: bigint;
  readonly module: string;
  readonly buildId: string;
  readonly offset: bigint;
  readonly function: string | undefined;
  readonly location: SourceLocation | undefined;
  readonly inlined: boolean;
  readonly guess: boolean;
  readonly signal: boolean;
  /** Why there is no location. */
  readonly missing: 'no-debug-info' | 'no-module' | 'module-changed' | undefined;
  /** sha256 of the source file when the trace ended, if known; and its mtime in ms. */
  readonly sourceHash: string | undefined;
  readonly sourceMtimeMs: number | undefined;
  /** mtime of the module (program or library) in ms. */
  readonly moduleMtimeMs: number | undefined;
}
export interface ResolvedStack {
  readonly frames: readonly ResolvedFrame[];
  readonly end: 'complete' | 'limit' | 'no-cfi' | 'unreadable' | 'guess';
}

export interface EventDetails {
  readonly call: RawCall;
  readonly lane: LaneId;
  readonly stack: ResolvedStack | undefined;
}

export interface ProcessInfo {
  readonly index: number;
  readonly pid: number;
  readonly ppid: number;
  readonly name: string;
  readonly threads: readonly { readonly index: number; readonly tid: number; readonly name: string; readonly ended: boolean }[];
  readonly exitStatus: number | undefined;
}

/** Which lanes are meant: `fd` unless said, of every call unless said. */
export interface LaneSet {
  readonly group?: LaneGroup | undefined;
  readonly filter?: readonly FilterTerm[] | undefined;
}

/** Requests by name: [parameters, result]. Every request carries the trace it is about, but open. */
export interface EngineRequests {
  open: [{ path: string }, { trace: TraceId; info: TraceInfo }];
  close: [{ trace: TraceId }, undefined];
  /** Takes in what was written since; cheap when nothing was. */
  refresh: [{ trace: TraceId }, TraceInfo];
  lanes: [{ trace: TraceId } & LaneSet, readonly Lane[]];
  boxes: [{ trace: TraceId; query: BoxQuery }, readonly Boxes[]];
  /** `lane` is of the group and the filter; -1 if the call does not fit. */
  details: [{ trace: TraceId; event: EventId } & LaneSet, EventDetails];
  /** A page of events in order of start, newest id first to last; classes: a bit set of class ids to leave out. */
  events: [
    { trace: TraceId; first: number; count: number; hidden: number; loader: boolean; filter?: readonly FilterTerm[] },
    { total: number; calls: readonly RawCall[] },
  ];
  /** The neighbour of an event on its lane: direction -1 or 1. undefined at the end. */
  neighbour: [{ trace: TraceId; event: EventId; direction: -1 | 1 } & LaneSet, EventId | undefined];
  processes: [{ trace: TraceId }, readonly ProcessInfo[]];
  /** For the views: `count` of the processes below one, or of those below none, from the Nth on, and how many there are. */
  processChildren: [
    { trace: TraceId; parent: number | undefined; first: number; count: number },
    { total: number; processes: readonly ProcessRow[] },
  ];
  /** By number; those that are not there are left out. */
  processRows: [{ trace: TraceId; processes: readonly number[] }, readonly ProcessRow[]];
  /** Of the processes named, or of all (none named): the classes that there are. */
  descriptorSums: [{ trace: TraceId; processes: readonly number[] }, readonly DescriptorSum[]];
  /** Those of a class in the order in which they appeared. */
  descriptors: [
    { trace: TraceId; processes: readonly number[]; classId: number; first: number; count: number },
    readonly DescriptorRow[],
  ];
  /** Blind spots first. */
  notices: [{ trace: TraceId }, readonly NoticeRow[]];
  /** The call in which a thread is now, if any (debug adapter). */
  pending: [{ trace: TraceId; tid: number }, EventId | undefined];
}
export type EngineRequest = keyof EngineRequests;
