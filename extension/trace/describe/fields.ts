/**
 * One field of a struct to its text, by its type and form in native/schema/structs.json. The caller has checked that the bytes
 * are there.
 */
import type { StructField, StructSpec } from '../tables';
import { escaped, i16, i32, i64, quotedHex, u16, u32, u64 } from './bytes';
import { ticks } from './signals';
import { hardwareAddress, inet6Text, inetText, macText, sockaddrText } from './sockaddr';
import { address, device, errorName, hex, id, mode, modeWithType, namesOf, signal, utc } from './words';

export type BytesText = (bytes: Uint8Array, at: number) => string;

/** How many bytes a number has. */
export const FIELD_BYTES: Readonly<Record<StructField['type'], number>> = {
  u8: 1,
  u16: 2,
  u32: 4,
  u64: 8,
  i16: 2,
  i32: 4,
  i64: 8,
  x16: 2,
  x32: 4,
  x64: 8,
};

const NUMBERS: Readonly<Record<StructField['type'], (bytes: Uint8Array, at: number) => bigint | number>> = {
  u8: (bytes, at) => bytes[at]!,
  u16,
  u32,
  u64,
  i16,
  i32,
  i64,
  x16: u16,
  x32: u32,
  x64: u64,
};

export function fieldOf(spec: StructSpec, name: string): StructField {
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
export function fieldText(field: StructField, structText: (name: string) => BytesText): BytesText {
  const prefix = field.name === '' ? '' : `${field.name}=`;
  const value = valueText(field, structText);
  return (bytes, at) => prefix + value(bytes, at + field.offset);
}

function valueText(field: StructField, structText: (name: string) => BytesText): BytesText {
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
    case 'id':
      return (bytes, at) => id(word(bytes, at));
    case 'signal':
      return (bytes, at) => signal(word(bytes, at));
    case 'bits': {
      const [shift = 0, width = 1] = param.split(',').map(Number);
      return (bytes, at) => String((Number(read(bytes, at)) >> shift) & ((1 << width) - 1));
    }
    case 'hex8':
      return (bytes, at) => word(bytes, at).toString(16).padStart(8, '0');
    case 'result':
      return (bytes, at) => (i32(bytes, at) < 0 ? `-${errorName(-i32(bytes, at))}` : String(i32(bytes, at)));
    case 'bytes':
      return (bytes, at) => quotedHex(bytes.subarray(at, at + Number(param)), Number(param));
    case 'mac':
      return (bytes, at) => macText(bytes.subarray(at, at + Number(param)));
    case 'inet':
      return inetText;
    case 'inet6':
      return (bytes, at) => inet6Text(bytes, at, param);
    case 'sockaddr':
      return (bytes, at) => sockaddrText(bytes.subarray(at, at + 16), 16) ?? '{}';
    case 'hwaddr':
      return hardwareAddress;
    case 'ptr':
      return (bytes, at) => address(word(bytes, at));
    case 'errno':
      return (bytes, at) => errnoValue(Number(read(bytes, at)));
    case 'rlim':
    case 'rlim64':
      return (bytes, at) => resourceLimit(word(bytes, at));
    case 'rlim32':
      return (bytes, at) => (u32(bytes, at) === 0xffffffff ? 'RLIM_INFINITY' : resourceLimit(word(bytes, at)));
    case 'moment':
      return (bytes, at) => momentText(param, i64(bytes, at), u64(bytes, at + 8));
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

/** A file's time: seconds, and in a field of their own nanoseconds. */
function momentText(name: string, sec: bigint, nsec: bigint): string {
  const fraction = nsec > 0n && nsec < 1000000000n ? `.${String(nsec).padStart(9, '0')}` : '';
  const when = sec === 0n && nsec === 0n ? undefined : utc(sec, fraction);
  return `${sec}${when === undefined ? '' : ` /* ${when} */`}, ${name}_nsec=${nsec}`;
}

export function seconds(value: bigint): string {
  const when = value === 0n ? undefined : utc(value);
  return when === undefined ? String(BigInt.asIntN(64, value)) : `${value} /* ${when} */`;
}
