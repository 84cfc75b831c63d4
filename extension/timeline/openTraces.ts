/**
 * The traces that are open in the engine, shared by path: the timeline's tabs, the debug sessions and the views use one and
 * the same. A trace that is being recorded is refreshed ten times a second while somebody looks at it. No vscode.
 */
import type { EngineRequest, EngineRequests, TraceId, TraceInfo } from '../trace/engineProtocol';

/** The engine's client, as far as this file needs it. */
export interface Engine {
  request<K extends EngineRequest>(name: K, params: EngineRequests[K][0]): Promise<EngineRequests[K][1]>;
}

/** Requests about one trace, whose id is filled in here. */
export type TraceRequest = Exclude<EngineRequest, 'open' | 'close' | 'refresh'>;
type WithoutTrace<K extends TraceRequest> = Omit<EngineRequests[K][0], 'trace'>;

const REFRESH_MS = 100;

export class OpenTraces {
  private readonly traces = new Map<string, OpenTrace>();
  /** Traces of programs that are just being started. */
  private readonly expected = new Map<string, Expected>();

  constructor(private readonly engine: Engine) {}

  /** The trace will be written: until it `arrived`, or `failed` to, opening it waits. */
  expect(path: string): void {
    const promise = new Promise<undefined>((resolve, reject) => {
      this.expected.set(path, { promise: () => promise, resolve, reject });
    });
    promise.catch(() => undefined); // nobody may be waiting
  }

  arrived(path: string): void {
    this.expected.get(path)?.resolve(undefined);
    this.expected.delete(path);
  }

  /** Returns false if it is not expected: it has arrived, and is there to be looked at. */
  failed(path: string): boolean {
    this.expected.get(path)?.reject(new Error('The program was not started.'));
    return this.expected.delete(path);
  }

  /** As `acquire`, but does not wait for a trace that is expected: its `opened()` does. */
  async acquireSoon(path: string): Promise<OpenTrace> {
    if (!this.expected.has(path)) return this.acquire(path);
    const trace = this.traceOf(path);
    trace.retain();
    trace.opened().catch(() => undefined); // said by whoever asks the trace for something
    return trace;
  }

  /** Every `acquire` is followed by one `release` of the same trace. */
  async acquire(path: string): Promise<OpenTrace> {
    const trace = this.traceOf(path);
    trace.retain();
    try {
      await trace.opened();
      return trace;
    } catch (error) {
      trace.release();
      throw error;
    }
  }

  /** Runs `use` on the trace, which is open for as long. */
  async with<T>(path: string, use: (trace: OpenTrace) => Promise<T>): Promise<T> {
    const trace = await this.acquire(path);
    try {
      return await use(trace);
    } finally {
      trace.release();
    }
  }

  private traceOf(path: string): OpenTrace {
    const known = this.traces.get(path);
    if (known !== undefined) return known;
    const trace = new OpenTrace(
      path,
      this.engine,
      () => this.traces.delete(path),
      () => this.expected.get(path)?.promise(),
    );
    this.traces.set(path, trace);
    return trace;
  }

  isOpen(path: string): boolean {
    return this.traces.has(path);
  }

  /** The engine's process has ended: each trace is opened again when it is next asked for. */
  engineLost(): void {
    for (const trace of this.traces.values()) trace.engineLost();
  }

  get all(): readonly OpenTrace[] {
    return [...this.traces.values()];
  }
}

interface Expected {
  readonly promise: () => Promise<undefined>;
  readonly resolve: (value: undefined) => void;
  readonly reject: (error: Error) => void;
}

export class OpenTrace {
  private state: { readonly id: TraceId; info: TraceInfo } | undefined;
  private lastInfo: TraceInfo | undefined;
  /** How often the engine was lost: an error of a request that a loss crossed says nothing. */
  private losses = 0;
  private opening: Promise<void> | undefined;
  private users = 0;
  private watchers = 0;
  private timer: NodeJS.Timeout | undefined;
  private refreshing: Promise<void> | undefined;
  private readonly listeners = new Set<(info: TraceInfo) => void>();

  constructor(
    readonly path: string,
    private readonly engine: Engine,
    private readonly forget: () => void,
    private readonly expected: () => Promise<undefined> | undefined,
  ) {}

  /** What the last refresh saw. */
  get info(): TraceInfo {
    if (this.lastInfo === undefined) throw new Error(`The trace "${this.path}" is not open.`);
    return this.lastInfo;
  }

  engineLost(): void {
    this.losses++;
    this.state = undefined;
    this.opening = undefined;
  }

  retain(): void {
    this.users++;
  }

  release(): void {
    if (--this.users > 0) return;
    this.forget();
    clearTimeout(this.timer);
    const { state } = this;
    this.state = undefined;
    if (state !== undefined) this.engine.request('close', { trace: state.id }).catch(() => undefined); // the engine has gone: then it is closed
  }

  opened(): Promise<void> {
    this.opening ??= this.open().catch((error: unknown) => {
      this.opening = undefined;
      throw error;
    });
    return this.opening;
  }

  /** Asked once more if the engine is lost over it: what killed it may have been another trace. */
  async request<K extends TraceRequest>(name: K, params: WithoutTrace<K>): Promise<EngineRequests[K][1]> {
    const { losses } = this;
    try {
      return await this.send(name, params);
    } catch (error) {
      if (!isEngineLoss(error) && losses === this.losses) throw error;
      return this.send(name, params);
    }
  }

  /** Takes in what was written since; one call at a time. */
  refresh(): Promise<void> {
    this.refreshing ??= this.takeIn().finally(() => {
      this.refreshing = undefined;
    });
    return this.refreshing;
  }

  onChange(listener: (info: TraceInfo) => void): { dispose(): void } {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  }

  /** While at least one watcher looks on, a recording is followed. Catches up at once. */
  watch(): { dispose(): void } {
    this.watchers++;
    this.schedule(0);
    let watching = true;
    return {
      dispose: () => {
        if (watching) this.watchers--;
        watching = false;
      },
    };
  }

  private async open(): Promise<void> {
    await this.expected();
    const { trace, info } = await this.engine.request('open', { path: this.path });
    if (this.users === 0) {
      await this.engine.request('close', { trace });
      return;
    }
    const again = this.lastInfo !== undefined;
    this.state = { id: trace, info };
    this.lastInfo = info;
    if (again) this.tell();
  }

  private async send<K extends TraceRequest>(name: K, params: WithoutTrace<K>): Promise<EngineRequests[K][1]> {
    await this.opened();
    if (this.state === undefined) throw new Error(`The trace "${this.path}" is not open.`);
    return this.engine.request(name, { ...params, trace: this.state.id });
  }

  private async takeIn(): Promise<void> {
    await this.opened();
    const { state } = this;
    if (state === undefined) return;
    const info = await this.engine.request('refresh', { trace: state.id });
    if (this.state !== state) return;
    const changed = info.revision !== state.info.revision || info.state !== state.info.state;
    state.info = info;
    this.lastInfo = info;
    if (changed) this.tell();
  }

  private tell(): void {
    const info = this.lastInfo;
    if (info !== undefined) for (const listener of [...this.listeners]) listener(info);
  }

  private schedule(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.refresh()
        .catch(() => undefined) // asked again by the next request, which says what is wrong
        .finally(() => {
          if (this.watchers > 0 && this.lastInfo?.state === 'recording') this.schedule(REFRESH_MS);
        });
    }, ms);
  }
}

/** The child process of the engine was lost: its trace ids mean nothing to the next one. */
function isEngineLoss(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'engine-lost';
}
