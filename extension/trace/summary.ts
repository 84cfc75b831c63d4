/**
 * What a trace's calls cost, grouped: calls, errors by name, bytes, durations. Pure: records in, plain data out
 * (summaryText.ts makes the tables).
 */
import type { RawCall, TraceInfo } from './engineProtocol';
import { errorOf, syscallName, syscallRow } from './describe';
import { addBlind, type BlindTallies, type BlindTotal, blindTotals } from './blind';
import { nameOf } from './export/jsonl';
import { FD_CLASSES, LostReason, Origin, WarningCode } from './gen/schema';
import { addProcessRecord, type ProcessSummaries, type ProcessSummary } from './processes';
import type { TraceRecord, TraceSource } from './source';
import { type Transfer, transfersOf } from './transfer';

export const SUMMARY_GROUPS = ['class', 'syscall', 'fd', 'path', 'process'] as const;
export type SummaryGroup = (typeof SUMMARY_GROUPS)[number];

export interface SummaryRow {
  readonly key: string;
  /** Its parts, one a group. */
  readonly keys: readonly string[];
  readonly calls: number;
  readonly errors: number;
  /** How often each error, most frequent first. */
  readonly errorsByName: readonly { readonly errno: string; readonly count: number }[];
  /** Bytes that reads brought in and writes took out. */
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** Of the calls that returned. */
  readonly totalNs: number;
  readonly meanNs: number;
  readonly p50Ns: number;
  readonly p95Ns: number;
  readonly maxNs: number;
  /** Of the recording's length; above 1 where calls overlap. */
  readonly share: number;
  readonly pending: number;
}

export interface Notice {
  readonly kind: 'lost' | 'warning';
  readonly reason: string;
  readonly count: number;
  readonly text: string;
}

export interface Summary {
  readonly info: TraceInfo;
  readonly by: readonly SummaryGroup[];
  readonly wallNs: number;
  /** Longest total time first. */
  readonly rows: readonly SummaryRow[];
  readonly total: SummaryRow;
  /** What the dynamic loader did before the program began; not in rows. */
  readonly loader: SummaryRow | undefined;
  readonly notices: readonly Notice[];
  /** What went on without system calls. */
  readonly blind: readonly BlindTotal[];
  /** If `by` has them: what each was, in order of start. */
  readonly processes: readonly ProcessSummary[];
}

interface Tally {
  calls: number;
  pending: number;
  errors: number;
  bytesRead: number;
  bytesWritten: number;
  readonly byErrno: Map<string, number>;
  durations: Float64Array;
  returned: number;
}

/** by: one group, or several, in which each row is one combination of theirs. */
export async function summarize(source: TraceSource, by: readonly SummaryGroup[]): Promise<Summary> {
  const tallies = new Map<string, { readonly keys: readonly string[]; readonly tally: Tally }>();
  const names = new Map<number, string>();
  const [total, loader] = [newTally(), newTally()];
  const notices: Notice[] = [];
  const blind: BlindTallies = new Map();
  const processes: ProcessSummaries = new Map();
  for await (const page of source.records({ data: false })) {
    for (const record of page) {
      if (record.type === 'call') addCall(record.call);
      else if (record.type === 'blind') addBlind(blind, record);
      else {
        notePlain(record, names, notices);
        addProcessRecord(processes, record);
      }
    }
  }
  function addCall(call: RawCall): void {
    if (call.origin === Origin.agent) return;
    if (call.origin === Origin.loader) {
      count(loader, call);
      for (const transfer of transfersOf(call)) countBytes(loader, transfer);
      return;
    }
    count(total, call);
    const own = tallyOf(call);
    if (own !== undefined) count(own, call);
    for (const transfer of transfersOf(call)) {
      countBytes(total, transfer);
      // What a call moved at its other descriptor belongs to that one's groups; the call itself counts once.
      const tally = transfer.at === call ? own : tallyOf({ ...call, ...transfer.at });
      if (tally !== undefined) countBytes(tally, transfer);
    }
  }
  function tallyOf(call: RawCall): Tally | undefined {
    const keys = by.flatMap((group) => keyOf(group, call, names) ?? []);
    if (keys.length < by.length) return undefined;
    const key = keys.join('\0');
    let entry = tallies.get(key);
    if (entry === undefined) tallies.set(key, (entry = { keys, tally: newTally() }));
    return entry.tally;
  }
  const wallNs = source.info.durationNs;
  const rows = [...tallies.values()].map(({ keys, tally }) => rowOf(keys, tally, wallNs));
  rows.sort((a, b) => b.totalNs - a.totalNs || b.calls - a.calls || (a.key < b.key ? -1 : 1));
  const loaderRow = loader.calls === 0 ? undefined : rowOf(['dynamic loader'], loader, wallNs);
  return {
    info: source.info,
    by,
    wallNs,
    rows,
    total: rowOf(['total'], total, wallNs),
    loader: loaderRow,
    notices: merged(notices),
    blind: blindTotals(blind),
    processes: by.includes('process') ? [...processes.values()] : [],
  };
}

/** Names of processes, and what the recording could not hold. */
function notePlain(record: TraceRecord, names: Map<number, string>, notices: Notice[]): void {
  switch (record.type) {
    case 'process':
    case 'exec':
      names.set(record.process, record.name);
      return;
    case 'lost':
      notices.push({ kind: 'lost', reason: nameOf(LostReason, record.reason), count: record.count, text: record.text });
      return;
    case 'warning':
      notices.push({ kind: 'warning', reason: nameOf(WarningCode, record.code), count: 1, text: record.text });
      return;
    case 'call':
    case 'blind':
    case 'thread':
    case 'exit':
    case 'signal':
      return;
  }
}

/** Equal notices once, with their counts added. */
function merged(notices: readonly Notice[]): Notice[] {
  const found = new Map<string, Notice>();
  for (const notice of notices) {
    const key = JSON.stringify([notice.kind, notice.reason, notice.text]);
    const before = found.get(key);
    found.set(key, before === undefined ? notice : { ...notice, count: before.count + notice.count });
  }
  return [...found.values()];
}

/** undefined: the call does not belong to any group of this kind. */
function keyOf(by: SummaryGroup, call: RawCall, names: ReadonlyMap<number, string>): string | undefined {
  switch (by) {
    case 'class':
      return FD_CLASSES[call.classId]?.id ?? 'other';
    case 'syscall':
      return syscallName(call.nr, call.arch);
    case 'fd':
      return call.fd < 0 ? undefined : `${processName(call, names)} fd ${call.fd}${resourceOf(call)}`;
    case 'path':
      return call.resource === undefined || call.resource === '' ? undefined : call.resource;
    case 'process':
      return processName(call, names);
  }
}

const processName = (call: RawCall, names: ReadonlyMap<number, string>): string =>
  `${names.get(call.process) ?? 'process'} [${call.pid}]`;
const resourceOf = (call: RawCall): string => (call.resource === undefined || call.resource === '' ? '' : ` ${call.resource}`);

function newTally(): Tally {
  const durations = new Float64Array(16);
  return { calls: 0, pending: 0, errors: 0, bytesRead: 0, bytesWritten: 0, byErrno: new Map(), durations, returned: 0 };
}

function count(tally: Tally, call: RawCall): void {
  tally.calls++;
  if (call.ret === undefined && syscallRow(call.nr, call.arch)?.ret.kind !== 'noreturn') tally.pending++;
  if (call.durationNs !== undefined) addDuration(tally, call.durationNs);
  const errno = errorOf(call);
  if (errno !== undefined) {
    tally.errors++;
    tally.byErrno.set(errno, (tally.byErrno.get(errno) ?? 0) + 1);
  }
}

function addDuration(tally: Tally, durationNs: number): void {
  if (tally.returned === tally.durations.length) {
    const larger = new Float64Array(tally.durations.length * 2);
    larger.set(tally.durations);
    tally.durations = larger;
  }
  tally.durations[tally.returned++] = durationNs;
}

function countBytes(tally: Tally, { received, sent }: Transfer): void {
  tally.bytesRead += received;
  tally.bytesWritten += sent;
}

function rowOf(keys: readonly string[], tally: Tally, wallNs: number): SummaryRow {
  const durations = tally.durations.subarray(0, tally.returned).sort();
  const totalNs = durations.reduce((sum, d) => sum + d, 0);
  const { calls, errors, bytesRead, bytesWritten, pending } = tally;
  const errorsByName = [...tally.byErrno].map(([errno, n]) => ({ errno, count: n }));
  errorsByName.sort((a, b) => b.count - a.count || (a.errno < b.errno ? -1 : 1));
  return {
    key: keys.join(' · '),
    keys,
    calls,
    errors,
    errorsByName,
    bytesRead,
    bytesWritten,
    totalNs,
    meanNs: tally.returned === 0 ? 0 : totalNs / tally.returned,
    p50Ns: percentile(durations, 0.5),
    p95Ns: percentile(durations, 0.95),
    maxNs: durations[durations.length - 1] ?? 0,
    share: wallNs > 0 ? totalNs / wallNs : 0,
    pending,
  };
}

/** The smallest value that at least this part of the sorted values does not exceed. */
export function percentile(sorted: Float64Array, part: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? 0;
}
