/**
 * The sums that the library made of a trace's calls, as plain data.
 * What must not live here: how a summary reads (trace/summary.ts).
 */
import type { SummaryGroup, SummedCalls, SummedTrace } from '../trace/source';
import { SummaryBy, SummaryColumn } from './abi';
import type { TraceFile } from './traceFile';

/** Rows before the groups. */
const [TOTAL, LOADER, FIRST_GROUP] = [0, 1, 2];

/** Goes through the whole trace. Throws with a whole sentence if it can't be read. */
export function readSummary(file: TraceFile, by: readonly SummaryGroup[]): SummedTrace {
  const duration = new Float64Array(1);
  const ids = Uint8Array.from(by, (group) => SummaryBy[group]);
  const count = file.native.summary(file.id, ids, ids.length, duration);
  if (count < 0) throw new Error(`The calls of the trace ${file.path} can't be summed up (error ${-count}).`);
  const numbers = new Float64Array(count * SummaryColumn.columns);
  file.native.summaryRows(file.id, 0, count, numbers);
  const rows = Array.from({ length: count }, (_, row) => summedRow(file, numbers, row));
  return { durationNs: duration[0]!, total: rows[TOTAL]!, loader: rows[LOADER]!, groups: rows.slice(FIRST_GROUP) };
}

function summedRow(file: TraceFile, numbers: Float64Array, row: number): SummedCalls {
  const at = (column: number): number => numbers[row * SummaryColumn.columns + column]!;
  const key = Buffer.alloc(at(SummaryColumn.keyBytes));
  const errors = new Uint32Array(at(SummaryColumn.errorKinds) * 2);
  file.native.summaryTexts(file.id, row, key, errors);
  return {
    keys: key.length === 0 ? [] : key.toString('utf8', 0, key.length - 1).split('\0'),
    calls: at(SummaryColumn.calls),
    pending: at(SummaryColumn.pending),
    errors: new Map(Array.from({ length: errors.length / 2 }, (_, i) => [errors[2 * i]!, errors[2 * i + 1]!])),
    received: at(SummaryColumn.received),
    sent: at(SummaryColumn.sent),
    returned: at(SummaryColumn.returned),
    totalNs: at(SummaryColumn.total),
    p50Ns: at(SummaryColumn.p50),
    p95Ns: at(SummaryColumn.p95),
    maxNs: at(SummaryColumn.max),
  };
}
