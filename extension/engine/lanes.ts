/**
 * Lanes and boxes as the protocol has them, from the library's tables.
 * What must not live here: how a lane is drawn (webview), how boxes are merged (native/store/boxes.c).
 */
import type { Boxes, BoxQuery, Lane } from '../trace/engineProtocol';
import { Info, LaneColumn } from './abi';
import type { TraceFile } from './traceFile';

/** All lanes with calls. Process names may have changed since the last time: nothing is kept. */
export function readLanes(file: TraceFile): Lane[] {
  const total = file.info[Info.lanes]!;
  const numbers = new Float64Array(total * LaneColumn.columns);
  const count = file.native.lanes(file.id, 0, total, numbers);
  const lanes: Lane[] = [];
  for (let id = 0; id < count; id++) {
    if (numbers[id * LaneColumn.columns + LaneColumn.events] === 0) continue;
    lanes.push(lane(file, id, numbers));
  }
  return lanes;
}

function lane(file: TraceFile, id: number, numbers: Float64Array): Lane {
  const at = (column: number): number => numbers[id * LaneColumn.columns + column]!;
  return {
    id,
    classId: at(LaneColumn.class),
    process: at(LaneColumn.process),
    pid: at(LaneColumn.pid),
    processName: file.string(at(LaneColumn.processName)),
    fd: at(LaneColumn.fd),
    thread: at(LaneColumn.thread),
    tid: at(LaneColumn.tid),
    resource: file.string(at(LaneColumn.resource)),
    events: at(LaneColumn.events),
    errors: at(LaneColumn.errors),
    helperEvents: at(LaneColumn.helperEvents),
    helperErrors: at(LaneColumn.helperErrors),
    busyNs: at(LaneColumn.busy),
    firstNs: at(LaneColumn.first),
    lastNs: at(LaneColumn.last),
    generations: generations(file, id, at(LaneColumn.generations)),
  };
}

function generations(file: TraceFile, id: number, count: number): Lane['generations'] {
  if (count === 0) return [];
  const start = new Float64Array(count);
  const end = new Float64Array(count);
  const name = new Uint32Array(count);
  const filled = file.native.generations(file.id, id, start, end, name, count);
  return Array.from({ length: filled }, (_, i) => ({ startNs: start[i]!, endNs: end[i]!, resource: file.string(name[i]!) }));
}

/** The library's output arrays, large enough for one lane of so many pixels. */
interface BoxRoom {
  readonly x0: Float64Array;
  readonly x1: Float64Array;
  readonly count: Uint32Array;
  readonly errors: Uint32Array;
  readonly event: Float64Array;
  readonly nr: Uint32Array;
  readonly arch: Uint32Array;
  readonly row: Uint8Array;
  readonly flags: Uint8Array;
}

const MAX_PIXELS = 65_536;

export class BoxReader {
  private room: BoxRoom = roomFor(0);

  read(file: TraceFile, query: BoxQuery): Boxes[] {
    const pixels = Math.min(MAX_PIXELS, Math.max(1, Math.round(query.pixels)));
    if (!Number.isFinite(query.t0) || !Number.isFinite(query.t1) || !(query.t0 < query.t1) || !Number.isFinite(pixels))
      throw new Error(`There is nothing to show between ${query.t0} and ${query.t1} ns in ${query.pixels} pixels.`);
    const capacity = file.native.boxCapacity(pixels);
    if (this.room.x0.length < capacity) this.room = roomFor(capacity);
    return query.lanes.map((id) => this.readLane(file, id, query, pixels));
  }

  private readLane(file: TraceFile, lane: number, query: BoxQuery, pixels: number): Boxes {
    const { x0, x1, count, errors, event, nr, arch, row, flags } = this.room;
    const { t0, t1 } = query;
    const helpers = query.loader ? 1 : 0;
    const known = Number.isInteger(lane) && lane >= 0 && lane < file.info[Info.lanes]!;
    const { native, id } = file;
    const n = known ? native.boxes(id, lane, t0, t1, pixels, helpers, x0, x1, count, errors, event, nr, arch, row, flags) : 0;
    if (n < 0) throw new Error(`Lane ${lane} of the trace ${file.path} can't be shown (error ${-n}).`);
    return {
      lane,
      x0: x0.slice(0, n),
      x1: x1.slice(0, n),
      count: count.slice(0, n),
      errors: errors.slice(0, n),
      event: event.slice(0, n),
      nr: nr.slice(0, n),
      arch: arch.slice(0, n),
      row: row.slice(0, n),
      flags: flags.slice(0, n),
    };
  }
}

function roomFor(capacity: number): BoxRoom {
  return {
    x0: new Float64Array(capacity),
    x1: new Float64Array(capacity),
    count: new Uint32Array(capacity),
    errors: new Uint32Array(capacity),
    event: new Float64Array(capacity),
    nr: new Uint32Array(capacity),
    arch: new Uint32Array(capacity),
    row: new Uint8Array(capacity),
    flags: new Uint8Array(capacity),
  };
}
