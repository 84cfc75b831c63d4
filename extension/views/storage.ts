/**
 * Where traces lie by default: a folder of the extension's storage, named by program and time, the newest 20 or 2 GB kept.
 * Never the workspace. Node only, no vscode; what the person sees of it is `tracesView.ts`.
 */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';

export interface StoredTrace {
  readonly path: string;
  /** Of the program, from the file's name. */
  readonly program: string;
  readonly modifiedMs: number;
  readonly bytes: number;
  /** A tracer of this machine is writing it. */
  readonly recording: boolean;
}

export interface KeepLimits {
  readonly traces: number;
  readonly bytes: number;
}

export const KEEP: KeepLimits = { traces: 20, bytes: 2 * 1024 ** 3 };
const EXTENSION = '.syscope';

export class TraceStorage {
  constructor(
    readonly folder: string,
    /** A trace that a tab or a session uses is never removed. */
    private readonly inUse: (trace: string) => boolean,
  ) {}

  /** Room for one more is made first, so that the new one is among those that are kept. */
  async newTrace(program: string): Promise<string> {
    await fs.mkdir(this.folder, { recursive: true, mode: 0o700 });
    await this.prune({ ...KEEP, traces: KEEP.traces - 1 });
    const taken = new Set(await fs.readdir(this.folder));
    return path.join(this.folder, freeName(traceName(program, new Date()), taken));
  }

  /** The newest first. */
  async list(): Promise<readonly StoredTrace[]> {
    const names = await fs.readdir(this.folder).catch(() => []);
    const found = await Promise.all(
      names.filter((name) => name.endsWith(EXTENSION)).map((name) => readStored(path.join(this.folder, name))),
    );
    return found.filter((item): item is StoredTrace => item !== undefined).sort((a, b) => b.modifiedMs - a.modifiedMs);
  }

  async delete(trace: string): Promise<void> {
    await fs.rm(trace, { force: true });
  }

  private async prune(limits: KeepLimits): Promise<void> {
    const traces = await this.list();
    const kept = (trace: StoredTrace): boolean => trace.recording || this.inUse(trace.path);
    for (const trace of tracesToDelete(traces, limits, kept)) await this.delete(trace.path);
  }
}

/** `traces` are newest first. Those in use stay, and count. */
export function tracesToDelete(
  traces: readonly StoredTrace[],
  limits: KeepLimits,
  inUse: (trace: StoredTrace) => boolean,
): readonly StoredTrace[] {
  let count = traces.filter(inUse).length;
  let bytes = traces.filter(inUse).reduce((sum, trace) => sum + trace.bytes, 0);
  return traces.filter((trace) => {
    if (inUse(trace)) return false;
    count++;
    bytes += trace.bytes;
    return count > limits.traces || bytes > limits.bytes;
  });
}

/** "make-2026-11-26-221005": sortable, and nothing in it needs quoting in a shell. */
export function traceName(program: string, time: Date): string {
  const name = program
    .replace(/[^A-Za-z0-9._+-]+/g, '_')
    .replace(/^[.-]+/, '')
    .slice(0, 60);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${String(time.getFullYear())}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${name === '' ? 'trace' : name}-${day}-${two(time.getHours())}${two(time.getMinutes())}${two(time.getSeconds())}`;
}

/** The program in a name that `traceName` made; the whole name of another one. */
export function programOf(file: string): string {
  const name = path.basename(file, EXTENSION);
  return /^(.+)-\d{4}-\d\d-\d\d-\d{6}(-\d+)?$/.exec(name)?.[1] ?? name;
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  let candidate = `${name}${EXTENSION}`;
  for (let number = 2; taken.has(candidate); number++) candidate = `${name}-${String(number)}${EXTENSION}`;
  return candidate;
}

async function readStored(file: string): Promise<StoredTrace | undefined> {
  const stat = await fs.lstat(file).catch(() => undefined);
  if (stat?.isFile() !== true) return undefined;
  return {
    path: file,
    program: programOf(file),
    modifiedMs: stat.mtimeMs,
    bytes: stat.blocks * 512,
    recording: await isRecording(file),
  };
}

/** The header's fixed part (ARCHITECTURE.md, "The trace file"), and the offsets of what is read of it. */
const HEADER_BYTES = 64;
const STATE_OFFSET = 48;
const PID_OFFSET = 52;
const START_OFFSET = 56;
const STATE_RECORDING = 1;

/** The header says so, and its tracer is alive: a reused process id has another start time. */
export async function isRecording(file: string): Promise<boolean> {
  const header = await readHeader(file);
  if (header?.toString('latin1', 0, 8) !== 'SYSCOPE\n' || header.readUInt32LE(STATE_OFFSET) !== STATE_RECORDING) return false;
  const stat = await fs.readFile(`/proc/${String(header.readUInt32LE(PID_OFFSET))}/stat`, 'utf8').catch(() => '');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] === header.readBigUInt64LE(START_OFFSET).toString();
}

async function readHeader(file: string): Promise<Buffer | undefined> {
  const handle = await fs
    .open(file, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK)
    .catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    return bytesRead === HEADER_BYTES ? buffer : undefined;
  } finally {
    await handle.close();
  }
}
