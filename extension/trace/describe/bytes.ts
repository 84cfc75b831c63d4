/**
 * Little-endian words out of copied bytes, and bytes as strace quotes them. The bytes are the traced program's: every reader
 * here is given a checked offset by its caller, and whatever is quoted comes out as printable ASCII.
 */

export function u16(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8);
}

export function i16(bytes: Uint8Array, at: number): number {
  return (u16(bytes, at) << 16) >> 16;
}

export function i32(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

export function u32(bytes: Uint8Array, at: number): number {
  return i32(bytes, at) >>> 0;
}

export function u64(bytes: Uint8Array, at: number): bigint {
  return (BigInt(u32(bytes, at + 4)) << 32n) | BigInt(u32(bytes, at));
}

/** A word of the ABI: 4 or 8 bytes. */
export function wordAt(bytes: Uint8Array, at: number, size: number): bigint {
  return size === 4 ? BigInt(u32(bytes, at)) : u64(bytes, at);
}

export function i64(bytes: Uint8Array, at: number): bigint {
  return BigInt.asIntN(64, u64(bytes, at));
}

/** Big-endian, as in socket addresses. */
export function be16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

const NAMED: Readonly<Record<string, string>> = {
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '"': '\\"',
  '\\': '\\\\',
};
const isPrintable = (byte: number): boolean => byte >= 0x20 && byte < 0x7f;

/** How a byte is written: [alone, before an octal digit]. */
const ESCAPES: readonly (readonly [string, string])[] = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  const plain = NAMED[character] ?? (isPrintable(byte) ? character : undefined);
  if (plain !== undefined) return [plain, plain] as const;
  return [`\\${byte.toString(8)}`, `\\${byte.toString(8).padStart(3, '0')}`] as const;
});

/** Bytes without the quotes around them. */
export function escaped(bytes: Uint8Array, start = 0, end = bytes.length): string {
  let text = '';
  for (let i = start; i < end; i++) {
    const next = i + 1 < end ? bytes[i + 1]! : 0;
    text += ESCAPES[bytes[i]!]![next >= 0x30 && next <= 0x37 ? 1 : 0];
  }
  return text;
}

/** A name as strace prints it between angle brackets, which are escaped too. */
export function escapedText(text: string): string {
  if (/^[ -;=?-[\]-~]*$/.test(text) && !text.includes('"')) return text;
  const bytes = new TextEncoder().encode(text);
  return escaped(bytes).replaceAll(/([<>])(?=([0-7]?))/g, (_, bracket: string, digit: string) => {
    const code = bracket === '<' ? '74' : '76';
    return digit === '' ? `\\${code}` : `\\0${code}`;
  });
}

/** strace shows so many bytes of a buffer and so many elements of a vector, then "...". */
export const SHOWN = 32;

/** A buffer of `full` bytes of which `bytes` are known: quoted, abbreviated. */
export function quoted(bytes: Uint8Array, full: number = bytes.length, shown: number = SHOWN): string {
  const end = Math.min(bytes.length, full, shown);
  return `"${escaped(bytes, 0, end)}"${full > end ? '...' : ''}`;
}

/** The same, every byte in hexadecimal: for random data. */
export function quotedHex(bytes: Uint8Array, full: number, shown: number = SHOWN): string {
  const end = Math.min(bytes.length, full, shown);
  let text = '';
  for (let i = 0; i < end; i++) text += `\\x${bytes[i]!.toString(16).padStart(2, '0')}`;
  return `"${text}"${full > end ? '...' : ''}`;
}

/** A string that ends at its NUL, or was cut if there is none. */
export function quotedString(bytes: Uint8Array, full: number, shown: number = SHOWN): string {
  const nul = bytes.indexOf(0);
  const length = nul === -1 ? bytes.length : nul;
  const end = Math.min(length, shown);
  return `"${escaped(bytes, 0, end)}"${length > end || (nul === -1 && full > length) ? '...' : ''}`;
}
