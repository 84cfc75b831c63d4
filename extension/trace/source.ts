/**
 * What exports and summaries read: a trace as pages of records in order of start. `extension/engine/source.ts` implements it
 * on the native library; tests implement it on arrays. Types, and names of groups: no I/O, no koffi, no vscode.
 *
 * Units: times are trace-relative nanoseconds as doubles. `seq` is the tracer's sequence number, as a double: it orders records
 * across kinds and threads. Process and thread numbers are trace indices, never reused; pids and tids are attributes.
 */
import type { Descriptor, EventId, RawCall, ResolvedStack, TraceInfo } from './engineProtocol';

/** What a call moved at one of its descriptors: bytes, 0 at the end of a file. */
export interface Transfer {
  readonly at: Descriptor;
  readonly received: number;
  readonly sent: number;
}

/** A system call, placed by its entry. */
export interface CallRecord {
  readonly type: 'call';
  readonly seq: number;
  /** The exit record's sequence number; undefined while unfinished. */
  readonly endSeq: number | undefined;
  readonly call: RawCall;
  /** At its descriptor and, between two, at the other one; by what the table of system calls says that it moves. */
  readonly transfers: readonly Transfer[];
}

export interface ProcessRecord {
  readonly type: 'process';
  readonly seq: number;
  readonly timeNs: number;
  readonly process: number;
  readonly pid: number;
  readonly ppid: number;
  /** The parent's index, if it was traced. */
  readonly parent: number | undefined;
  readonly name: string;
  /** Bits of ProcessFlag (gen/schema.ts). */
  readonly flags: number;
  /** Its ids from the tracer's pid namespace to its own, if there is more than one. */
  readonly nsPids: readonly number[];
  /** Of a process that ran before: when it was started (negative: before the trace), its command line, its directory. */
  readonly startedNs: number | undefined;
  readonly argv: readonly string[];
  readonly cwd: string | undefined;
}

export interface ThreadRecord {
  readonly type: 'thread';
  readonly seq: number;
  readonly timeNs: number;
  readonly process: number;
  readonly pid: number;
  readonly thread: number;
  readonly tid: number;
  readonly name: string;
}

/** A successful exec. `event` is the execve call that did it; undefined if that was not recorded. */
export interface ExecRecord {
  readonly type: 'exec';
  readonly seq: number;
  readonly timeNs: number;
  readonly process: number;
  readonly pid: number;
  readonly thread: number;
  /** As after the exec: the process's pid. */
  readonly tid: number;
  readonly event: EventId | undefined;
  readonly path: string;
  readonly name: string;
  readonly argv: readonly string[];
  /** The command line was longer than what was kept of it. */
  readonly argvCut: boolean;
  readonly cwd: string | undefined;
}

/**
 * The end of a thread or of a process, with its wait status (waitpid(2)). Resource use is a process's, as wait4(2) gives it: with
 * that of children that it waited for, whose part is in children*Us (to a clock tick).
 */
export interface ExitRecord {
  readonly type: 'exit';
  readonly seq: number;
  readonly timeNs: number;
  readonly scope: 'thread' | 'process';
  readonly process: number;
  readonly pid: number;
  readonly thread: number;
  readonly tid: number;
  readonly status: number;
  readonly userUs: number;
  readonly systemUs: number;
  readonly maxRssKb: number;
  /** A value of ExitCause (gen/schema.ts). */
  readonly cause: number;
  /** Who sent the fatal signal; undefined: unknown. */
  readonly sender: number | undefined;
  /** The call that ended it: its own exit, its process's exit_group, another thread's exec. */
  readonly event: EventId | undefined;
  readonly minorFaults: number;
  readonly majorFaults: number;
  readonly voluntarySwitches: number;
  readonly involuntarySwitches: number;
  readonly blocksIn: number;
  readonly blocksOut: number;
  readonly childrenUserUs: number;
  readonly childrenSystemUs: number;
}

/** A signal delivered to a thread; the fields are those of the schema's `signal` kind. */
export interface SignalRecord {
  readonly type: 'signal';
  readonly seq: number;
  readonly timeNs: number;
  readonly process: number;
  readonly pid: number;
  readonly thread: number;
  readonly tid: number;
  readonly signo: number;
  readonly code: number;
  readonly sender: number;
  readonly uid: number;
  readonly address: bigint;
  /** Bits of SignalFlag (gen/schema.ts). */
  readonly flags: number;
  readonly status: number;
  readonly utime: bigint;
  readonly stime: bigint;
  readonly errno: number;
  readonly value: bigint;
}

/** Activity that no system call shows. */
export interface BlindRecord {
  readonly type: 'blind';
  readonly seq: number;
  readonly timeNs: number;
  readonly pid: number;
  readonly tid: number;
  /** A value of BlindReason (gen/schema.ts). */
  readonly reason: number;
  /** Records of one reason add up; 0: how often can't be known. */
  readonly count: number;
  /** A whole sentence; of a submission or a mapping empty (blind.ts makes it). */
  readonly text: string;
  /** The call that it came with. */
  readonly event: EventId | undefined;
  /** What was asked for through memory, or is written through memory. */
  readonly subject: BlindSubject | undefined;
}

/** A submission of io_uring or Linux AIO, or a shared writable mapping. */
export interface BlindSubject {
  /** A number of submissions.json's io_uring or linux_aio; 0 of a mapping. */
  readonly op: number;
  /** -1: none. With fixed: an index of the ring's registered files. */
  readonly fd: number;
  readonly fixed: boolean;
  readonly classId: number;
  readonly description: number;
  readonly resource: string | undefined;
  /** Bytes to transfer or mapped; 0: none, or not known. */
  readonly length: number;
  /** In the file; -1: at its own position. */
  readonly offset: bigint;
  /** Whether the kernel took it isn't known: the call that hands it over did not return. */
  readonly unconfirmed: boolean;
}

/** Events or bytes that were not recorded. */
export interface LostRecord {
  readonly type: 'lost';
  readonly seq: number;
  readonly timeNs: number;
  /** A value of LostReason (gen/schema.ts). */
  readonly reason: number;
  readonly count: number;
  readonly text: string;
}

export interface WarningRecord {
  readonly type: 'warning';
  readonly seq: number;
  readonly timeNs: number;
  readonly pid: number | undefined;
  readonly tid: number | undefined;
  readonly event: EventId | undefined;
  /** A value of WarningCode (gen/schema.ts). */
  readonly code: number;
  readonly text: string;
}

export type TraceRecord =
  CallRecord | ProcessRecord | ThreadRecord | ExecRecord | ExitRecord | SignalRecord | BlindRecord | LostRecord | WarningRecord;

/** Rows of a summary: in plain numbers, as they were counted. */
export interface SummedCalls {
  /** Its parts, one a group. */
  readonly keys: readonly string[];
  readonly calls: number;
  readonly pending: number;
  /** How often each error, by its number. */
  readonly errors: ReadonlyMap<number, number>;
  readonly received: number;
  readonly sent: number;
  /** How many have a duration. */
  readonly returned: number;
  readonly totalNs: number;
  /** Values that occur; of more than 16,384 calls at most 0.1 % above the exact ones. */
  readonly p50Ns: number;
  readonly p95Ns: number;
  readonly maxNs: number;
}
export interface SummedTrace {
  /** The recording's length. */
  readonly durationNs: number;
  readonly total: SummedCalls;
  readonly loader: SummedCalls;
  readonly groups: readonly SummedCalls[];
}

/** By what calls are grouped; in the order of `enum syscope_by`. */
export const SUMMARY_GROUPS = ['class', 'syscall', 'fd', 'path', 'process'] as const;
export type SummaryGroup = (typeof SUMMARY_GROUPS)[number];

export interface RecordQuery {
  /** false: every record but the calls. */
  readonly calls?: boolean;
  /** With the copied bytes of each call (`RawCall.data`); without, data is empty and reading is quicker. */
  readonly data: boolean;
}

/** A stack's frames have other addresses in each process, and after each exec. */
export interface StackOf {
  readonly process: number;
  readonly stack: number;
  /** Of the call that it is asked for; absent: as it is now. */
  readonly seq?: number;
}

/** What a description is, as far as is known by then. */
export interface DescriptionFacts {
  readonly classId: number;
  /** A path, "pipe:[123]", "tcp 127.0.0.1:1 -> 127.0.0.1:2", "eventfd". */
  readonly name: string;
  /** The other end's description; 0: none that is known. */
  readonly peer: number;
  readonly inode: bigint;
}

/** What numbers refer to as a reader goes through a trace in order. */
export interface DescriptorHistory {
  /** Takes in what changed before this sequence number; it never goes back. */
  advance(seq: number): void;
  /** The description of a thread's number; 0: it is not open, as far as is known. */
  descriptionOf(process: number, thread: number, fd: number): number;
  facts(description: number): DescriptionFacts | undefined;
}

/** An open trace. What is there when reading starts is what is read, also of one that is still being recorded. */
export interface TraceSource {
  readonly info: TraceInfo;
  /**
   * Every record in order of `seq`, in pages of some hundreds. A page and its calls are the reader's only until it asks for the
   * next one: then their memory is used again.
   */
  records(query: RecordQuery): AsyncIterable<readonly TraceRecord[]>;
  /** Stacks of the trace in these processes, symbolised as far as the trace or the program's files allow. */
  stacks(calls: readonly StackOf[]): Promise<readonly (ResolvedStack | undefined)[]>;
  /** From the beginning on; each has its own place in the trace. */
  descriptors(): DescriptorHistory;
  /** All calls summed up. The agent's are left out; the loader's are in `loader` alone. */
  summary(by: readonly SummaryGroup[]): Promise<SummedTrace>;
  close(): Promise<void>;
}
