/**
 * The blind-spot ledger: what went on in a trace without system calls, in words and in totals. Pure: records in, plain data out.
 * What must not live here: reading rows (engine), tables and JSON (summaryText.ts).
 */
import { BlindReason, FD_CLASSES } from './gen/schema';
import { AIO_OPS, URING_OPS } from './gen/submissions';
import type { BlindRecord, BlindSubject } from './source';

/** Records of this reason say what they are about. */
export function isSubject(reason: number): boolean {
  return reason === BlindReason.ioUringOp || reason === BlindReason.linuxAioOp || reason === BlindReason.sharedMapping;
}

/** "IORING_OP_READ"; undefined of what is no submission. */
export function blindOp(record: BlindRecord): string | undefined {
  if (record.subject === undefined || record.reason === BlindReason.sharedMapping) return undefined;
  const [names, prefix] = record.reason === BlindReason.ioUringOp ? [URING_OPS, 'IORING_OP'] : [AIO_OPS, 'IOCB_CMD'];
  return names.get(record.subject.op) ?? `${prefix}_${record.subject.op}`;
}

const className = (classId: number): string => FD_CLASSES[classId]?.id ?? 'other';

/** One record as a sentence. */
export function blindText(record: BlindRecord): string {
  const { subject } = record;
  if (record.text !== '' || subject === undefined) return record.text;
  const where = placeText(subject);
  if (record.reason === BlindReason.sharedMapping)
    return `${byteCount(subject.length)} of ${where === '' ? 'a file' : where} mapped shared and writable: what is written there is not seen.`;
  const length = subject.length > 0 ? ` ${byteCount(subject.length)}` : '';
  const unconfirmed = subject.unconfirmed ? ' (the call that submits it did not return)' : '';
  return `${blindOp(record) ?? 'submission'}${length}${where === '' ? '' : ` on ${where}`}${unconfirmed}`;
}

/** "fd 5 /tmp/x", "registered file 2". */
function placeText({ fd, fixed, resource }: BlindSubject): string {
  const number = fd < 0 ? '' : `${fixed ? 'registered file' : 'fd'} ${fd}`;
  return [number, resource ?? ''].filter((part) => part !== '').join(' ');
}

const byteCount = (count: number): string => `${count} ${count === 1 ? 'byte' : 'bytes'}`;

/** Records of one reason, and of submissions of one operation on one class, together. */
export interface BlindTotal {
  /** A name of BlindReason. */
  readonly reason: string;
  readonly op?: string;
  readonly fdClass?: string;
  readonly count: number;
  /** True: it went on, and how often can't be known. */
  readonly uncounted: boolean;
  readonly bytes: number;
  readonly processes: number;
}

interface Tally {
  readonly reason: number;
  readonly op: string | undefined;
  readonly fdClass: string | undefined;
  count: number;
  bytes: number;
  uncounted: boolean;
  readonly pids: Set<number>;
}
export type BlindTallies = Map<string, Tally>;

export function addBlind(tallies: BlindTallies, record: BlindRecord): void {
  const op = blindOp(record);
  const fdClass = record.subject === undefined ? undefined : className(record.subject.classId);
  const key = `${record.reason} ${op ?? ''} ${fdClass ?? ''}`;
  let tally = tallies.get(key);
  if (tally === undefined) {
    tally = { reason: record.reason, op, fdClass, count: 0, bytes: 0, uncounted: false, pids: new Set() };
    tallies.set(key, tally);
  }
  tally.count += record.count;
  tally.bytes += record.subject?.length ?? 0;
  tally.uncounted ||= record.count === 0;
  tally.pids.add(record.pid);
}

const REASON_NAMES = new Map<number, string>(Object.entries(BlindReason).map(([name, value]) => [value, name]));

/** By reason, most frequent first within one. */
export function blindTotals(tallies: BlindTallies): BlindTotal[] {
  const sorted = [...tallies.values()].sort((a, b) => a.reason - b.reason || b.count - a.count);
  return sorted.map(({ reason, op, fdClass, count, uncounted, bytes, pids }) => ({
    reason: REASON_NAMES.get(reason) ?? String(reason),
    ...(op === undefined ? {} : { op }),
    ...(fdClass === undefined ? {} : { fdClass }),
    count,
    uncounted,
    bytes,
    processes: pids.size,
  }));
}

/** What each reason is called; undefined text of a reason that a later version wrote is its name. */
const TITLES: Readonly<Record<string, (count: string, processes: string) => string>> = {
  ioUring: (count) => `io_uring: ${count} set up; what is asked for through a ring makes no system call of its own`,
  ioUringOp: (count) => `io_uring: ${count} submitted`,
  ioUringPolled: () => 'io_uring: the kernel polls a ring (SQPOLL): what is submitted there is neither seen nor counted',
  unread: (count) => `${count} submitted to io_uring or Linux AIO that could not be read`,
  sharedMapping: (count) => `${count} mapped shared and writable: what is written through memory is not seen`,
  linuxAio: (count) => `Linux AIO: ${count} set up`,
  linuxAioOp: (count) => `Linux AIO: ${count} submitted`,
  compatCode: (count, processes) => `32-bit code: ${count} of it in ${processes}`,
  vdsoTime: (_, processes) => `${processes}: time calls through the vDSO are not seen`,
};
const UNITS: Readonly<Record<string, readonly [string, string]>> = {
  ioUring: ['ring', 'rings'],
  ioUringOp: ['operation', 'operations'],
  unread: ['operation', 'operations'],
  sharedMapping: ['file range', 'file ranges'],
  linuxAio: ['context', 'contexts'],
  linuxAioOp: ['operation', 'operations'],
  compatCode: ['system call', 'system calls'],
};

const plural = (count: number, [one, many]: readonly [string, string]): string => `${count} ${count === 1 ? one : many}`;

/** One line a reason: "io_uring: 12 operations submitted (IORING_OP_READ on file 8, 32768 bytes; …)". */
export function blindLines(totals: readonly BlindTotal[]): string[] {
  const reasons = [...new Set(totals.map((total) => total.reason))];
  return reasons.map((reason) => {
    const own = totals.filter((total) => total.reason === reason);
    const count = own.reduce((sum, total) => sum + total.count, 0);
    const processes = plural(Math.max(...own.map((total) => total.processes)), ['process', 'processes']);
    const title =
      TITLES[reason]?.(plural(count, UNITS[reason] ?? ['time', 'times']), processes) ??
      `${reason}: ${plural(count, ['time', 'times'])}`;
    const parts = own.filter((total) => total.fdClass !== undefined).map(partText);
    return parts.length === 0 ? title : `${title} (${parts.join('; ')})`;
  });
}

function partText({ op, fdClass, count, bytes }: BlindTotal): string {
  const moved = bytes > 0 ? `, ${byteCount(bytes)}` : '';
  const on = fdClass === 'none' ? '' : fdClass;
  const what = [op ?? '', op !== undefined && on !== '' && on !== undefined ? `on ${on}` : (on ?? '')].filter(
    (part) => part !== '',
  );
  return `${what.join(' ')} ${count}${moved}`;
}
