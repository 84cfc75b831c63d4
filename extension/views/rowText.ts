/**
 * Rows of the views in words: what a process, a descriptor, a blind spot is called, what its calls come to, where it is from.
 * Pure. Names are those that a traced program chose: whatever could change how the line around it reads is shown escaped.
 */
import { endText } from '../trace/export/strace';
import { syscallName } from '../trace/describe';
import { BlindReason, FD_CLASSES, FdOp, LostReason } from '../trace/gen/schema';
import type { CallTotals, DescriptorRow, DescriptorSum, NoticeRow, PeerRow, ProcessRow } from '../trace/viewProtocol';
import { sizeText } from './size';

const MAX_NAME = 120;

/** Control characters, and those that change the direction of writing or can't be seen, as \u{…}. */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (c) => `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`);
}

/** At most so long that a row stays one: the middle is left out. */
export function shortened(text: string, limit = MAX_NAME): string {
  const shown = visible(text);
  const half = Math.floor((limit - 1) / 2);
  return shown.length <= limit ? shown : `${shown.slice(0, half)}…${shown.slice(-half)}`;
}

export function countText(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

const joined = (parts: readonly (string | undefined)[]): string =>
  parts.filter((part) => part !== undefined && part !== '').join(' · ');

/** "1.2 MB in · 300 B out · 40 calls · 2 failed": what is 0 is left out, but calls. */
export function totalsText({ calls, errors, received, sent }: CallTotals): string {
  return joined([
    received > 0 ? `${sizeText(received)} in` : undefined,
    sent > 0 ? `${sizeText(sent)} out` : undefined,
    calls > 0 || errors > 0 ? countText(calls, 'call') : undefined,
    errors > 0 ? `${errors.toLocaleString('en')} failed` : undefined,
  ]);
}

export function processName({ name, pid }: Pick<ProcessRow, 'name' | 'pid'>): string {
  return `${name === '' ? '?' : shortened(name, 40)} ${pid}`;
}

/** How it ended, if that is worth a word: an exit with 0 is not. */
export function exitMark({ status }: Pick<ProcessRow, 'status'>): string | undefined {
  return status === undefined || status === 0 ? undefined : endText(status);
}

export function processDescription(row: ProcessRow): string {
  return joined([exitMark(row), totalsText(row)]);
}

export function commandLine({ argv, path, name }: Pick<ProcessRow, 'argv' | 'path' | 'name'>): string {
  return argv.length > 0 ? argv.map(quoted).join(' ') : path === '' ? name : path;
}

/** As a shell takes it. */
function quoted(word: string): string {
  if (/^[\w%+,./:=@^-]+$/.test(word)) return word;
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(word))
    return `$'${word.replace(/[\\']/g, '\\$&').replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, shellEscape)}'`;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

function shellEscape(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x80 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
}

export function classLabel(classId: number): string {
  return FD_CLASSES.find(({ value }) => value === classId)?.label ?? 'Other';
}

export function sumDescription(sum: DescriptorSum): string {
  const open = sum.open > 0 ? `${sum.open.toLocaleString('en')} open` : undefined;
  return joined([countText(sum.descriptors, 'descriptor'), open, totalsText(sum)]);
}

/** "fd 3 log.txt": of a path the last part, as the timeline has it. */
export function descriptorLabel({ fd, name, description }: Pick<DescriptorRow, 'fd' | 'name' | 'description'>): string {
  return `fd ${fd} ${description === 0 ? '(not open)' : shortened(lastPart(name))}`.trimEnd();
}

/** Devices and kernel files say too little by their last part. */
function lastPart(name: string): string {
  return /^\/(?:dev|proc|sys)\//.test(name) ? name : (/^\/.*\/([^/]+)$/s.exec(name)?.[1] ?? name);
}

/** owner: the rows around it are of other processes too. */
export function descriptorDescription(row: DescriptorRow, owner: boolean): string {
  const closed = row.endNs !== undefined && row.description !== 0 ? 'closed' : undefined;
  const folder = lastPart(row.name) === row.name ? undefined : shortened(row.name.slice(0, row.name.lastIndexOf('/')));
  return joined([
    owner ? processName({ name: row.processName, pid: row.pid }) : undefined,
    totalsText(row),
    closed,
    row.description === 0 ? undefined : folder,
  ]);
}

/** Where it is from, and by which call. */
export function originText({ origin, event, eventNr, eventArch, generations, description }: DescriptorRow): string {
  const call = event === undefined ? '' : syscallName(eventNr, eventArch);
  const by = call === '' ? '' : ` by ${call}`;
  const again = generations > 1 ? `, ${generations.toLocaleString('en')} times` : '';
  switch (origin) {
    case FdOp.open:
      return `opened${by}${again}`;
    case FdOp.dup:
      return `duplicated${by}${again}`;
    case FdOp.inherit:
      return 'inherited from the parent process';
    case FdOp.found:
      return call === '' ? 'there when recording began, or first seen later' : `first seen in ${call}`;
    default:
      return description === 0 ? 'not open, as far as the trace says' : 'not known; the files table may be shared';
  }
}

export function peerText({ name, holder }: PeerRow): string {
  if (holder === undefined) return `${shortened(name)}, in no traced process`;
  return `fd ${holder.fd} of ${processName({ name: holder.processName, pid: holder.pid })}`;
}

const BLIND_LABELS: Readonly<Record<number, string>> = {
  [BlindReason.ioUring]: 'io_uring rings',
  [BlindReason.sharedMapping]: 'Shared writable mappings',
  [BlindReason.linuxAio]: 'Linux AIO contexts',
  [BlindReason.compatCode]: '32-bit code',
  [BlindReason.ioUringOp]: 'io_uring operations',
  [BlindReason.ioUringPolled]: 'io_uring polled by the kernel (SQPOLL)',
  [BlindReason.unread]: 'Submissions that could not be read',
  [BlindReason.linuxAioOp]: 'Linux AIO operations',
  [BlindReason.vdsoTime]: 'Time calls through the vDSO',
};
const LOST_LABELS: Readonly<Record<number, string>> = {
  [LostReason.diskFull]: 'Lost: the disk was full',
  [LostReason.sizeLimit]: 'Lost: the size limit was reached',
  [LostReason.traceeVanished]: 'Lost: the process was gone',
  [LostReason.unreadable]: 'Lost: memory could not be read',
  [LostReason.detached]: 'Lost: detached',
};

export function noticeLabel({ kind, reason, texts }: NoticeRow): string {
  switch (kind) {
    case 'blind':
      return BLIND_LABELS[reason] ?? `Blind spot ${reason}`;
    case 'lost':
      return LOST_LABELS[reason] ?? `Lost (reason ${reason})`;
    case 'warning':
    case 'problem':
      return shortened(texts[0] ?? 'Warning', 200);
  }
}

export function noticeDescription({ kind, count, uncounted, texts, processes }: NoticeRow): string {
  if (kind === 'warning' || kind === 'problem') return count > 1 ? `×${count.toLocaleString('en')}` : '';
  const times =
    kind === 'lost' ? countText(count, 'event') : count === 0 && uncounted ? 'not counted' : count.toLocaleString('en');
  const where = processes.length > 1 ? countText(processes.length, 'process', 'processes') : undefined;
  return joined([times, where, kind === 'lost' && texts[0] !== undefined ? shortened(texts[0]) : undefined]);
}
