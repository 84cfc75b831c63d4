/**
 * Answers every request of the protocol on the traces that are open.
 * What must not live here: processes and messages (child.ts, client.ts).
 */
import path from 'node:path';
import type { EngineRequest, EngineRequests, EventDetails, EventId, LaneSet, TraceId, TraceInfo } from '../trace/engineProtocol';
import { readInfo, readProcesses } from './info';
import { BoxReader, readLanes } from './lanes';
import { Notices } from './notices';
import { LaneFiles } from './laneFiles';
import { loadNative, type NativeLibrary } from './native';
import { readCalls } from './rawCalls';
import { Stacks } from './stacks';
import { Symbols } from './symbols';
import { TraceFile } from './traceFile';
import { Info } from './abi';
import { readChildren, readDescriptors, readDescriptorSums, readProcessRows } from './viewRows';

type Handlers = {
  readonly [K in EngineRequest]: (params: EngineRequests[K][0]) => EngineRequests[K][1] | Promise<EngineRequests[K][1]>;
};

interface OpenTrace {
  readonly file: TraceFile;
  readonly lanes: LaneFiles;
  readonly notices: Notices;
  readonly stacks: Stacks;
  info: TraceInfo;
}

const MAX_PAGE = 10_000;

export interface EngineOptions {
  /** Where libsyscope.so and syscope-symbols lie; beside the bundle unless said. */
  readonly nativeFolder?: string | undefined;
  readonly log?: (text: string) => void;
}

export class Engine {
  private readonly traces = new Map<TraceId, OpenTrace>();
  private readonly boxes = new BoxReader();
  private readonly symbols: Symbols;
  private native: NativeLibrary | undefined;
  /** Numbers of another engine process are none of this one's: a client that was late to hear of a crash gets an error, not another trace. */
  private lastId = process.pid * 1_048_576;

  constructor(private readonly options: EngineOptions = {}) {
    const { nativeFolder, log } = options;
    this.symbols = new Symbols({
      ...(nativeFolder === undefined ? {} : { program: path.join(nativeFolder, 'syscope-symbols') }),
      ...(log === undefined ? {} : { log }),
    });
  }

  async request<K extends EngineRequest>(name: K, params: EngineRequests[K][0]): Promise<EngineRequests[K][1]> {
    if (!Object.hasOwn(this.handlers, name)) throw new Error(`The engine knows no request ${JSON.stringify(name)}.`);
    return this.handlers[name](params);
  }

  dispose(): void {
    this.symbols.dispose();
    for (const trace of this.traces.values()) close(trace);
    this.traces.clear();
  }

  private readonly handlers: Handlers = {
    open: ({ path: file }) => this.open(file),
    close: ({ trace }) => {
      close(this.trace(trace));
      this.traces.delete(trace);
      return undefined;
    },
    refresh: ({ trace }) => this.refresh(this.trace(trace)),
    lanes: ({ trace, ...set }) => readLanes(this.trace(trace).lanes.file(set)),
    boxes: ({ trace, query }) => this.boxes.read(this.trace(trace).lanes.file(query), query),
    details: ({ trace, event, ...set }) => this.details(this.trace(trace), event, set),
    events: ({ trace, first, count, hidden, loader, filter }) => {
      const file = this.trace(trace).lanes.file({ filter });
      const ids = new Float64Array(Math.min(MAX_PAGE, Math.max(0, count)));
      const helpers = loader ? 1 : 0;
      const filled = file.native.page(file.id, Math.max(0, first), ids.length, hidden, helpers, ids);
      const page = ids.subarray(0, Math.max(0, filled));
      return {
        total: file.native.pageTotal(file.id, hidden, helpers),
        calls: readCalls(file, page, true).map(({ call }) => call),
      };
    },
    neighbour: ({ trace, event, direction, ...set }) => {
      const file = this.trace(trace).lanes.file(set);
      return found(file.native.neighbour(file.id, event, direction));
    },
    processes: ({ trace }) => readProcesses(this.trace(trace).file),
    processChildren: ({ trace, parent, first, count }) => readChildren(this.trace(trace).file, parent, first, count),
    processRows: ({ trace, processes }) => readProcessRows(this.trace(trace).file, processes),
    descriptorSums: ({ trace, processes }) => readDescriptorSums(this.trace(trace).file, processes),
    descriptors: ({ trace, processes, classId, first, count }) =>
      readDescriptors(this.trace(trace).file, processes, classId, first, count),
    notices: ({ trace }) => this.trace(trace).notices.read(),
    pending: ({ trace, tid }) => {
      const { file } = this.trace(trace);
      file.refresh();
      return found(file.native.pending(file.id, tid));
    },
  };

  private trace(id: TraceId): OpenTrace {
    const trace = this.traces.get(id);
    if (trace === undefined) throw new Error(`No trace with the number ${String(id)} is open.`);
    return trace;
  }

  private open(path: string): { trace: TraceId; info: TraceInfo } {
    this.native ??= loadNative(this.options.nativeFolder);
    const file = new TraceFile(this.native, path);
    const info = readInfo(file);
    const trace = ++this.lastId;
    const opened = { file, lanes: new LaneFiles(file), notices: new Notices(file), stacks: new Stacks(file, this.symbols), info };
    this.traces.set(trace, opened);
    return { trace, info };
  }

  private refresh(trace: OpenTrace): TraceInfo {
    const revision = trace.file.refresh()[Info.revision];
    trace.lanes.refresh();
    if (revision !== trace.info.revision) trace.info = readInfo(trace.file);
    return trace.info;
  }

  private async details(trace: OpenTrace, event: EventId, set: LaneSet): Promise<EventDetails> {
    const [placed] = readCalls(trace.lanes.file(set), [event], true);
    if (placed === undefined) throw new Error(`The trace has no event ${String(event)}.`);
    return { call: placed.call, lane: placed.lane, stack: await trace.stacks.resolve(placed.call) };
  }
}

function close(trace: OpenTrace): void {
  trace.lanes.close();
  trace.file.close();
}

function found(event: number): EventId | undefined {
  return event < 0 ? undefined : event;
}
