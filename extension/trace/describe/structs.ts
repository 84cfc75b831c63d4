/**
 * Structs by the field lists of gen/structs.ts: "{tv_sec=1, tv_nsec=0}". Each is compiled once. What prints in a way of its
 * own has a `form` and a function in SPECIAL. The caller has checked that there are at least `size` bytes.
 */
import { STRUCTS } from '../gen/structs';
import type { StructField, StructSpec } from '../tables';
import { escaped, i16, i32, i64, u16, u32, u64, wordAt } from './bytes';
import { readSigInfo, readSigInfo32, sigactionText, sigInfoText, sigsetText, ticks, waitStatusText } from './signals';
import { termiosText } from './termios';
import { address, device, errorName, hex, mode, modeWithType, namesOf, signalName, utc } from './words';

export type BytesText = (bytes: Uint8Array, at: number) => string;

const compiled = new Map<string, BytesText>();

/** The printer of a struct of gen/structs.ts. Every name that a table uses exists (a unit test checks it). */
export function structText(name: string): BytesText {
  let text = compiled.get(name);
  if (text === undefined) {
    const spec = STRUCTS[name];
    if (spec === undefined) throw new Error(`no such struct: ${name}`);
    text = compile(spec);
    compiled.set(name, text);
  }
  return text;
}

function compile(spec: StructSpec): BytesText {
  const special = SPECIAL[spec.form ?? ''];
  if (special !== undefined) return special(spec);
  const fields = spec.fields.map(fieldText);
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

const NUMBERS: Readonly<Record<StructField['type'], (bytes: Uint8Array, at: number) => bigint | number>> = {
  u8: (bytes, at) => bytes[at]!,
  u16,
  u32,
  u64,
  i16,
  i32,
  i64,
  x32: u32,
  x64: u64,
};

function fieldOf(spec: StructSpec, name: string): StructField {
  const field = spec.fields.find((f) => f.name === name);
  if (field === undefined) throw new Error(`no such field: ${name}`);
  return field;
}

/** Reads a field of a struct whose form prints it in a way of its own. */
export function numberAt(spec: StructSpec, name: string): (bytes: Uint8Array, at: number) => bigint {
  const { type, offset } = fieldOf(spec, name);
  const read = NUMBERS[type];
  return (bytes, at) => BigInt(read(bytes, at + offset));
}

/** "name=value", or the value alone where there is no name. */
function fieldText(field: StructField): BytesText {
  const prefix = field.name === '' ? '' : `${field.name}=`;
  const value = valueText(field);
  return (bytes, at) => prefix + value(bytes, at + field.offset);
}

function valueText(field: StructField): BytesText {
  const read = NUMBERS[field.type];
  const word = (bytes: Uint8Array, at: number): bigint => BigInt(read(bytes, at));
  const match = /^([a-z0-9_]+)(?:\((.*)\))?$/.exec(field.form ?? '');
  const param = match?.[2] ?? '';
  switch (match?.[1]) {
    case undefined:
      return field.type.startsWith('x') ? (bytes, at) => hex(word(bytes, at)) : (bytes, at) => String(read(bytes, at));
    case 'flags':
    case 'enum':
      return (bytes, at) => namesOf(param)(word(bytes, at));
    case 'struct':
      return structText(param);
    case 'chars':
      return (bytes, at) => chars(bytes, at, Number(param));
    case 'mode':
      return (bytes, at) => (param === 'type' ? modeWithType : mode)(Number(read(bytes, at)));
    case 'dev':
      return (bytes, at) => device(word(bytes, at));
    case 'ptr':
      return (bytes, at) => address(word(bytes, at));
    case 'errno':
      return (bytes, at) => errnoValue(Number(read(bytes, at)));
    case 'rlim':
    case 'rlim64':
      return (bytes, at) => resourceLimit(word(bytes, at));
    case 'rlim32':
      return (bytes, at) => (u32(bytes, at) === 0xffffffff ? 'RLIM_INFINITY' : resourceLimit(word(bytes, at)));
    case 'ticks':
      return (bytes, at) => ticks(word(bytes, at));
    case 'seconds':
      return (bytes, at) => seconds(word(bytes, at));
    case 'loads':
      return (bytes, at) => `[${u64(bytes, at)}, ${u64(bytes, at + 8)}, ${u64(bytes, at + 16)}]`;
    case 'loads32':
      return (bytes, at) => `[${u32(bytes, at)}, ${u32(bytes, at + 4)}, ${u32(bytes, at + 8)}]`;
    case 'fsid':
      return (bytes, at) => `{val=[${hex(BigInt(u32(bytes, at)))}, ${hex(BigInt(u32(bytes, at + 4)))}]}`;
    case 'epolldata':
      return (bytes, at) => `{u32=${u32(bytes, at)}, u64=${u64(bytes, at)}}`;
    default:
      throw new Error(`no such field form: ${field.form ?? ''}`);
  }
}

function chars(bytes: Uint8Array, at: number, size: number): string {
  const end = Math.min(at + size, bytes.length);
  const nul = bytes.subarray(at, end).indexOf(0);
  return `"${escaped(bytes, at, nul === -1 ? end : at + nul)}"`;
}

const errnoValue = (value: number): string => (value === 0 ? '0' : errorName(value));

/** Multiples of 1024 as such, and no limit by its name. */
function resourceLimit(value: bigint): string {
  if (value === 0xffffffffffffffffn) return 'RLIM64_INFINITY';
  return value > 1024n && value % 1024n === 0n ? `${value / 1024n}*1024` : String(value);
}

function seconds(value: bigint): string {
  const when = value === 0n ? undefined : utc(value);
  return when === undefined ? String(BigInt.asIntN(64, value)) : `${value} /* ${when} */`;
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

const S_IFBLK = 0o060000;
const S_IFCHR = 0o020000;

/** strace's short form: mode and size, or the device number of a device. */
function statText(spec: StructSpec): BytesText {
  const [mode, size, device] = ['st_mode', 'st_size', 'st_rdev'].map((name) => fieldText(fieldOf(spec, name)));
  const bits = numberAt(spec, 'st_mode');
  return (bytes, at) => {
    const type = Number(bits(bytes, at)) & 0o170000;
    const second = type === S_IFBLK || type === S_IFCHR ? device : size;
    return `{${mode!(bytes, at)}, ${second!(bytes, at)}, ...}`;
  };
}

function pollFd(bytes: Uint8Array, at: number): string {
  const fd = i32(bytes, at);
  return fd < 0 ? `{fd=${fd}}` : `{fd=${fd}, events=${namesOf('poll')(BigInt(u16(bytes, at + 4)))}}`;
}

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

/** Each of the three sets as names of capabilities; the second half of each lies 12 bytes on, capget(2). */
function capabilities(bytes: Uint8Array, at: number): string {
  const sets = ['effective', 'permitted', 'inheritable'].map((name, i) => {
    const low = BigInt(u32(bytes, at + i * 4));
    const set = (BigInt(u32(bytes, at + 12 + i * 4)) << 32n) | low;
    const names: string[] = [];
    for (let bit = 0; bit < 64; bit++) if ((set >> BigInt(bit)) & 1n) names.push(`1<<${namesOf('cap')(BigInt(bit))}`);
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
  const flagsText = fieldText(fieldOf(spec, 'flags'));
  return (bytes, at) => `{${flagsText(bytes, at)}, ${openHowRest(bytes, at)}}`;
}

function openHowRest(bytes: Uint8Array, at: number): string {
  const [flags, bits] = [u64(bytes, at), u64(bytes, at + 8)];
  const modeText = (flags & 0x400040n) === 0n && bits === 0n ? '' : `mode=${mode(Number(bits & 0xffffffffn))}, `;
  return `${modeText}resolve=${namesOf('resolve')(u64(bytes, at + 16))}`;
}

/** Printers by `form`; each gets its struct's row. */
const SPECIAL: Readonly<Record<string, (spec: StructSpec) => BytesText>> = {
  stat: statText,
  utime: fileTime,
  pollfd: () => pollFd,
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
  fdpair: () => (bytes, at) => `[${i32(bytes, at)}, ${i32(bytes, at + 4)}]`,
  capdata: () => capabilities,
  clone_args: () => cloneArgs,
  open_how: openHow,
  termios: () => termiosText,
  time: (spec) => {
    const value = numberAt(spec, '');
    return (bytes, at) => `[${seconds(value(bytes, at))}]`;
  },
  pair: (spec) => {
    const [element, size] = [structText(spec.of ?? ''), spec.size / 2];
    return (bytes, at) => `[${element(bytes, at)}, ${element(bytes, at + size)}]`;
  },
  socklen: () => (bytes, at) => `[${i32(bytes, at)}]`,
  'moved-offset': (spec) => {
    const value = numberAt(spec, '');
    return (bytes, at) => `[${value(bytes, at)}]`;
  },
};
