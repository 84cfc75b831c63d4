/**
 * The binding of libsyscope.so: the one place that imports koffi. JavaScript allocates, C fills: every pointer is a typed array's
 * own memory, so nothing is decoded, viewed or called back. What the functions do is said in native/include/syscope.h.
 * What must not live here: what the numbers mean (abi.ts, traceFile.ts).
 */
import koffi, { type LibraryHandle } from 'koffi';
import fs from 'node:fs';
import path from 'node:path';
import { ABI_VERSION } from './abi';

export interface NativeLibrary {
  open(path: string, group: number, message: Uint8Array, messageBytes: number): number;
  close(trace: number): number;
  refresh(trace: number, info: Float64Array): number;
  baseTime(trace: number, base: BigUint64Array): number;
  problem(trace: number, index: number, text: Uint8Array, textBytes: number): number;
  rowCount(trace: number, kind: number): number;
  rows(
    trace: number,
    kind: number,
    first: number,
    count: number,
    columns: Uint8Array,
    columnCount: number,
    cells: BigUint64Array,
    present: Uint8Array,
  ): number;
  strings(trace: number, ids: Uint32Array, count: number, lengths: Uint32Array, bytes: Uint8Array, capacity: number): number;
  heap(trace: number, pos: number, length: number, bytes: Uint8Array): number;
  lanes(trace: number, first: number, count: number, lanes: Float64Array): number;
  generations(trace: number, lane: number, start: Float64Array, end: Float64Array, name: Uint32Array, capacity: number): number;
  boxCapacity(pixels: number): number;
  boxes(
    trace: number,
    lane: number,
    t0: number,
    t1: number,
    pixels: number,
    helpers: number,
    x0: Float64Array,
    x1: Float64Array,
    count: Uint32Array,
    errors: Uint32Array,
    event: Float64Array,
    nr: Uint32Array,
    arch: Uint32Array,
    row: Uint8Array,
    flags: Uint8Array,
  ): number;
  pageTotal(trace: number, hidden: number, helpers: number): number;
  page(trace: number, first: number, count: number, hidden: number, helpers: number, ids: Float64Array): number;
  calls(trace: number, ids: Float64Array, count: number, numbers: Float64Array, words: BigUint64Array): number;
  copies(
    trace: number,
    ids: Float64Array,
    count: number,
    numbers: Float64Array,
    addresses: BigUint64Array,
    capacity: number,
    bytes: Uint8Array,
    bytesCapacity: number,
    used: Uint32Array,
  ): number;
  ties(trace: number, ids: Float64Array, count: number, numbers: Float64Array, capacity: number, used: Uint32Array): number;
  rowsOpen(path: string, message: Uint8Array, messageBytes: number): number;
  rowsBegin(trace: number): number;
  rowsNext(
    trace: number,
    capacity: number,
    numbers: Float64Array,
    words: BigUint64Array,
    copies: Float64Array | null,
    addresses: BigUint64Array,
    copyCapacity: number,
    bytes: Uint8Array,
    bytesCapacity: number,
    ties: Float64Array,
    tieCapacity: number,
    used: Uint32Array,
  ): number;
  summary(trace: number, by: Uint8Array, byCount: number, duration: Float64Array): number;
  summaryRows(trace: number, first: number, count: number, numbers: Float64Array): number;
  summaryTexts(trace: number, row: number, key: Uint8Array, errors: Uint32Array): number;
  processes(trace: number, ids: Float64Array, count: number, numbers: Float64Array): number;
  processChildCount(trace: number, parent: number): number;
  processChildren(trace: number, parent: number, first: number, count: number, ids: Float64Array): number;
  descriptorsByClass(trace: number, processes: Float64Array, processCount: number, rows: number, numbers: Float64Array): number;
  descriptors(
    trace: number,
    processes: Float64Array,
    processCount: number,
    classId: number,
    first: number,
    count: number,
    numbers: Float64Array,
  ): number;
  processFilter(trace: number, terms: Float64Array, count: number): number;
  neighbour(trace: number, event: number, direction: number): number;
  pending(trace: number, tid: number): number;
}

const F64 = 'double *';
const U32 = 'uint32_t *';
const U8 = 'uint8_t *';
const U64 = 'uint64_t *';

/** Name, result, parameters; in the order of syscope.h. */
const FUNCTIONS: Readonly<Record<keyof NativeLibrary, readonly [name: string, result: string, parameters: readonly string[]]>> = {
  open: ['syscope_open', 'int32_t', ['const char *', 'uint32_t', U8, 'uint32_t']],
  close: ['syscope_close', 'int32_t', ['int32_t']],
  refresh: ['syscope_refresh', 'int32_t', ['int32_t', F64]],
  baseTime: ['syscope_base_time', 'int32_t', ['int32_t', U64]],
  problem: ['syscope_problem', 'int32_t', ['int32_t', 'uint32_t', U8, 'uint32_t']],
  rowCount: ['syscope_row_count', 'double', ['int32_t', 'uint32_t']],
  rows: ['syscope_rows', 'int32_t', ['int32_t', 'uint32_t', 'double', 'uint32_t', U8, 'uint32_t', U64, U8]],
  strings: ['syscope_strings', 'double', ['int32_t', U32, 'uint32_t', U32, U8, 'double']],
  heap: ['syscope_heap', 'int32_t', ['int32_t', 'double', 'uint32_t', U8]],
  lanes: ['syscope_lanes', 'int32_t', ['int32_t', 'uint32_t', 'uint32_t', F64]],
  generations: ['syscope_generations', 'int32_t', ['int32_t', 'uint32_t', F64, F64, U32, 'uint32_t']],
  boxCapacity: ['syscope_box_capacity', 'int32_t', ['uint32_t']],
  boxes: [
    'syscope_boxes',
    'int32_t',
    ['int32_t', 'uint32_t', 'double', 'double', 'uint32_t', 'int32_t', F64, F64, U32, U32, F64, U32, U32, U8, U8],
  ],
  pageTotal: ['syscope_page_total', 'double', ['int32_t', 'uint32_t', 'int32_t']],
  page: ['syscope_page', 'int32_t', ['int32_t', 'double', 'uint32_t', 'uint32_t', 'int32_t', F64]],
  calls: ['syscope_calls', 'int32_t', ['int32_t', F64, 'uint32_t', F64, U64]],
  copies: ['syscope_copies', 'int32_t', ['int32_t', F64, 'uint32_t', F64, U64, 'uint32_t', U8, 'uint32_t', U32]],
  ties: ['syscope_ties', 'int32_t', ['int32_t', F64, 'uint32_t', F64, 'uint32_t', U32]],
  rowsOpen: ['syscope_rows_open', 'int32_t', ['const char *', U8, 'uint32_t']],
  rowsBegin: ['syscope_rows_begin', 'int32_t', ['int32_t']],
  rowsNext: [
    'syscope_rows_next',
    'int32_t',
    ['int32_t', 'uint32_t', F64, U64, F64, U64, 'uint32_t', U8, 'uint32_t', F64, 'uint32_t', U32],
  ],
  summary: ['syscope_summary', 'double', ['int32_t', U8, 'uint32_t', F64]],
  summaryRows: ['syscope_summary_rows', 'int32_t', ['int32_t', 'uint32_t', 'uint32_t', F64]],
  summaryTexts: ['syscope_summary_texts', 'int32_t', ['int32_t', 'uint32_t', U8, U32]],
  processes: ['syscope_processes', 'int32_t', ['int32_t', F64, 'uint32_t', F64]],
  processChildCount: ['syscope_process_child_count', 'int32_t', ['int32_t', 'double']],
  processChildren: ['syscope_process_children', 'int32_t', ['int32_t', 'double', 'uint32_t', 'uint32_t', F64]],
  descriptorsByClass: ['syscope_descriptors_by_class', 'int32_t', ['int32_t', F64, 'uint32_t', 'uint32_t', F64]],
  descriptors: ['syscope_descriptors', 'int32_t', ['int32_t', F64, 'uint32_t', 'int32_t', 'uint32_t', 'uint32_t', F64]],
  processFilter: ['syscope_process_filter', 'int32_t', ['int32_t', F64, 'uint32_t']],
  neighbour: ['syscope_neighbour', 'double', ['int32_t', 'double', 'int32_t']],
  pending: ['syscope_pending', 'double', ['int32_t', 'int32_t']],
};

/** Where the native files lie beside a bundle (dist/engine.js, dist/cli.js). */
export function nativeFolder(): string {
  return path.join(__dirname, 'native');
}

/** Loads the library. Throws with a whole sentence if it is missing, of another architecture, or of another version. */
export function loadNative(folder: string = nativeFolder()): NativeLibrary {
  const file = path.join(folder, 'libsyscope.so');
  if (!fs.existsSync(file))
    throw new Error(`The library ${file} is missing: run \`npm run build\`, or install the extension again.`);
  let library: LibraryHandle;
  try {
    library = koffi.load(file);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`The library ${file} can't be loaded on this machine (${process.platform} ${process.arch}): ${why}.`, {
      cause: error,
    });
  }
  const version: unknown = library.func('syscope_abi', 'int32_t', [])();
  if (version !== ABI_VERSION)
    throw new Error(
      `The library ${file} is of another version of Syscope (${String(version)}, not ${ABI_VERSION}): build or install it again.`,
    );
  const bound = Object.entries(FUNCTIONS).map(
    ([key, [name, result, parameters]]) => [key, library.func(name, result, [...parameters])] as const,
  );
  return Object.fromEntries(bound) as unknown as NativeLibrary;
}
