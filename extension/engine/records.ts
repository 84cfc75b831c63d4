/**
 * Every record of a trace in order of its sequence number: each kind is read page by page, and the kinds are merged.
 * What must not live here: calls' contents (callPages.ts), formats (trace/export).
 */
import { isSubject } from '../trace/blind';
import type { BlindRecord, BlindSubject, RecordQuery, TraceRecord } from '../trace/source';
import { BlindFlag, ExitScope } from '../trace/gen/schema';
import { callPages } from './callPages';
import { words } from './info';

import type { ColumnName, KindName, Row, TraceFile } from './traceFile';

/** Small: what lies in the processor's cache when it is printed was read just now. */
const PAGE = 512;

/** Reads one kind's records in order; the next page when it is asked for, which is the end of the page before. */
interface Cursor {
  page: readonly TraceRecord[];
  at: number;
  readonly more: () => readonly TraceRecord[];
}

/** Pids and tids by index, which most records need. */
interface Names {
  readonly pidOf: (process: bigint) => number;
  readonly threadOf: (thread: bigint) => { readonly process: number; readonly pid: number; readonly tid: number };
  readonly timeNs: (time: bigint) => number;
}

/** Pages of records. What is there when it begins is what is read. A page is valid until the next one is asked for. */
export function* readRecords(file: TraceFile, query: RecordQuery): Generator<readonly TraceRecord[], void> {
  const calls = query.calls === false ? undefined : callCursor(file, query.data);
  const cursors = [...(calls === undefined ? [] : [calls]), ...rowCursors(file, readNames(file))];
  const live = cursors.filter(fill);
  const page: TraceRecord[] = [];
  while (live.length > 0) {
    const cursor = nextOf(live);
    page.push(cursor.page[cursor.at++]!);
    if (cursor.at < cursor.page.length) continue;
    // The memory of the calls' next page is this one's.
    if (cursor === calls || page.length >= PAGE) {
      yield page;
      page.length = 0;
    }
    if (!fill(cursor)) live.splice(live.indexOf(cursor), 1);
  }
  if (page.length > 0) yield page;
}

/** The one whose next record is the earliest. */
function nextOf(live: readonly Cursor[]): Cursor {
  let best = live[0]!;
  for (let i = 1; i < live.length; i++) {
    const other = live[i]!;
    if (other.page[other.at]!.seq < best.page[best.at]!.seq) best = other;
  }
  return best;
}

/** Makes sure that there is a next record; false at the end. */
function fill(cursor: Cursor): boolean {
  if (cursor.at < cursor.page.length) return true;
  cursor.page = cursor.more();
  cursor.at = 0;
  return cursor.page.length > 0;
}

function callCursor(file: TraceFile, withData: boolean): Cursor {
  const pages = callPages(file, PAGE, withData);
  const more = (): readonly TraceRecord[] => {
    const next = pages.next();
    return next.done === true ? [] : next.value;
  };
  return { page: [], at: 0, more };
}

function readNames(file: TraceFile): Names {
  const pids = file.rows('process', ['pid']).map((row) => Number(row?.pid ?? -1n));
  const threads = file.rows('thread', ['process', 'tid']).map((row) => ({
    process: Number(row?.process ?? -1n),
    pid: pids[Number(row?.process ?? -1n)] ?? -1,
    tid: Number(row?.tid ?? -1n),
  }));
  return {
    pidOf: (process) => pids[Number(process)] ?? -1,
    threadOf: (thread) => threads[Number(thread)] ?? { process: -1, pid: -1, tid: -1 },
    timeNs: (time) => Math.max(0, Number(time - file.baseTimeNs)),
  };
}

/** A cursor over the rows of a kind; make: undefined leaves a row out. */
function rows<K extends KindName, const C extends ColumnName<K>>(
  file: TraceFile,
  kind: K,
  columns: readonly C[],
  make: (row: Row<C>, index: number) => TraceRecord | undefined,
): Cursor {
  const total = file.rowCount(kind);
  let next = 0;
  const more = (): readonly TraceRecord[] => {
    while (next < total) {
      const first = next;
      next = Math.min(total, first + PAGE);
      const records = file.rows(kind, columns, first, next - first).map((row, i) => row && make(row, first + i));
      const present = records.filter((record) => record !== undefined);
      if (present.length > 0) return present;
    }
    return [];
  };
  return { page: [], at: 0, more };
}

const EXEC_COLUMNS = [
  'seq',
  'time',
  'process',
  'thread',
  'event',
  'path',
  'name',
  'argv_pos',
  'argv_length',
  'cwd',
  'argv_full',
] as const;

function argvOf(file: TraceFile, row: Row<'argv_pos' | 'argv_length'>): string[] {
  return words(Buffer.from(file.heap(row.argv_pos, Number(row.argv_length)) ?? []).toString('utf8'));
}

/** The exec call was left out by a filter. */
const NO_EXEC_EVENT = 0xffff_ffff_ffff_ffffn;

function rowCursors(file: TraceFile, names: Names): Cursor[] {
  const text = (id: bigint): string => file.string(Number(id));
  return [
    processCursor(file, names),
    rows(file, 'thread', ['seq', 'time', 'process', 'tid', 'name'], (row, thread) => ({
      type: 'thread',
      seq: Number(row.seq),
      timeNs: names.timeNs(row.time),
      process: Number(row.process),
      pid: names.pidOf(row.process),
      thread,
      tid: Number(row.tid),
      name: text(row.name),
    })),
    rows(file, 'exec', EXEC_COLUMNS, (row) => ({
      type: 'exec',
      seq: Number(row.seq),
      timeNs: names.timeNs(row.time),
      process: Number(row.process),
      pid: names.pidOf(row.process),
      thread: Number(row.thread),
      tid: names.pidOf(row.process),
      event: row.event === NO_EXEC_EVENT ? undefined : Number(row.event),
      path: text(row.path),
      name: text(row.name),
      argv: argvOf(file, row),
      argvCut: row.argv_full > row.argv_length,
      cwd: row.cwd > 0n ? text(row.cwd) : undefined,
    })),
    exitCursor(file, names),
    signalCursor(file, names),
    blindCursor(file, names),
    rows(file, 'lost', ['seq', 'time', 'reason', 'count', 'text'], (row) => ({
      type: 'lost',
      seq: Number(row.seq),
      timeNs: names.timeNs(row.time),
      reason: Number(row.reason),
      count: Number(row.count),
      text: text(row.text),
    })),
    rows(file, 'warning', ['seq', 'time', 'thread', 'event', 'code', 'text'], (row) => ({
      type: 'warning',
      seq: Number(row.seq),
      timeNs: names.timeNs(row.time),
      pid: row.thread > 0n ? names.threadOf(row.thread - 1n).pid : undefined,
      tid: row.thread > 0n ? names.threadOf(row.thread - 1n).tid : undefined,
      event: row.event > 0n ? Number(row.event) - 1 : undefined,
      code: Number(row.code),
      text: text(row.text),
    })),
  ];
}

function signalCursor(file: TraceFile, names: Names): Cursor {
  return rows(
    file,
    'signal',
    ['seq', 'time', 'thread', 'signo', 'code', 'sender', 'uid', 'address', 'flags', 'status', 'utime', 'stime', 'value', 'error'],
    (row) => ({
      type: 'signal',
      seq: Number(row.seq),
      timeNs: names.timeNs(row.time),
      ...names.threadOf(row.thread),
      thread: Number(row.thread),
      signo: Number(row.signo),
      code: Number(row.code),
      sender: Number(row.sender),
      uid: Number(row.uid),
      address: row.address,
      flags: Number(row.flags),
      status: Number(row.status),
      utime: row.utime,
      stime: row.stime,
      value: row.value,
      errno: Number(row.error),
    }),
  );
}

const PROCESS_COLUMNS = [
  'seq',
  'time',
  'pid',
  'ppid',
  'parent',
  'name',
  'flags',
  'ns_pids',
  'started',
  'argv_pos',
  'argv_length',
  'cwd',
] as const;

function processCursor(file: TraceFile, names: Names): Cursor {
  return rows(file, 'process', PROCESS_COLUMNS, (row, process) => {
    const nsPids = row.ns_pids > 0n ? file.string(Number(row.ns_pids)) : '';
    return {
      type: 'process',
      seq: Number(row.seq),
      timeNs: names.timeNs(row.time),
      process,
      pid: Number(row.pid),
      ppid: Number(row.ppid),
      parent: row.parent > 0n ? Number(row.parent) - 1 : undefined,
      name: file.string(Number(row.name)),
      flags: Number(row.flags),
      nsPids: nsPids === '' ? [] : nsPids.split(' ').map(Number),
      startedNs: row.started > 0n ? Number(row.started - file.baseTimeNs) : undefined,
      argv: argvOf(file, row),
      cwd: row.cwd > 0n ? file.string(Number(row.cwd)) : undefined,
    };
  });
}

const EXIT_COLUMNS = [
  'seq',
  'time',
  'process',
  'thread',
  'scope',
  'status',
  'user_us',
  'system_us',
  'max_rss_kb',
  'cause',
  'sender',
  'event',
  'minor_faults',
  'major_faults',
  'voluntary_switches',
  'involuntary_switches',
  'blocks_in',
  'blocks_out',
  'children_user_us',
  'children_system_us',
] as const;

function exitCursor(file: TraceFile, names: Names): Cursor {
  return rows(file, 'exited', EXIT_COLUMNS, (row) => ({
    type: 'exit',
    seq: Number(row.seq),
    timeNs: names.timeNs(row.time),
    scope: Number(row.scope) === ExitScope.thread ? 'thread' : 'process',
    process: Number(row.process),
    pid: names.pidOf(row.process),
    thread: Number(row.thread),
    tid: names.threadOf(row.thread).tid,
    status: Number(row.status),
    userUs: Number(row.user_us),
    systemUs: Number(row.system_us),
    maxRssKb: Number(row.max_rss_kb),
    cause: Number(row.cause),
    sender: row.sender > 0n ? Number(row.sender) : undefined,
    event: row.event > 0n ? Number(row.event) - 1 : undefined,
    minorFaults: Number(row.minor_faults),
    majorFaults: Number(row.major_faults),
    voluntarySwitches: Number(row.voluntary_switches),
    involuntarySwitches: Number(row.involuntary_switches),
    blocksIn: Number(row.blocks_in),
    blocksOut: Number(row.blocks_out),
    childrenUserUs: Number(row.children_user_us),
    childrenSystemUs: Number(row.children_system_us),
  }));
}

const SUBJECT_COLUMNS = ['op', 'fd', 'description', 'class', 'name', 'length', 'offset', 'flags'] as const;
export const BLIND_COLUMNS = ['seq', 'time', 'thread', 'reason', 'count', 'text', 'event', ...SUBJECT_COLUMNS] as const;

function blindCursor(file: TraceFile, names: Names): Cursor {
  return rows(file, 'blind', BLIND_COLUMNS, (row) => blindRecord(file, row, names.threadOf(row.thread)));
}

export function blindRecord(
  file: TraceFile,
  row: Row<(typeof BLIND_COLUMNS)[number]>,
  { pid, tid }: { readonly pid: number; readonly tid: number },
): BlindRecord {
  return {
    type: 'blind',
    seq: Number(row.seq),
    timeNs: Math.max(0, Number(row.time - file.baseTimeNs)),
    pid,
    tid,
    reason: Number(row.reason),
    count: Number(row.count),
    text: file.string(Number(row.text)),
    event: row.event > 0n ? Number(row.event) - 1 : undefined,
    subject: isSubject(Number(row.reason)) ? subjectOf(file, row) : undefined,
  };
}

function subjectOf(file: TraceFile, row: Row<(typeof SUBJECT_COLUMNS)[number]>): BlindSubject {
  return {
    op: Number(row.op),
    fd: Number(row.fd),
    fixed: (Number(row.flags) & BlindFlag.fixedFile) !== 0,
    classId: Number(row.class),
    description: Number(row.description),
    resource: row.name > 0n ? file.string(Number(row.name)) : undefined,
    length: Number(row.length),
    offset: row.offset,
    unconfirmed: (Number(row.flags) & BlindFlag.unconfirmed) !== 0,
  };
}
