/**
 * Builds trace files from plain rows, for tests of what reads them: written from the format's description (ARCHITECTURE.md, "The
 * trace file") and not from the tracer's writer, so that the two check each other.
 * What must not live here: tests.
 */
import {
  RECORD_COLUMNS,
  RecordKind,
  SCHEMA_HASH,
  SCHEMA_VERSION,
  SegmentState,
  TraceState,
} from '../../../extension/trace/gen/schema';

type KindName = keyof typeof RECORD_COLUMNS;
type Cell = number | bigint;
/** Columns that are not given are 0. */
export type RowOf<K extends KindName> = Readonly<Partial<Record<(typeof RECORD_COLUMNS)[K][number][0], Cell>>>;

export const BASE_TIME_NS = 5_000_000_000_000n;
export const BASE_REALTIME_NS = 1_700_000_000_000_000_000n;
const AUDIT_ARCH_X86_64 = 0xc000003e;
const PAGE = 4096;
const FILE_HEADER_BYTES = 4096;
const SEGMENT_HEADER_BYTES = 80;
const SEGMENT_MAGIC = 0x47455353;
const WIDTHS = { u8: 1, u16: 2, u32: 4, u64: 8, i32: 4, i64: 8 } as const;

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc >>> 0;
});

export function crc32c(bytes: Uint8Array, before = 0): number {
  let crc = ~before >>> 0;
  for (const byte of bytes) crc = (crc >>> 8) ^ crcTable[(crc ^ byte) & 0xff]!;
  return ~crc >>> 0;
}

export interface TraceOptions {
  readonly state?: 'recording' | 'complete';
  readonly tracerPid?: number;
  readonly tracerStart?: bigint;
  readonly major?: number;
}

/** Time of the trace's begin plus so many nanoseconds, as rows have it. */
export function at(ns: number): bigint {
  return BASE_TIME_NS + BigInt(ns);
}

export class TraceBuilder {
  private readonly rows = new Map<KindName, Readonly<Record<string, Cell>>[]>();
  private readonly heapParts: Uint8Array[] = [];
  private heapBytes = 0;
  private readonly stringIds = new Map<string, number>();
  private lastSeq = 0;

  constructor() {
    this.add('string', {});
    for (const kind of ['description', 'frame', 'stack', 'source'] as const) this.add(kind, {});
  }

  /** Adds a row and returns its number. */
  add<K extends KindName>(kind: K, row: RowOf<K>): number {
    const list = this.rows.get(kind) ?? [];
    this.rows.set(kind, list);
    return list.push(row as Readonly<Record<string, Cell>>) - 1;
  }

  seq(): number {
    return ++this.lastSeq;
  }

  /** The position of bytes in the heap. */
  heap(bytes: Uint8Array | string): number {
    const part = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
    this.heapParts.push(part);
    this.heapBytes += part.length;
    return this.heapBytes - part.length;
  }

  string(text: string): number {
    const known = this.stringIds.get(text);
    if (known !== undefined || text === '') return known ?? 0;
    const pos = this.heap(text);
    const id = this.add('string', { pos, length: Buffer.byteLength(text) });
    this.stringIds.set(text, id);
    return id;
  }

  meta(key: string, value: string): void {
    this.add('meta', { key: this.string(key), value: this.string(value) });
  }

  build(options: TraceOptions = {}): Buffer {
    const segments = [...this.rows].map(([kind, rows]) => segment(kind, rows));
    if (this.heapBytes > 0) segments.push(heapSegment(Buffer.concat(this.heapParts)));
    return Buffer.concat([fileHeader(options), ...segments]);
  }
}

function fileHeader(options: TraceOptions): Buffer {
  const header = Buffer.alloc(FILE_HEADER_BYTES);
  header.write('SYSCOPE\n', 0, 'latin1');
  header.writeUInt16LE(options.major ?? SCHEMA_VERSION.major, 8);
  header.writeUInt16LE(SCHEMA_VERSION.minor, 10);
  header.writeUInt32LE(FILE_HEADER_BYTES, 12);
  header.write(SCHEMA_HASH, 16, 'hex');
  header.writeUInt32LE(options.tracerPid ?? 1, 52);
  header.writeBigUInt64LE(options.tracerStart ?? 0n, 56);
  header.writeBigUInt64LE(BASE_TIME_NS, 64);
  header.writeBigUInt64LE(BASE_REALTIME_NS, 72);
  header.writeUInt32LE(AUDIT_ARCH_X86_64, 80);
  header.writeUInt32LE(crc32c(header.subarray(0, 100)), 100); // with state 0
  header.writeUInt32LE(TraceState[options.state ?? 'complete'], 48);
  return header;
}

function segment(kind: KindName, rows: readonly Readonly<Record<string, Cell>>[]): Buffer {
  const columns = RECORD_COLUMNS[kind].map(([name, type]) => {
    const bytes = Buffer.alloc(rows.length * WIDTHS[type]);
    rows.forEach((row, i) => {
      writeCell(bytes, i * WIDTHS[type], WIDTHS[type], row[name] ?? 0);
    });
    return { width: WIDTHS[type], bytes };
  });
  return sealed(kind, rows.length, columns);
}

function heapSegment(bytes: Buffer): Buffer {
  return sealed('heap', bytes.length, [{ width: 1, bytes }]);
}

function writeCell(to: Buffer, offset: number, width: number, cell: Cell): void {
  const value = BigInt.asUintN(width * 8, BigInt(cell));
  for (let i = 0; i < width; i++) to[offset + i] = Number((value >> BigInt(8 * i)) & 0xffn);
}

function sealed(kind: KindName, rows: number, columns: readonly { readonly width: number; readonly bytes: Buffer }[]): Buffer {
  let end = SEGMENT_HEADER_BYTES + 8 * columns.length;
  const offsets = columns.map(({ bytes }) => {
    const offset = Math.ceil(end / 8) * 8;
    end = offset + bytes.length;
    return offset;
  });
  const whole = Buffer.alloc(Math.ceil(end / PAGE) * PAGE);
  whole.writeUInt32LE(SEGMENT_MAGIC, 0);
  whole.writeUInt32LE(RecordKind[kind], 4);
  whole.writeBigUInt64LE(BigInt(whole.length), 8);
  whole.writeUInt32LE(columns.length, 16);
  whole.writeUInt32LE(rows, 20);
  columns.forEach(({ width, bytes }, i) => {
    const place = SEGMENT_HEADER_BYTES + 8 * i;
    whole.writeUInt16LE(i, place);
    whole.writeUInt16LE(width, place + 2);
    whole.writeUInt32LE(offsets[i]!, place + 4);
    bytes.copy(whole, offsets[i]);
  });
  const directory = whole.subarray(SEGMENT_HEADER_BYTES, SEGMENT_HEADER_BYTES + 8 * columns.length);
  whole.writeUInt32LE(crc32c(directory, crc32c(whole.subarray(4, 56))), 56);
  whole.writeUInt32LE(SegmentState.sealed, 60);
  whole.writeBigUInt64LE(BigInt(rows), 64);
  const data = [whole.subarray(64, 72), ...columns.map(({ bytes }) => bytes)];
  whole.writeUInt32LE(
    data.reduce((crc, bytes) => crc32c(bytes, crc), 0),
    72,
  );
  return whole;
}
