/**
 * Structs by the field lists of gen/structs.ts: "{tv_sec=1, tv_nsec=0}". Each is compiled once. What prints in a way of its
 * own has a `form` and a function in SPECIAL. The caller has checked that there are at least `size` bytes.
 */
import { STRUCTS } from '../gen/structs';
import type { StructField, StructSpec } from '../tables';
import { i32, quotedHex, u16, u32, u64, wordAt } from './bytes';
import { type BytesText, FIELD_BYTES, fieldOf, fieldText, numberAt, seconds } from './fields';
import { readSigInfo, readSigInfo32, sigactionText, sigInfoText, sigsetText, waitStatusText } from './signals';
import { PLAIN, type Style } from './style';
import { termioText, termiosText } from './termios';
import { address, hex, mode, namesOf, signalName, utc } from './words';

/** The printer of a struct of gen/structs.ts, or of one field of it. Every name that a table uses exists (a unit test checks it). */
export function structText(name: string, style: Style = PLAIN, only?: string): BytesText {
  const key = only === undefined ? name : `${name}.${only}`;
  let text = style.structs.get(key);
  if (text === undefined) {
    const spec = STRUCTS[name];
    if (spec === undefined) throw new Error(`no such struct: ${name}`);
    text = compile(only === undefined ? spec : { ...spec, fields: [fieldOf(spec, only)] }, style);
    style.structs.set(key, text);
  }
  return text;
}

function compile(spec: StructSpec, style: Style): BytesText {
  if (!style.abbreviate && spec.whole !== undefined) return whole(spec, style);
  const special = SPECIAL[spec.form ?? ''];
  if (special !== undefined) return special(spec, style);
  if (spec.form === 'partial') return partial(spec, spec.more === true ? ', ...}' : '}', style);
  if (spec.form === 'sized') return sized(spec, style);
  const fields = fieldTexts(spec.fields, style);
  if (spec.form === 'list') return (bytes, at) => `[${fields.map((f) => f(bytes, at)).join(', ')}]`;
  if (spec.form === 'spread') return (bytes, at) => fields.map((f) => f(bytes, at)).join(', ');
  if (spec.form === 'bare') return (bytes, at) => fields.map((f) => f(bytes, at)).join('');
  const end = spec.more === true ? ', ...}' : '}';
  return (bytes, at) => {
    let text = '';
    for (const field of fields) text += text === '' ? field(bytes, at) : `, ${field(bytes, at)}`;
    return `{${text}${end}`;
  };
}

const fieldTexts = (fields: readonly StructField[], style: Style): BytesText[] =>
  fields.map((field) => fieldText(field, (name) => structText(name, style)));

/** Every field, also those that strace prints only with -v. Of a device's stat the device number, of others the size. */
function whole(spec: StructSpec, style: Style): BytesText {
  const fields = spec.whole ?? [];
  const texts = fieldTexts(fields, style);
  const isDevice = spec.form === 'stat' ? deviceStat(spec) : undefined;
  const first = numberAt(spec, spec.fields[0]!.name);
  const needs = fields.map(({ name }) => BigInt(spec.needs?.[name] ?? 0));
  return (bytes, at) => {
    const there = first(bytes, at);
    const left = isDevice === undefined ? undefined : isDevice(bytes, at) ? 'st_size' : 'st_rdev';
    return `{${texts
      .flatMap((text, i) =>
        fields[i]!.name === left || (needs[i] !== 0n && (there & needs[i]!) === 0n) ? [] : [text(bytes, at)],
      )
      .join(', ')}}`;
  };
}

function deviceStat(spec: StructSpec): (bytes: Uint8Array, at: number) => boolean {
  const bits = numberAt(spec, 'st_mode');
  return (bytes, at) => {
    const type = Number(bits(bytes, at)) & 0o170000;
    return type === S_IFBLK || type === S_IFCHR;
  };
}

/** As many fields as there are bytes for; of one that is cut, these. */
function partial(spec: StructSpec, end: string, style: Style): BytesText {
  const texts = fieldTexts(spec.fields, style);
  const fields = spec.fields.map((field, i) => ({ field, text: texts[i]!, size: sizeOf(field) }));
  return (bytes, at) => {
    const parts: string[] = [];
    for (const { field, text, size } of fields) {
      const from = at + field.offset;
      if (from + size <= bytes.length) parts.push(text(bytes, at));
      else if (from < bytes.length) parts.push(`${field.name}=${quotedHex(bytes.subarray(from), bytes.length - from)}`);
    }
    return `{${parts.join(', ')}${end}`;
  };
}

function sizeOf(field: StructField): number {
  const struct = /^struct\((.*)\)$/.exec(field.form ?? '')?.[1];
  return struct === undefined ? FIELD_BYTES[field.type] : (STRUCTS[struct]?.size ?? 0);
}

/** As much as the kernel gave; four bytes are a number, as strace has it. */
function tcpInfo(spec: StructSpec, style: Style): BytesText {
  const text = partial(spec, '}', style);
  return (bytes, at) => (bytes.length === 4 ? `[${i32(bytes, at)}]` : text(bytes, at));
}

/** Its first field says how long it is. */
function sized(spec: StructSpec, style: Style): BytesText {
  const text = partial(spec, '}', style);
  const size = numberAt(spec, spec.fields[0]!.name);
  return (bytes, at) => text(bytes.subarray(0, at + Math.max(8, Math.min(Number(size(bytes, at)), spec.size))), at);
}

const UTIME_NOW = 0x3fffffff;
const UTIME_OMIT = 0x3ffffffe;

/** A time to set on a file, utimensat(2). */
function fileTime(spec: StructSpec): BytesText {
  const [seconds, nanoseconds] = [numberAt(spec, 'tv_sec'), numberAt(spec, 'tv_nsec')];
  return (bytes, at) => fileTimeText(seconds(bytes, at), nanoseconds(bytes, at));
}

function fileTimeText(sec: bigint, nsec: bigint): string {
  if (nsec === BigInt(UTIME_NOW)) return 'UTIME_NOW';
  if (nsec === BigInt(UTIME_OMIT)) return 'UTIME_OMIT';
  const fraction = nsec > 0n && nsec < 1000000000n ? `.${String(nsec).padStart(9, '0')}` : '';
  const when = sec === 0n && nsec === 0n ? undefined : utc(sec, fraction);
  return `{tv_sec=${sec}, tv_nsec=${nsec}}${when === undefined ? '' : ` /* ${when} */`}`;
}

/** The same in microseconds, utimes(2). */
function fileTimeval(spec: StructSpec): BytesText {
  const [seconds, microseconds] = [numberAt(spec, 'tv_sec'), numberAt(spec, 'tv_usec')];
  return (bytes, at) => {
    const [sec, usec] = [seconds(bytes, at), microseconds(bytes, at)];
    const fraction = usec > 0n && usec < 1000000n ? `.${String(usec).padStart(6, '0')}` : '';
    const when = (sec === 0n && usec === 0n) || usec >= 1000000n ? undefined : utc(sec, fraction);
    return `{tv_sec=${sec}, tv_usec=${usec}}${when === undefined ? '' : ` /* ${when} */`}`;
  };
}

const IFREQ_BYTES = 40;

/** A list of interfaces, netdevice(7): how long it is, and where. */
function interfaces(spec: StructSpec): BytesText {
  const [length, buffer] = [numberAt(spec, 'ifc_len'), numberAt(spec, 'ifc_buf')];
  return (bytes, at) => {
    const count = Number(length(bytes, at));
    const many = count > 0 && count % IFREQ_BYTES === 0 ? ` /* ${count / IFREQ_BYTES} * sizeof(struct ifreq) */` : '';
    return `{ifc_len=${count}${many}, ifc_buf=${address(buffer(bytes, at))}}`;
  };
}

const IORING_SETUP_ATTACH_WQ = 32n;

/** io_uring_setup(2)'s parameters: what the flags say that counts. */
function uringParams(spec: StructSpec): BytesText {
  const flags = numberAt(spec, 'flags');
  const entries = numberAt(spec, 'sq_entries');
  const fields = spec.fields.map((field) => ({ name: field.name, text: fieldText(field, structText) }));
  return (bytes, at) => {
    const set = flags(bytes, at);
    const needs: Readonly<Record<string, bigint>> = { wq_fd: IORING_SETUP_ATTACH_WQ };
    const filled = entries(bytes, at) !== 0n;
    const known = fields.filter(
      ({ name }) => (needs[name] === undefined || (set & needs[name]) !== 0n) && (filled || !FILLED.has(name)),
    );
    return `{${known.map(({ text }) => text(bytes, at)).join(', ')}}`;
  };
}
/** What the kernel fills in. */
const FILLED: ReadonlySet<string> = new Set(['sq_entries', 'cq_entries', 'features', 'sq_off', 'cq_off']);

const S_IFBLK = 0o060000;
const S_IFCHR = 0o020000;

/** strace's short form: mode and size, or the device number of a device. */
function statText(spec: StructSpec): BytesText {
  const [mode, size, device] = ['st_mode', 'st_size', 'st_rdev'].map((name) => fieldText(fieldOf(spec, name), structText));
  const isDevice = deviceStat(spec);
  return (bytes, at) => {
    const second = isDevice(bytes, at) ? device : size;
    return `{${mode!(bytes, at)}, ${second!(bytes, at)}, ...}`;
  };
}

const pollFd =
  ({ fdNumber }: Style): BytesText =>
  (bytes, at) => {
    const fd = i32(bytes, at);
    return fd < 0 ? `{fd=${fd}}` : `{fd=${fdNumber(fd)}, events=${namesOf('poll')(BigInt(u16(bytes, at + 4)))}}`;
  };

/** `size`: of the ABI's words. */
const sigEvent =
  (size: number): BytesText =>
  (bytes, at) => {
    const [value, signo, notify] = [wordAt(bytes, at, size), i32(bytes, at + size), u32(bytes, at + size + 4)];
    const parts = value === 0n ? [] : [`sigev_value={sival_int=${BigInt.asIntN(32, value)}, sival_ptr=${address(value)}}`];
    parts.push(`sigev_signo=${notify === 0 || notify === 2 || notify === 4 ? signalName(signo) : signo}`);
    parts.push(`sigev_notify=${namesOf('sigev')(BigInt(notify))}`);
    if (notify === 4) parts.push(`sigev_notify_thread_id=${i32(bytes, at + size + 8)}`);
    if (notify === 2) {
      parts.push(
        `sigev_notify_function=${address(wordAt(bytes, at + size + 8, size))}`,
        `sigev_notify_attributes=${address(wordAt(bytes, at + 2 * size + 8, size))}`,
      );
    }
    return `{${parts.join(', ')}}`;
  };

const LAST_CAPABILITY = 40; // CAP_CHECKPOINT_RESTORE

/** Each of the three sets as names of capabilities; the second half of each lies 12 bytes on, capget(2). */
function capabilities(bytes: Uint8Array, at: number): string {
  const sets = ['effective', 'permitted', 'inheritable'].map((name, i) => {
    const low = BigInt(u32(bytes, at + i * 4));
    const set = (BigInt(u32(bytes, at + 12 + i * 4)) << 32n) | low;
    const names: string[] = [];
    for (let bit = 0; bit <= LAST_CAPABILITY; bit++)
      if ((set >> BigInt(bit)) & 1n) names.push(`1<<${namesOf('cap')(BigInt(bit))}`);
    const rest = (set >> BigInt(LAST_CAPABILITY + 1)) << BigInt(LAST_CAPABILITY + 1 - 32);
    if (rest !== 0n) names.push(names.length === 0 ? `${hex(rest)} /* CAP_??? */` : hex(rest));
    return `${name}=${names.length === 0 ? '0' : names.join('|')}`;
  });
  return `{${sets.join(', ')}}`;
}

/** clone3's first part, printed at entry; what comes back follows in argument.ts. Bytes may be fewer than the struct has. */
function cloneArgs(bytes: Uint8Array, at: number): string {
  const words = Array.from({ length: Math.floor((bytes.length - at) / 8) }, (_, i) => u64(bytes, at + i * 8));
  const word = (index: number): bigint => words[index] ?? 0n;
  const flags = word(0);
  const parts = [`flags=${namesOf('clone')(flags)}`];
  const when = (bit: bigint, text: string): void => {
    if ((flags & bit) !== 0n) parts.push(text);
  };
  when(0x1000n, `pidfd=${address(word(1))}`);
  when(0x1200000n, `child_tid=${address(word(2))}`);
  when(0x100000n, `parent_tid=${address(word(3))}`);
  parts.push(`exit_signal=${word(4) === 0n ? '0' : signalName(Number(BigInt.asIntN(32, word(4))))}`);
  parts.push(`stack=${address(word(5))}`, `stack_size=${hex(word(6))}`);
  when(0x80000n, `tls=${address(word(7))}`);
  if (word(8) !== 0n || word(9) !== 0n) parts.push(`set_tid=${address(word(8))}, set_tid_size=${word(9)}`);
  if ((flags & 0x200000000n) !== 0n || word(10) !== 0n) parts.push(`cgroup=${word(10)}`);
  return `{${parts.join(', ')}}`;
}

function openHow(spec: StructSpec): BytesText {
  const flagsText = fieldText(fieldOf(spec, 'flags'), structText);
  return (bytes, at) => `{${flagsText(bytes, at)}, ${openHowRest(bytes, at)}}`;
}

function openHowRest(bytes: Uint8Array, at: number): string {
  const [flags, bits] = [u64(bytes, at), u64(bytes, at + 8)];
  const modeText = (flags & 0x400040n) === 0n && bits === 0n ? '' : `mode=${mode(Number(bits & 0xffffffffn))}, `;
  return `${modeText}resolve=${namesOf('resolve')(u64(bytes, at + 16))}`;
}

/** Printers by `form`; each gets its struct's row. */
const SPECIAL: Readonly<Record<string, (spec: StructSpec, style: Style) => BytesText>> = {
  stat: statText,
  utime: fileTime,
  utimeval: fileTimeval,
  ifconf: interfaces,
  uring: uringParams,
  tcp_info: tcpInfo,
  termio: (_, { abbreviate }) => termioText(abbreviate),
  pollfd: (_, style) => pollFd(style),
  sigset: (spec) => {
    const set = numberAt(spec, '');
    return (bytes, at) => sigsetText(set(bytes, at));
  },
  sigaction: (spec) => {
    const [handler, flags, restorer, mask] = ['sa_handler', 'sa_flags', 'sa_restorer', 'sa_mask'].map((n) => numberAt(spec, n));
    return (bytes, at) => sigactionText(handler!(bytes, at), mask!(bytes, at), flags!(bytes, at), restorer!(bytes, at));
  },
  siginfo: () => (bytes, at) => sigInfoText(readSigInfo(bytes.subarray(at))),
  siginfo32: () => (bytes, at) => sigInfoText(readSigInfo32(bytes.subarray(at))),
  sigevent: () => sigEvent(8),
  sigevent32: () => sigEvent(4),
  wstatus: () => (bytes, at) => `[${waitStatusText(i32(bytes, at))}]`,
  fdpair:
    (_, { newFdNumber }) =>
    (bytes, at) =>
      `[${newFdNumber(i32(bytes, at))}, ${newFdNumber(i32(bytes, at + 4))}]`,
  capdata: () => capabilities,
  clone_args: () => cloneArgs,
  open_how: openHow,
  termios: (_, { abbreviate }) => termiosText(abbreviate),
  time: (spec) => {
    const value = numberAt(spec, '');
    return (bytes, at) => `[${seconds(value(bytes, at))}]`;
  },
  pair: (spec, style) => {
    const [element, size] = [structText(spec.of ?? '', style), spec.size / 2];
    return (bytes, at) => `[${element(bytes, at)}, ${element(bytes, at + size)}]`;
  },
  socklen: () => (bytes, at) => `[${i32(bytes, at)}]`,
  'moved-offset': (spec) => {
    const value = numberAt(spec, '');
    return (bytes, at) => `[${value(bytes, at)}]`;
  },
};
