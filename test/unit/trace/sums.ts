/**
 * A trace's sums, counted one call at a time with exact percentiles: what a source in memory gives to summaries, and what the
 * library's own sums are held against.
 */
import { syscallName, syscallRow } from '../../../extension/trace/describe';
import type { Descriptor, RawCall } from '../../../extension/trace/engineProtocol';
import { FD_CLASSES, Origin, TieRole } from '../../../extension/trace/gen/schema';
import type { SummaryGroup, SummedCalls, SummedTrace, TraceRecord, Transfer } from '../../../extension/trace/source';

const BUFFERS: ReadonlySet<string> = new Set(['buf', 'iovec', 'msghdr']);

/** What its ties or the table of system calls say that a call moved; `other`: its other descriptor. */
export function transfersOf(call: RawCall, other: Descriptor | undefined): readonly Transfer[] {
  const row = syscallRow(call.nr, call.arch);
  if (call.ret === undefined || call.ret < 0n || call.fd < 0) return [];
  const told = call.ties?.filter(({ role }) => role === TieRole.read || role === TieRole.written) ?? [];
  if (told.length > 0) return told.map((tie) => (tie.role === TieRole.read ? at(tie, tie.count, 0) : at(tie, 0, tie.count)));
  if (row?.touch !== 'fd' || row.ret.kind !== 'bytes') return [];
  const size = Number(call.ret);
  const direction = row.args.find((arg) => BUFFERS.has(arg.kind))?.direction;
  if (direction === 'out') return [at(call, size, 0)];
  if (direction === 'in') return [at(call, 0, size)];
  const form = row.args.find((arg) => arg.form === 'from' || arg.form === 'to')?.form;
  if (form === undefined) return [];
  const [here, there] = form === 'from' ? [at(call, size, 0), [0, size]] : [at(call, 0, size), [size, 0]];
  return other === undefined ? [here] : [here, at(other, there[0]!, there[1]!)];
}

const at = (where: Descriptor, received: number, sent: number): Transfer => ({ at: where, received, sent });

interface Tally {
  readonly keys: readonly string[];
  calls: number;
  pending: number;
  received: number;
  sent: number;
  readonly errors: Map<number, number>;
  readonly durations: number[];
}

export function sumUp(records: Iterable<TraceRecord>, durationNs: number, by: readonly SummaryGroup[]): SummedTrace {
  const tallies = new Map<string, Tally>();
  const names = new Map<number, string>();
  const [total, loader] = [newTally([]), newTally([])];
  const tallyOf = (call: RawCall): Tally | undefined => {
    const keys = by.flatMap((group) => keyOf(group, call, names) ?? []);
    if (keys.length < by.length) return undefined;
    const key = keys.join('\0');
    let tally = tallies.get(key);
    if (tally === undefined) tallies.set(key, (tally = newTally(keys)));
    return tally;
  };
  for (const record of records) {
    if (record.type === 'process' || record.type === 'exec') names.set(record.process, record.name);
    if (record.type !== 'call' || record.call.origin === Origin.agent) continue;
    const { call, transfers } = record;
    const all = call.origin === Origin.loader ? loader : total;
    count(all, call);
    for (const transfer of transfers) countBytes(all, transfer);
    if (all === loader) continue;
    const own = tallyOf(call);
    if (own !== undefined) count(own, call);
    for (const transfer of transfers) {
      const tally = transfer === transfers[0] ? own : tallyOf({ ...call, ...transfer.at });
      if (tally !== undefined) countBytes(tally, transfer);
    }
  }
  return { durationNs, total: summed(total), loader: summed(loader), groups: [...tallies.values()].map(summed) };
}

function keyOf(by: SummaryGroup, call: RawCall, names: ReadonlyMap<number, string>): string | undefined {
  const process = `${names.get(call.process) ?? 'process'} [${call.pid}]`;
  switch (by) {
    case 'class':
      return FD_CLASSES[call.classId]?.id ?? 'other';
    case 'syscall':
      return syscallName(call.nr, call.arch);
    case 'fd':
      return call.fd < 0 ? undefined : `${process} fd ${call.fd}${call.resource === undefined ? '' : ` ${call.resource}`}`;
    case 'path':
      return call.resource === '' ? undefined : call.resource;
    case 'process':
      return process;
  }
}

const newTally = (keys: readonly string[]): Tally => ({
  keys,
  calls: 0,
  pending: 0,
  received: 0,
  sent: 0,
  errors: new Map(),
  durations: [],
});

function count(tally: Tally, call: RawCall): void {
  tally.calls++;
  if (call.ret === undefined && syscallRow(call.nr, call.arch)?.ret.kind !== 'noreturn') tally.pending++;
  if (call.durationNs !== undefined) tally.durations.push(call.durationNs);
  const errno = call.ret !== undefined && call.ret < 0n && call.ret >= -4095n ? -Number(call.ret) : 0;
  const isRestart = [512, 513, 514, 516].includes(errno);
  if (errno !== 0 && !isRestart) tally.errors.set(errno, (tally.errors.get(errno) ?? 0) + 1);
}

function countBytes(tally: Tally, { received, sent }: Transfer): void {
  tally.received += received;
  tally.sent += sent;
}

function summed({ durations, ...tally }: Tally): SummedCalls {
  const sorted = durations.sort((a, b) => a - b);
  return {
    ...tally,
    returned: sorted.length,
    totalNs: sorted.reduce((sum, duration) => sum + duration, 0),
    p50Ns: percentile(sorted, 0.5),
    p95Ns: percentile(sorted, 0.95),
    maxNs: sorted.at(-1) ?? 0,
  };
}

/** The smallest value that at least this part of the sorted values does not exceed. */
export function percentile(sorted: readonly number[], part: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? 0;
}
