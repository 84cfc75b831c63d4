/**
 * Single words as strace prints them: numbers, addresses, modes, devices, signals, and flags and enums by the lists of
 * gen/flags.ts. A list is compiled once into a function that remembers what it said, since programs repeat themselves.
 */
import { ERRNO } from '../gen/errno';
import { FLAG_LISTS } from '../gen/flags';
import type { FlagList } from '../tables';

export type WordText = (word: bigint) => string;

export const hex = (word: bigint): string => (word === 0n ? '0' : `0x${BigInt.asUintN(64, word).toString(16)}`);
export const address = (word: bigint): string => (word === 0n ? 'NULL' : `0x${BigInt.asUintN(64, word).toString(16)}`);
export const int32 = (word: bigint): string => BigInt.asIntN(32, word).toString();
export const uint32 = (word: bigint): string => BigInt.asUintN(32, word).toString();
export const int64 = (word: bigint): string => BigInt.asIntN(64, word).toString();
export const uint64 = (word: bigint): string => BigInt.asUintN(64, word).toString();
/** A user or group id: -1 means "leave as it is". */
export const id = (word: bigint): string => (BigInt.asUintN(32, word) === 0xffffffffn ? '-1' : uint32(word));
/** The same in 16 bits, as i386's oldest calls have it. */
export const id16 = (word: bigint): string => ((word & 0xffffn) === 0xffffn ? '-1' : String(word & 0xffffn));
export const fdAt = (word: bigint): string => (BigInt.asIntN(32, word) === -100n ? 'AT_FDCWD' : int32(word));

/** Permission bits, at least three digits. */
export function mode(bits: number): string {
  return bits === 0 ? '000' : `0${bits.toString(8)}`.padStart(3, '0');
}

const fileTypes = new Map((FLAG_LISTS['modetype']?.values ?? []).map(([name, value]) => [value, name]));

const SPECIAL_BITS: readonly (readonly [string, number])[] = [
  ['S_ISUID', 0o4000],
  ['S_ISGID', 0o2000],
  ['S_ISVTX', 0o1000],
];

/** A file type and permission bits: "S_IFDIR|S_ISVTX|0777". */
export function modeWithType(bits: number): string {
  const type = bits & 0o170000;
  const special = SPECIAL_BITS.filter(([, bit]) => (bits & bit) !== 0).map(([name]) => name);
  if (type !== 0 && !fileTypes.has(type)) return mode(bits);
  const parts = type === 0 ? special : [fileTypes.get(type)!, ...special];
  return [...parts, mode(bits & 0o777)].join('|');
}

/** As the kernel encodes device numbers in 64 bits. */
export function device(word: bigint): string {
  const major = ((word >> 8n) & 0xfffn) | ((word >> 32n) & 0xfffff000n);
  const minor = (word & 0xffn) | ((word >> 12n) & 0xffffff00n);
  return `makedev(${hex(major)}, ${hex(minor)})`;
}

const CACHE_LIMIT = 1024;

/** A word to its text, with a memory. */
function remembering(text: WordText): WordText {
  const known = new Map<bigint, string>();
  return (word) => {
    let said = known.get(word);
    if (said === undefined) {
      if (known.size >= CACHE_LIMIT) known.clear();
      said = text(word);
      known.set(word, said);
    }
    return said;
  };
}

const compiled = new Map<string, WordText>();

/** The function that names words by a list of gen/flags.ts. Every list that a table names exists (a unit test checks it). */
export function namesOf(list: string): WordText {
  let text = compiled.get(list);
  if (text === undefined) {
    const found = FLAG_LISTS[list];
    text = remembering(found === undefined ? hex : found.values === undefined ? flagsText(found) : enumText(found));
    compiled.set(list, text);
  }
  return text;
}

const widthOf = (list: FlagList): number => list.bits ?? 32;
const commented = (word: bigint, unknown: string | undefined, number: WordText = hex): string =>
  unknown === undefined ? number(word) : `${number(word)} /* ${unknown} */`;

function valuesOf(list: FlagList): ReadonlyMap<bigint, string> {
  return new Map((list.values ?? []).map(([name, value]) => [BigInt.asUintN(widthOf(list), BigInt(value)), name]));
}

function enumText(list: FlagList): WordText {
  const names = valuesOf(list);
  const number = list.decimal === true ? (word: bigint): string => BigInt.asIntN(widthOf(list), word).toString() : hex;
  const fallback = list.unknown === '_IOC()' ? ioctlRequest : (word: bigint) => commented(word, list.unknown, number);
  return (full) => {
    const word = BigInt.asUintN(widthOf(list), full);
    const name = names.get(word);
    return name !== undefined && list.numbered === true ? commented(word, name) : (name ?? fallback(word));
  };
}

/** An ioctl request without a name: its direction, type, number and size, ioctl(2). */
function ioctlRequest(word: bigint): string {
  const directions = ['_IOC_NONE', '_IOC_WRITE', '_IOC_READ', '_IOC_READ|_IOC_WRITE'];
  const size = (word >> 16n) & 0x3fffn;
  return `_IOC(${directions[Number(word >> 30n)]!}, ${hex((word >> 8n) & 0xffn)}, ${hex(word & 0xffn)}, ${hex(size)})`;
}

function flagsText(list: FlagList): WordText {
  const width = widthOf(list);
  const bits = (list.flags ?? []).map(([name, value]) => [name, BigInt.asUintN(width, BigInt(value))] as const);
  const fields = (list.fields ?? []).map((f) => ({
    mask: BigInt(f.mask),
    unknown: f.unknown,
    optional: f.optional === true,
    names: new Map(f.values.map(([name, value]) => [BigInt(value), name])),
  }));
  const octal = BigInt(list.octal ?? 0);
  const tail = BigInt(list.tail?.mask ?? 0);
  const shift = list.shift;
  const shifted = shift === undefined ? 0n : ((1n << BigInt(shift.bits)) - 1n) << BigInt(shift.by);
  return (full) => {
    const word = BigInt.asUintN(width, full);
    if (word === 0n && list.zero !== undefined) return list.zero;
    const parts: string[] = [];
    let rest = word & ~octal & ~tail & ~shifted;
    for (const { mask, names, unknown, optional } of fields) {
      const value = rest & mask;
      if (optional && !names.has(value)) continue;
      const name = names.get(value) ?? (value === 0n ? undefined : commented(value, unknown));
      if (name !== undefined) parts.push(name);
      rest &= ~mask;
    }
    const named = bitNames(bits, rest);
    if (named.names.length === 0 && named.rest === 0n && list.empty !== undefined) parts.push(list.empty);
    parts.push(...named.names);
    if ((word & shifted) !== 0n) parts.push(`${(word & shifted) >> BigInt(shift!.by)}<<${shift!.name}`);
    const alone = parts.length === 0 || (list.separate === true && named.names.length === 0);
    if (named.rest !== 0n) parts.push(alone ? commented(named.rest, list.unknown) : hex(named.rest));
    if (octal !== 0n) parts.push(mode(Number(word & octal)));
    if ((word & tail) !== 0n) parts.push(namesOf(list.tail!.list)(word & tail));
    return parts.length === 0 ? '0' : parts.join('|');
  };
}

function bitNames(bits: readonly (readonly [string, bigint])[], word: bigint): { names: string[]; rest: bigint } {
  const names: string[] = [];
  let rest = word;
  for (const [name, value] of bits) {
    if (value !== 0n && (rest & value) === value) {
      names.push(name);
      rest &= ~value;
    }
  }
  return { names, rest };
}

/** What FUTEX_WAKE_OP does to its second word and compares, futex(2): two operations and two 12-bit arguments. */
export function futexWakeOp(word: bigint): string {
  const [operation, comparison] = [(word >> 28n) & 0xfn, (word >> 24n) & 0xfn];
  const shift = (operation & 8n) === 0n ? '' : 'FUTEX_OP_OPARG_SHIFT<<28|';
  const at = (name: string, by: number): string => name.replace(/( \/\*.*)?$/, (comment) => `<<${by}${comment}`);
  const first = `${at(namesOf('futex-wake-op')(operation & 7n), 28)}|${hex((word >> 12n) & 0xfffn)}<<12`;
  return `${shift}${first}|${at(namesOf('futex-wake-cmp')(comparison), 24)}|${hex(word & 0xfffn)}`;
}

const signals = new Map((FLAG_LISTS['signal']?.values ?? []).map(([name, value]) => [value, name]));

export const signalName = (signo: number): string => signals.get(signo) ?? String(signo);
export const signal = (word: bigint): string => signalName(Number(BigInt.asIntN(32, word)));

/** "ENOENT (No such file or directory)" of a positive error number. */
export function errorText(errno: number): string {
  const known = ERRNO.get(errno);
  return known === undefined ? `${errno} (errno ${errno})` : `${known[0]} (${known[1]})`;
}

export const errorName = (errno: number): string => ERRNO.get(errno)?.[0] ?? String(errno);

/** The kernel's own codes for "this call will be restarted": no error that the program sees. */
export const isRestart = (errno: number): boolean => errno >= 512 && errno <= 516 && errno !== 515;

const pad = (value: number): string => String(value).padStart(2, '0');

/** Seconds since 1970 as UTC, "2026-11-26T22:24:38+0000"; undefined outside of what a Date holds. */
export function utc(seconds: bigint, fraction = ''): string | undefined {
  if (seconds < -62135596800n || seconds > 253402300799n) return undefined;
  const d = new Date(Number(seconds) * 1000);
  const day = `${String(d.getUTCFullYear()).padStart(4, '0')}-${pad(d.getUTCMonth() + 1)}-${pad(d.getUTCDate())}`;
  return `${day}T${pad(d.getUTCHours())}:${pad(d.getUTCMinutes())}:${pad(d.getUTCSeconds())}${fraction}+0000`;
}

/** Of swapon: flags, and the priority below them. */
export function swapFlags(word: bigint): string {
  const flags = BigInt.asUintN(32, word) & ~0x7fffn;
  const priority = String(word & 0x7fffn);
  return flags === 0n ? priority : `${namesOf('swap')(flags)}|${priority}`;
}

/** A command of quotactl(2): what, and whose quotas. */
export function quotaCommand(word: bigint): string {
  const command = BigInt.asUintN(32, word);
  return `QCMD(${namesOf('quota-cmd')(command >> 8n)}, ${namesOf('quota-type')(command & 0xffn)})`;
}

/** An I/O priority, ioprio_set(2): class and level. */
export function ioPriority(word: bigint): string {
  const value = BigInt.asUintN(32, word);
  return `IOPRIO_PRIO_VALUE(${namesOf('ioprio-class')(value >> 13n)}, ${value & 0x1fffn})`;
}

/** A signal, or a number that is none. */
export function signalOrNumber(word: bigint): string {
  return word <= 64n && word >= 0n ? signal(word) : uint64(word);
}

/** A name of a number in network byte order. */
export function networkOrder(list: string): WordText {
  const name = namesOf(list);
  return (word) => `htons(${name(((word & 0xffn) << 8n) | ((word >> 8n) & 0xffn))})`;
}
