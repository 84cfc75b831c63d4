/**
 * Bytes as a hex dump and as text. Pure. The bytes are the traced program's: hostile, so control characters, separators
 * and marks that reorder text are shown as dots or escapes, never passed on.
 */
export interface HexLine {
  readonly offset: string;
  readonly hex: string;
  readonly text: string;
}

export const WIDE_LINE = 16;
export const NARROW_LINE = 8;

export function hexDump(bytes: Uint8Array, perLine: number): readonly HexLine[] {
  const lines: HexLine[] = [];
  for (let start = 0; start < bytes.length; start += perLine) {
    const part = bytes.subarray(start, start + perLine);
    const pairs = Array.from(part, (byte) => byte.toString(16).padStart(2, '0'));
    lines.push({
      offset: start.toString(16).padStart(4, '0'),
      hex: `${pairs.slice(0, 8).join(' ')}  ${pairs.slice(8).join(' ')}`.trimEnd().padEnd(perLine * 3),
      text: Array.from(part, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join(''),
    });
  }
  return lines;
}

/** Below this share of printable characters bytes aren't shown as text. */
const PRINTABLE_SHARE = 0.85;

/** The bytes as text if they are mostly that, undefined if they are binary. A character cut at the end is left out. */
export function payloadText(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0) {
    return undefined;
  }
  const characters = Array.from(new TextDecoder('utf-8').decode(bytes, { stream: true }));
  const printable = characters.filter((character) => isPlain(character)).length;
  if (characters.length === 0 || printable / characters.length < PRINTABLE_SHARE) {
    return undefined;
  }
  return characters.map((character) => (isPlain(character) ? character : escaped(character))).join('');
}

function isPlain(character: string): boolean {
  return character === '\n' || character === '\t' || !/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\u2028\u2029\ufffd]/u.test(character);
}

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code === 0x0d) {
    return '\\r';
  }
  if (code === 0xfffd) {
    return '\ufffd';
  }
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}
