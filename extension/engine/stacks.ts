/**
 * Stacks with functions and lines: from the trace's own symbols if it has them (the tracer writes them at its end, so they stay
 * right when the program is compiled again), else asked of syscope-symbols.
 * What must not live here: how that helper is spoken to (symbols.ts), which frame is shown (extension/timeline).
 */
import fs from 'node:fs/promises';
import type { ResolvedFrame, ResolvedStack } from '../trace/engineProtocol';
import type { StackOf } from '../trace/source';
import { FrameFlag, ModuleFlag, StackEnd, SymbolFlag } from '../trace/gen/schema';
import { Info, RECORDING } from './abi';
import type { SymbolAnswer, SymbolProblem, Symbols } from './symbols';
import type { TraceFile } from './traceFile';

/** A walk ends at 256 frames; a file that says more is cut. */
const MAX_FRAMES = 1024;
/** How far up mappings are looked for: a shell's pipeline is a handful of forks deep. */
const MAX_FORKS = 64;
/** Stacks that are kept. */
const MAX_KEPT = 20_000;

const ENDS: Readonly<Record<number, ResolvedStack['end']>> = {
  [StackEnd.complete]: 'complete',
  [StackEnd.limit]: 'limit',
  [StackEnd.noCfi]: 'no-cfi',
  [StackEnd.unreadable]: 'unreadable',
  [StackEnd.guess]: 'guess',
};

interface Module {
  readonly path: string;
  readonly buildId: string;
  readonly size: number;
  readonly mtimeMs: number;
  readonly flags: number;
}
interface Frame {
  readonly module: Module | undefined;
  readonly moduleId: number;
  readonly offset: bigint;
  readonly flags: number;
}
/** A frame with its functions and lines, innermost first. */
interface KnownFrame {
  readonly frame: Frame;
  readonly levels: readonly Level[];
  readonly problem: SymbolProblem;
}
interface Mapping {
  readonly seq: bigint;
  readonly start: bigint;
  readonly vaddr: bigint;
  readonly end: bigint;
}
/** A level of a frame, wherever it was found. */
interface Level {
  readonly function: string | undefined;
  readonly file: string | undefined;
  readonly line: number;
  readonly column: number;
  readonly inlined: boolean;
  readonly hash: string | undefined;
  readonly mtimeMs: number | undefined;
}

export class Stacks {
  private readonly modules = new Map<number, Module>();
  /** Frame id → its symbol rows; rows that were looked at. */
  private readonly symbolRows = new Map<number, number[]>();
  private symbolsSeen = 0;
  /** "process:module" → where it was mapped. */
  private readonly mappings = new Map<string, Mapping[]>();
  private mappingsSeen = 0;
  /** Stacks of a finished trace by process, its program and stack: nothing about them changes any more. */
  private readonly finished = new Map<string, Promise<ResolvedStack | undefined>>();
  /** Its frames, with what is the same in each process. */
  private readonly finishedFrames = new Map<number, Promise<KnownFrame | undefined>>();
  /** Process to its parent's index, and to when it began other programs. */
  private parents: readonly (number | undefined)[] | undefined;
  private execs: ReadonlyMap<number, readonly bigint[]> | undefined;

  constructor(
    private readonly file: TraceFile,
    private readonly symbols: Symbols,
  ) {}

  /** Undefined: the call has no stack, or it is damaged. */
  resolve(call: StackOf): Promise<ResolvedStack | undefined> {
    if (call.stack <= 0) return Promise.resolve(undefined);
    if (this.file.info[Info.state] === RECORDING) return this.resolveNow(call);
    const key = `${call.process}:${this.programOf(call)}:${call.stack}`;
    const known = this.finished.get(key);
    if (known !== undefined) return known;
    if (this.finished.size >= MAX_KEPT) this.finished.clear();
    const stack = this.resolveNow(call);
    this.finished.set(key, stack);
    return stack;
  }

  private async resolveNow(call: StackOf): Promise<ResolvedStack | undefined> {
    const frames = this.framesOf(call.stack);
    if (frames === undefined) return undefined;
    this.takeNewRows();
    const resolved = await Promise.all(frames.ids.map((id) => this.resolveFrame(id, call)));
    return { frames: resolved.flat(), end: ENDS[frames.end] ?? 'unreadable' };
  }

  private framesOf(stack: number): { ids: number[]; end: number } | undefined {
    const row = stack > 0 ? this.file.rows('stack', ['pos', 'count', 'end'], stack, 1)[0] : undefined;
    if (!row) return undefined;
    const bytes = this.file.heap(row.pos, Math.min(Number(row.count), MAX_FRAMES) * 4);
    if (bytes === undefined) return undefined;
    const view = new DataView(bytes.buffer);
    const ids = Array.from({ length: bytes.length / 4 }, (_, i) => view.getUint32(i * 4, true));
    return { ids, end: Number(row.end) };
  }

  private takeNewRows(): void {
    const symbols = this.file.rows('symbol', ['frame'], this.symbolsSeen);
    symbols.forEach((row, i) => {
      if (row) append(this.symbolRows, Number(row.frame), this.symbolsSeen + i);
    });
    this.symbolsSeen += symbols.length;
    const mappings = this.file.rows('mapping', ['seq', 'process', 'module', 'start', 'end', 'vaddr'], this.mappingsSeen);
    for (const row of mappings) if (row) append(this.mappings, `${row.process}:${row.module}`, row);
    this.mappingsSeen += mappings.length;
  }

  private frame(id: number): Frame | undefined {
    const row = id > 0 ? this.file.rows('frame', ['module', 'offset', 'flags'], id, 1)[0] : undefined;
    if (!row) return undefined;
    const flags = Number(row.flags);
    const moduleId = Number(row.module);
    const module = (flags & FrameFlag.noModule) !== 0 ? undefined : this.module(moduleId);
    return { module, moduleId, offset: row.offset, flags };
  }

  private module(id: number): Module | undefined {
    const known = this.modules.get(id);
    if (known !== undefined) return known;
    const row = this.file.rows('module', ['path', 'build_id', 'size', 'mtime_ns', 'flags'], id, 1)[0];
    if (!row) return undefined;
    const module: Module = {
      path: this.file.string(Number(row.path)),
      buildId: this.file.string(Number(row.build_id)),
      size: Number(row.size),
      mtimeMs: Number(row.mtime_ns) / 1e6,
      flags: Number(row.flags),
    };
    this.modules.set(id, module);
    return module;
  }

  private async resolveFrame(id: number, call: StackOf): Promise<ResolvedFrame[]> {
    const known = await this.knownFrame(id);
    if (known === undefined) return [];
    const { frame, levels, problem } = known;
    const { module } = frame;
    const base = {
      address: this.absoluteAddress(frame, call),
      module: module?.path ?? '',
      buildId: module?.buildId ?? '',
      offset: frame.offset,
      guess: (frame.flags & FrameFlag.guess) !== 0,
      signal: (frame.flags & FrameFlag.signal) !== 0,
      moduleMtimeMs: module !== undefined && module.mtimeMs > 0 ? module.mtimeMs : undefined,
    };
    const shown: readonly Level[] = levels.length > 0 ? levels : [UNNAMED];
    return shown.map((level) => {
      const location =
        level.file !== undefined && level.line > 0 ? { file: level.file, line: level.line, column: level.column } : undefined;
      return {
        ...base,
        function: level.function,
        location,
        inlined: level.inlined,
        missing: location === undefined ? problem : undefined,
        sourceHash: level.hash,
        sourceMtimeMs: level.mtimeMs,
      };
    });
  }

  private knownFrame(id: number): Promise<KnownFrame | undefined> {
    if (this.file.info[Info.state] === RECORDING) return this.readFrame(id);
    let known = this.finishedFrames.get(id);
    if (known === undefined) {
      if (this.finishedFrames.size >= MAX_KEPT) this.finishedFrames.clear();
      this.finishedFrames.set(id, (known = this.readFrame(id)));
    }
    return known;
  }

  private async readFrame(id: number): Promise<KnownFrame | undefined> {
    const frame = this.frame(id);
    return frame === undefined ? undefined : { frame, ...(await this.levels(id, frame)) };
  }

  private async levels(id: number, frame: Frame): Promise<{ levels: readonly Level[]; problem: SymbolProblem }> {
    const { module } = frame;
    if (module === undefined || (module.flags & ModuleFlag.anonymous) !== 0) return { levels: [], problem: 'no-module' };
    const written = this.writtenLevels(id);
    if (written.some((level) => level.function !== undefined || level.file !== undefined))
      return { levels: written, problem: 'no-debug-info' };
    const answer = await this.ask(module, frame);
    const levels = answer.frames.map((symbol): Level => ({ ...symbol, hash: undefined, mtimeMs: undefined }));
    return { levels, problem: answer.problem ?? 'no-debug-info' };
  }

  private writtenLevels(id: number): Level[] {
    const rows = (this.symbolRows.get(id) ?? []).map(
      (row) => this.file.rows('symbol', ['depth', 'function', 'source', 'line', 'column', 'flags'], row, 1)[0],
    );
    const known = rows.filter((row) => row !== undefined).sort((a, b) => Number(a.depth - b.depth));
    return known.map((row) => {
      const source =
        row.source > 0n ? this.file.rows('source', ['path', 'hash', 'mtime_ns'], Number(row.source), 1)[0] : undefined;
      const text = (string: bigint | undefined): string | undefined => this.file.string(Number(string ?? 0n)) || undefined;
      return {
        function: text(row.function),
        file: text(source?.path),
        line: Number(row.line),
        column: Number(row.column),
        inlined: (Number(row.flags) & SymbolFlag.inlined) !== 0,
        hash: text(source?.hash),
        mtimeMs: source !== undefined && source.mtime_ns > 0n ? Number(source.mtime_ns) / 1e6 : undefined,
      };
    });
  }

  private async ask(module: Module, frame: Frame): Promise<SymbolAnswer> {
    const isVdso = (module.flags & ModuleFlag.vdso) !== 0;
    // Without a build-id only size and time can tell that it is still the same file.
    if (!isVdso && module.buildId === '' && !(await isUnchanged(module))) return { frames: [], problem: 'module-changed' };
    // A return address is where the call comes back to, which may be the next line: the call itself lies before it.
    const at = (frame.flags & FrameFlag.returnAddress) !== 0 && frame.offset > 0n ? frame.offset - 1n : frame.offset;
    const [answer] = await this.symbols.lookUp(module.path, module.buildId, [at]);
    return answer ?? { frames: [], problem: 'no-debug-info' };
  }

  /** As the process saw it, if it is known where the module was mapped; else the address in the module. */
  private absoluteAddress(frame: Frame, call: StackOf): bigint {
    if (frame.module === undefined) return frame.offset;
    const before = call.seq === undefined ? undefined : BigInt(call.seq);
    for (const mapping of this.mappingsOf(call.process, frame.moduleId).toReversed()) {
      if (before !== undefined && mapping.seq > before) continue;
      const address = frame.offset - mapping.vaddr + mapping.start;
      if (address >= mapping.start && address <= mapping.end) return address;
    }
    return frame.offset;
  }

  /** A forked child has its parent's until it maps its own. */
  private mappingsOf(process: number, module: number): readonly Mapping[] {
    this.parents ??= this.file
      .rows('process', ['parent'])
      .map((row) => (row && row.parent > 0n ? Number(row.parent) - 1 : undefined));
    let at: number | undefined = process;
    for (let looked = 0; at !== undefined && looked <= MAX_FORKS; looked++) {
      const own = this.mappings.get(`${at}:${module}`);
      if (own !== undefined) return own;
      at = this.parents[at];
    }
    return [];
  }

  /** How many programs the process has begun before this call. */
  private programOf({ process, seq }: StackOf): number {
    if (seq === undefined) return -1;
    this.execs ??= this.readExecs();
    return this.execs.get(process)?.filter((exec) => exec <= BigInt(seq)).length ?? 0;
  }

  private readExecs(): Map<number, bigint[]> {
    const execs = new Map<number, bigint[]>();
    for (const row of this.file.rows('exec', ['seq', 'process'])) if (row) append(execs, Number(row.process), row.seq);
    return execs;
  }
}

const UNNAMED: Level = {
  function: undefined,
  file: undefined,
  line: 0,
  column: 0,
  inlined: false,
  hash: undefined,
  mtimeMs: undefined,
};

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

async function isUnchanged(module: Module): Promise<boolean> {
  const stat = await fs.stat(module.path).catch(() => undefined);
  if (stat === undefined) return true; // the helper says that there is none
  return stat.isFile() && stat.size === module.size && Math.abs(stat.mtimeMs - module.mtimeMs) < 1;
}
