/**
 * One open trace file: typed reads of what the native library gives, with memory that is used again from call to call.
 * What must not live here: koffi (native.ts), the protocol's objects (lanes.ts, rawCalls.ts, info.ts).
 */
import { LANE_GROUPS, type LaneGroup } from '../trace/engineProtocol';
import { RECORD_COLUMNS, RecordKind } from '../trace/gen/schema';
import { Info } from './abi';
import type { NativeLibrary } from './native';

export type KindName = keyof typeof RECORD_COLUMNS;
export type ColumnName<K extends KindName> = (typeof RECORD_COLUMNS)[K][number][0];

/** Rows of one kind: a damaged row is undefined. Cells are as in the file; signed ones are negative. */
export type Row<C extends string> = Readonly<Record<C, bigint>>;

const MESSAGE_BYTES = 4096 + 512; /* a path and a sentence */
const MAX_CACHED_STRINGS = 1 << 18;
const PAGE_ROWS = 4096;

export class TraceFile {
  /** The trace's time 0 in rows' times (CLOCK_MONOTONIC). */
  readonly baseTimeNs: bigint;
  private readonly handle: number;
  private readonly rawInfo = new Float64Array(Info.count);
  private readonly strings = new Map<number, string>();
  private isOpen = true;

  /**
   * What lanes are; `rows`: a trace for reports, without lanes and calls by id, read as it is now and in little memory. Throws
   * with a whole sentence if the file is no trace that can be opened.
   */
  constructor(
    readonly native: NativeLibrary,
    readonly path: string,
    group: LaneGroup | 'rows' = 'fd',
  ) {
    const message = Buffer.alloc(MESSAGE_BYTES);
    const open = (): number =>
      group === 'rows'
        ? native.rowsOpen(path, message, message.length)
        : native.open(path, LANE_GROUPS.indexOf(group), message, message.length);
    this.handle = path.includes('\0') ? -1 : open();
    if (this.handle <= 0) throw new Error(cString(message) || `${JSON.stringify(path)} can't be opened.`);
    const base = new BigUint64Array(1);
    native.baseTime(this.handle, base);
    this.baseTimeNs = base[0]!;
    this.refresh();
  }

  close(): void {
    if (this.isOpen) this.native.close(this.handle);
    this.isOpen = false;
  }

  /** The number that the native functions know this trace by. Throws once it is closed. */
  get id(): number {
    if (!this.isOpen) throw new Error(`The trace ${this.path} is closed.`);
    return this.handle;
  }

  /** Takes in what was written since. The numbers (abi.ts, Info) are overwritten by the next call. */
  refresh(): Float64Array {
    const result = this.native.refresh(this.id, this.rawInfo);
    if (result < 0) throw new Error(`The trace ${this.path} can't be read any further (error ${-result}).`);
    return this.rawInfo;
  }

  /** From now on only calls that fit one of the terms belong to its lanes, whose numbers begin anew; with none, every call. */
  setFilter(terms: Float64Array, count: number): void {
    const error = this.native.processFilter(this.id, terms, count);
    if (error < 0) throw new Error(`The trace ${this.path} can't be filtered (error ${-error}).`);
    this.refresh();
  }

  /** The numbers of the last refresh. */
  get info(): Float64Array {
    return this.rawInfo;
  }

  problems(): string[] {
    const text = Buffer.alloc(512);
    const problems: string[] = [];
    for (let i = 0; this.native.problem(this.id, i, text, text.length) > 0; i++) problems.push(cString(text));
    return problems;
  }

  rowCount(kind: KindName): number {
    return this.native.rowCount(this.id, RecordKind[kind]);
  }

  /** The named columns of rows [first, first + count). */
  rows<K extends KindName, const C extends ColumnName<K>>(
    kind: K,
    columns: readonly C[],
    first = 0,
    count = this.rowCount(kind) - first,
  ): (Row<C> | undefined)[] {
    const names: readonly string[] = RECORD_COLUMNS[kind].map(([name]) => name);
    const signed = RECORD_COLUMNS[kind].map(([, type]) => type.startsWith('i'));
    const ids = Uint8Array.from(columns, (name) => names.indexOf(name));
    const result: (Row<C> | undefined)[] = [];
    for (let done = 0; done < count; done += PAGE_ROWS) {
      const rows = Math.min(PAGE_ROWS, count - done);
      const cells = new BigUint64Array(rows * columns.length);
      const asSigned = new BigInt64Array(cells.buffer);
      const present = new Uint8Array(rows);
      const error = this.native.rows(this.id, RecordKind[kind], first + done, rows, ids, ids.length, cells, present);
      if (error < 0) throw new Error(`Rows of the trace ${this.path} can't be read (error ${-error}).`);
      for (let i = 0; i < rows; i++) {
        const row = {} as Record<C, bigint>;
        columns.forEach((name, at) => {
          row[name] = (signed[ids[at]!]! ? asSigned : cells)[i * columns.length + at]!;
        });
        result.push(present[i] === 0 ? undefined : row);
      }
    }
    return result;
  }

  /** A string by id; '' if there is none. */
  string(id: number): string {
    const known = this.strings.get(id);
    if (known !== undefined || id <= 0) return known ?? '';
    const text = this.stringBytes(id).toString('utf8');
    if (this.strings.size >= MAX_CACHED_STRINGS) this.strings.clear();
    if (text !== '') this.strings.set(id, text);
    return text;
  }

  private stringBytes(id: number): Buffer {
    const ids = Uint32Array.of(id);
    const lengths = new Uint32Array(1);
    let bytes = Buffer.alloc(1024);
    const needed = this.native.strings(this.id, ids, 1, lengths, bytes, bytes.length);
    if (needed > bytes.length) {
      bytes = Buffer.alloc(needed);
      this.native.strings(this.id, ids, 1, lengths, bytes, bytes.length);
    }
    return bytes.subarray(0, lengths[0]);
  }

  /** Bytes of the heap; undefined if they are not all there. */
  heap(pos: bigint, length: number): Uint8Array | undefined {
    if (pos > BigInt(Number.MAX_SAFE_INTEGER) || length > this.rowCount('heap')) return undefined;
    const bytes = new Uint8Array(length);
    return this.native.heap(this.id, Number(pos), length, bytes) === 0 ? bytes : undefined;
  }
}

function cString(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end);
}
