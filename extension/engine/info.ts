/**
 * What a trace as a whole is: program, state, counts, problems.
 * What must not live here: single events.
 */
import path from 'node:path';
import type { ProcessInfo, TraceInfo } from '../trace/engineProtocol';
import { ExitScope, LostReason } from '../trace/gen/schema';
import { Info } from './abi';
import type { TraceFile } from './traceFile';

const STATES = ['recording', 'recording', 'complete', 'interrupted'] as const;
/** Warnings and losses that are listed; the rest are counted. */
const MAX_LISTED = 50;

const LOST_REASONS: Readonly<Record<number, string>> = {
  [LostReason.diskFull]: 'the disk was full',
  [LostReason.sizeLimit]: 'the size limit was reached',
  [LostReason.traceeVanished]: 'the process was gone',
  [LostReason.unreadable]: 'memory could not be read',
  [LostReason.detached]: 'Syscope was detached',
};

export function readInfo(file: TraceFile): TraceInfo {
  const numbers = Float64Array.from(file.info);
  const at = (index: number): number => numbers[index]!;
  const meta = readMeta(file);
  const state = STATES[at(Info.state)] ?? 'interrupted';
  const program = meta.get('program') ?? '';
  return {
    path: file.path,
    program: program === '' ? path.basename(file.path) : program,
    argv: words(meta.get('argv') ?? ''),
    cwd: meta.get('cwd') ?? '',
    state,
    startRealtimeMs: at(Info.startRealtimeMs),
    durationNs: at(Info.duration),
    events: at(Info.events),
    errors: at(Info.errors),
    pending: at(Info.pending),
    lost: at(Info.lost),
    processes: at(Info.processes),
    threads: at(Info.threads),
    stopCostNs: number(meta.get('stop_cost_ns')),
    tracerPid: at(Info.tracerPid),
    controlPath: state === 'recording' ? meta.get('control') : undefined,
    damage: file.problems(),
    problems: problems(file, state),
    revision: at(Info.revision),
  };
}

/** Facts about the recording by key; a key that comes again replaces what was said. */
function readMeta(file: TraceFile): Map<string, string> {
  const meta = new Map<string, string>();
  for (const row of file.rows('meta', ['key', 'value']))
    if (row) meta.set(file.string(Number(row.key)), file.string(Number(row.value)));
  return meta;
}

function number(text: string | undefined): number {
  const value = Number(text ?? 0);
  return Number.isFinite(value) && value > 0 ? value : 0;
}

/** NUL-separated or NUL-terminated words. */
export function words(text: string): string[] {
  if (text === '') return [];
  return (text.endsWith('\0') ? text.slice(0, -1) : text).split('\0');
}

function problems(file: TraceFile, state: TraceInfo['state']): string[] {
  const texts: string[] = [];
  if (state === 'interrupted')
    texts.push(
      'The recording was interrupted: the tracer ended before it could complete the trace. What it had recorded is here.',
    );
  texts.push(...file.problems());
  const lost = file.rows('lost', ['reason', 'count', 'text'], 0, Math.min(MAX_LISTED, file.rowCount('lost')));
  for (const row of lost) {
    if (!row) continue;
    const why = file.string(Number(row.text)) || (LOST_REASONS[Number(row.reason)] ?? 'for an unknown reason');
    texts.push(`${row.count} ${row.count === 1n ? 'event was' : 'events were'} not recorded: ${why.replace(/\.$/, '')}.`);
  }
  const warnings = file.rows('warning', ['text'], 0, Math.min(MAX_LISTED, file.rowCount('warning')));
  for (const row of warnings) {
    const text = row ? file.string(Number(row.text)) : '';
    if (text !== '') texts.push(text);
  }
  const more = Math.max(0, file.rowCount('lost') - MAX_LISTED) + Math.max(0, file.rowCount('warning') - MAX_LISTED);
  if (more > 0) texts.push(`${more} more warnings are in the trace.`);
  return [...new Set(texts)];
}

interface MutableProcess {
  index: number;
  pid: number;
  ppid: number;
  name: string;
  threads: { index: number; tid: number; name: string; ended: boolean }[];
  exitStatus: number | undefined;
}

export function readProcesses(file: TraceFile): ProcessInfo[] {
  const processes = new Map<number, MutableProcess>();
  file.rows('process', ['pid', 'ppid', 'name']).forEach((row, index) => {
    if (!row) return;
    const name = file.string(Number(row.name));
    processes.set(index, { index, pid: Number(row.pid), ppid: Number(row.ppid), name, threads: [], exitStatus: undefined });
  });
  const threads = new Map<number, { ended: boolean }>();
  file.rows('thread', ['process', 'tid', 'name']).forEach((row, index) => {
    if (!row) return;
    const thread = { index, tid: Number(row.tid), name: file.string(Number(row.name)), ended: false };
    processes.get(Number(row.process))?.threads.push(thread);
    threads.set(index, thread);
  });
  for (const row of file.rows('exec', ['process', 'name'])) {
    const process = row && processes.get(Number(row.process));
    if (process) process.name = file.string(Number(row.name));
  }
  for (const row of file.rows('exited', ['process', 'thread', 'scope', 'status'])) if (row) takeExit(row, processes, threads);
  return [...processes.values()];
}

function takeExit(
  row: Readonly<Record<'process' | 'thread' | 'scope' | 'status', bigint>>,
  processes: ReadonlyMap<number, MutableProcess>,
  threads: ReadonlyMap<number, { ended: boolean }>,
): void {
  const thread = threads.get(Number(row.thread));
  if (Number(row.scope) === ExitScope.thread) {
    if (thread) thread.ended = true;
    return;
  }
  const process = processes.get(Number(row.process));
  if (!process) return;
  process.exitStatus = Number(row.status);
  for (const each of process.threads) each.ended = true;
}
