/**
 * The tracer's control channel as data: its events and replies, and the check of a received line. Pure; the socket is in
 * `control.ts`. The channel is described in ARCHITECTURE.md, "Launch and control". Lines come from another process
 * and carry names that the traced program chose, so every field is checked.
 */

export type ControlVerb = 'status' | 'pause' | 'resume' | 'step' | 'detach' | 'terminate' | 'kill';
export type StopReason = 'pause' | 'step' | 'entry';

export type ControlEvent =
  | {
      readonly event: 'hello';
      readonly version: number;
      readonly pid: number;
      readonly program: string;
      readonly trace: string;
      readonly attached: boolean;
    }
  | { readonly event: 'process'; readonly pid: number; readonly ppid: number; readonly name: string }
  | { readonly event: 'thread'; readonly pid: number; readonly tid: number; readonly name: string }
  | { readonly event: 'thread_exit'; readonly pid: number; readonly tid: number }
  | { readonly event: 'exited'; readonly pid: number; readonly code: number | undefined; readonly signal: number | undefined }
  | { readonly event: 'stopped'; readonly tid: number; readonly reason: StopReason; readonly id: number }
  | { readonly event: 'continued'; readonly tid: number }
  | { readonly event: 'warning'; readonly text: string }
  | { readonly event: 'error'; readonly text: string }
  | { readonly event: 'end'; readonly reason: string };

export type ControlMessage =
  | { readonly type: 'event'; readonly event: ControlEvent }
  | { readonly type: 'reply'; readonly reply: number; readonly error: string | undefined };

/** The version of the channel that this extension speaks. */
export const CONTROL_VERSION = 1;

/** Undefined for a line that is no message of this version, which a newer tracer may send. */
export function parseControlLine(line: string): ControlMessage | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = value as Readonly<Record<string, unknown>>;
  if (isCount(fields['reply'])) {
    const error = fields['error'];
    return { type: 'reply', reply: fields['reply'], error: typeof error === 'string' ? error : undefined };
  }
  const event = parseEvent(fields);
  return event === undefined ? undefined : { type: 'event', event };
}

function parseEvent(fields: Readonly<Record<string, unknown>>): ControlEvent | undefined {
  const pid = count(fields['pid']);
  const tid = count(fields['tid']);
  const name = text(fields['name']);
  switch (fields['event']) {
    case 'hello': {
      const version = count(fields['version']);
      const trace = text(fields['trace']);
      if (version === undefined || pid === undefined || trace === undefined) return undefined;
      return {
        event: 'hello',
        version,
        pid,
        trace,
        program: text(fields['program']) ?? '',
        attached: fields['attached'] === true,
      };
    }
    case 'process':
      return pid === undefined ? undefined : { event: 'process', pid, ppid: count(fields['ppid']) ?? 0, name: name ?? '' };
    case 'thread':
      return pid === undefined || tid === undefined ? undefined : { event: 'thread', pid, tid, name: name ?? '' };
    case 'thread_exit':
      return pid === undefined || tid === undefined ? undefined : { event: 'thread_exit', pid, tid };
    case 'exited':
      return pid === undefined
        ? undefined
        : { event: 'exited', pid, code: count(fields['code']), signal: count(fields['signal']) };
    case 'stopped': {
      const reason = stopReason(fields['reason']);
      return tid === undefined || reason === undefined
        ? undefined
        : { event: 'stopped', tid, reason, id: count(fields['id']) ?? 0 };
    }
    case 'continued':
      return { event: 'continued', tid: tid ?? 0 };
    case 'warning':
    case 'error':
      return { event: fields['event'], text: text(fields['text']) ?? '' };
    case 'end':
      return { event: 'end', reason: text(fields['reason']) ?? '' };
    default:
      return undefined;
  }
}

function stopReason(value: unknown): StopReason | undefined {
  return value === 'pause' || value === 'step' || value === 'entry' ? value : undefined;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function count(value: unknown): number | undefined {
  return isCount(value) ? value : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
