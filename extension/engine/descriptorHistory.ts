/**
 * What the descriptors of each process refer to, followed through a trace in order: the rows of files tables, and of names that
 * become known later, are read page by page as the reader goes on.
 * What must not live here: how it prints (trace/export).
 */
import { FdOp } from '../trace/gen/schema';
import type { DescriptionFacts, DescriptorHistory } from '../trace/source';
import type { ColumnName, KindName, Row, TraceFile } from './traceFile';

const PAGE = 4096;
/** Facts that are kept; they can be read again. */
const MAX_KEPT = 1 << 16;
/** What is known only since a later row, of descriptions that have not been let go. */
type Renamed = Pick<DescriptionFacts, 'classId' | 'name' | 'peer'>;

/** The rows of a kind one by one, in order; a damaged one is left out. */
function* each<K extends KindName, const C extends ColumnName<K>>(
  file: TraceFile,
  kind: K,
  columns: readonly C[],
): Generator<Row<C>, undefined> {
  const total = file.rowCount(kind);
  for (let first = 0; first < total; first += PAGE) {
    for (const row of file.rows(kind, columns, first, Math.min(PAGE, total - first))) if (row) yield row;
  }
  return undefined;
}

/** Takes the rows before a sequence number, which only grows. */
function taking<C extends string>(
  rows: Iterator<Row<C | 'seq'>, undefined>,
  take: (row: Row<C | 'seq'>) => void,
): (seq: number) => void {
  let next = rows.next();
  return (seq) => {
    while (next.done !== true && Number(next.value.seq) < seq) {
      take(next.value);
      next = rows.next();
    }
  };
}

export function descriptorHistory(file: TraceFile): DescriptorHistory {
  const filesOf = file.rows('process', ['files']).map((row) => Number(row?.files ?? 0n));
  const ownFiles = new Map<number, number>();
  /** By files table and number. */
  const tables = new Map<number, Map<number, number>>();
  const renamed = new Map<number, Renamed>();
  const known = new Map<number, DescriptionFacts | undefined>();
  const tableOf = (files: number): Map<number, number> => {
    let table = tables.get(files);
    if (table === undefined) tables.set(files, (table = new Map<number, number>()));
    return table;
  };
  const sources = [
    taking(each(file, 'threadFiles', ['seq', 'thread', 'files']), (row) => ownFiles.set(Number(row.thread), Number(row.files))),
    taking(each(file, 'fd', ['seq', 'files', 'fd', 'op', 'description']), (row) => {
      const [table, fd, op] = [tableOf(Number(row.files)), Number(row.fd), Number(row.op)];
      if (op === FdOp.close || op === FdOp.execClose) table.delete(fd);
      else table.set(fd, Number(row.description));
    }),
    taking(each(file, 'rename', ['seq', 'description', 'class', 'name', 'peer']), (row) => {
      const [classId, name, peer] = [Number(row.class), file.string(Number(row.name)), Number(row.peer)];
      renamed.set(Number(row.description), { classId, name, peer });
    }),
  ];
  const read = (description: number): DescriptionFacts | undefined => {
    if (known.has(description)) return known.get(description);
    if (known.size >= MAX_KEPT) known.clear();
    const row = file.rows('description', ['class', 'name', 'peer', 'inode'], description, 1)[0];
    const facts = row && {
      classId: Number(row.class),
      name: file.string(Number(row.name)),
      peer: Number(row.peer),
      inode: row.inode,
    };
    known.set(description, facts);
    return facts;
  };
  return {
    advance: (seq) => {
      for (const take of sources) take(seq);
    },
    descriptionOf: (process, thread, fd) => tables.get(ownFiles.get(thread) ?? filesOf[process] ?? -1)?.get(fd) ?? 0,
    facts: (description) => {
      const facts = description > 0 ? read(description) : undefined;
      return facts && { ...facts, ...renamed.get(description) };
    },
  };
}
