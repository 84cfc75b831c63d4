/**
 * What a trace's calls cost, grouped: calls, errors by name, bytes, durations. The sums come from the trace's source. Pure: plain
 * data in, plain data out (summaryText.ts makes the tables).
 */
import type { TraceInfo } from './engineProtocol';
import { addBlind, type BlindTallies, type BlindTotal, blindTotals } from './blind';
import { errorName } from './describe';
import { nameOf } from './export/jsonl';
import { LostReason, WarningCode } from './gen/schema';
import { addProcessRecord, type ProcessSummaries, type ProcessSummary } from './processes';
import type { SummaryGroup, SummedCalls, TraceRecord, TraceSource } from './source';

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

/** by: one group, or several, in which each row is one combination of theirs. */
export async function summarize(source: TraceSource, by: readonly SummaryGroup[]): Promise<Summary> {
  const { durationNs, total, loader, groups } = await source.summary(by);
  const notices: Notice[] = [];
  const blind: BlindTallies = new Map();
  const processes: ProcessSummaries = new Map();
  for await (const page of source.records({ calls: false, data: false })) {
    for (const record of page) {
      if (record.type === 'blind') addBlind(blind, record);
      else {
        notePlain(record, notices);
        addProcessRecord(processes, record);
      }
    }
  }
  const rows = groups.map((group) => rowOf(group.keys, group, durationNs));
  rows.sort((a, b) => b.totalNs - a.totalNs || b.calls - a.calls || (a.key < b.key ? -1 : 1));
  return {
    info: source.info,
    by,
    wallNs: durationNs,
    rows,
    total: rowOf(['total'], total, durationNs),
    loader: loader.calls === 0 ? undefined : rowOf(['dynamic loader'], loader, durationNs),
    notices: merged(notices),
    blind: blindTotals(blind),
    processes: by.includes('process') ? [...processes.values()] : [],
  };
}

/** What the recording could not hold. */
function notePlain(record: TraceRecord, notices: Notice[]): void {
  switch (record.type) {
    case 'lost':
      notices.push({ kind: 'lost', reason: nameOf(LostReason, record.reason), count: record.count, text: record.text });
      return;
    case 'warning':
      notices.push({ kind: 'warning', reason: nameOf(WarningCode, record.code), count: 1, text: record.text });
      return;
    case 'call':
    case 'blind':
    case 'process':
    case 'exec':
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

function rowOf(keys: readonly string[], sums: SummedCalls, wallNs: number): SummaryRow {
  const errorsByName = [...sums.errors].map(([number, count]) => ({ errno: errorName(number), count }));
  errorsByName.sort((a, b) => b.count - a.count || (a.errno < b.errno ? -1 : 1));
  return {
    key: keys.join(' · '),
    keys,
    calls: sums.calls,
    errors: errorsByName.reduce((sum, { count }) => sum + count, 0),
    errorsByName,
    bytesRead: sums.received,
    bytesWritten: sums.sent,
    totalNs: sums.totalNs,
    meanNs: sums.returned === 0 ? 0 : sums.totalNs / sums.returned,
    p50Ns: sums.p50Ns,
    p95Ns: sums.p95Ns,
    maxNs: sums.maxNs,
    share: wallNs > 0 ? sums.totalNs / wallNs : 0,
    pending: sums.pending,
  };
}
