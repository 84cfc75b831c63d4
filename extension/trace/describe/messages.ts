/**
 * Scattered buffers and messages: iovecs, msghdr, mmsghdr, control messages, as strace prints them. Each piece is a copy of its
 * own, found by its address; what was not copied prints as that address.
 */
import { i32, quoted, u32, wordAt } from './bytes';
import { controlText } from './control';
import { sockaddrText } from './sockaddr';
import type { Style } from './style';
import { copied, copiedBytes, type CallView } from './view';
import { address, namesOf } from './words';

/** A msghdr is seven words (two of its ints are padded to that), an mmsghdr one more. */
const MSGHDR_WORDS = 7;

/** Of which argument and in which direction the bytes were copied. */
export interface Place {
  readonly view: CallView;
  readonly arg: number;
  readonly direction: 'in' | 'out';
  /** Of the ABI: 4 or 8. */
  readonly wordBytes: number;
  readonly style: Style;
}

/** `vector`: the array itself. `limit`: how many bytes the call moved in all, undefined: each buffer as long as it is. */
export function iovecText(place: Place, vector: Uint8Array, count: number, limit: bigint | undefined): string {
  const size = place.wordBytes;
  const known = Math.min(count, Math.floor(vector.length / (2 * size)));
  const parts: string[] = [];
  let left = limit;
  for (let i = 0; i < known && i < place.style.elements; i++) {
    const [base, length] = [wordAt(vector, i * 2 * size, size), wordAt(vector, (i * 2 + 1) * size, size)];
    const moved = left === undefined || length < left ? length : left;
    if (left !== undefined) left -= moved;
    parts.push(`{iov_base=${bufferText(place, base, moved)}, iov_len=${length}}`);
  }
  if (count > parts.length) parts.push('...');
  return `[${parts.join(', ')}]`;
}

function bufferText({ view, arg, direction, style }: Place, base: bigint, length: bigint): string {
  if (base === 0n) return 'NULL';
  if (length === 0n) return '""';
  const data = copied(view, direction, arg, base);
  if (data === undefined || data.errno !== 0) return address(base);
  return quoted(data.bytes, Number(length), style.stringLimit);
}

/** A msghdr at `at` of `header`. `nameLengthBefore`: what msg_namelen was at entry, if it is known and this is what came out. */
export function msghdrText(
  place: Place,
  header: Uint8Array,
  at: number,
  limit: bigint | undefined,
  nameLengthBefore?: number,
): string {
  const { view, arg, direction, wordBytes } = place;
  const word = (index: number): bigint => wordAt(header, at + index * wordBytes, wordBytes);
  const [name, nameLength] = [word(0), i32(header, at + wordBytes)];
  const [vector, count] = [word(2), Number(word(3))];
  const [control, controlLength] = [word(4), word(5)];
  const nameBytes = copied(view, direction, arg, name)?.bytes;
  const nameText = (nameBytes === undefined ? undefined : sockaddrText(nameBytes, nameLength)) ?? address(name);
  const before = nameLengthBefore === undefined || nameLengthBefore === nameLength ? '' : `${nameLengthBefore} => `;
  const vectorBytes = copiedBytes(view, direction, arg, vector, 0);
  const iov =
    vectorBytes === undefined
      ? count === 0 && vector !== 0n
        ? '[]'
        : address(vector)
      : iovecText(place, vectorBytes, count, limit);
  const parts = [`msg_name=${nameText}`, `msg_namelen=${before}${nameLength}`, `msg_iov=${iov}`, `msg_iovlen=${count}`];
  if (controlLength !== 0n) parts.push(`msg_control=${controlBytes(place, control, controlLength)}`);
  parts.push(`msg_controllen=${controlLength}`, `msg_flags=${namesOf('msg')(BigInt(u32(header, at + 6 * wordBytes)))}`);
  return `{${parts.join(', ')}}`;
}

export function messageText(place: Place, base: bigint, limit: bigint | undefined): string | undefined {
  const size = MSGHDR_WORDS * place.wordBytes;
  const header = copiedBytes(place.view, place.direction, place.arg, base, size);
  if (header === undefined) return undefined;
  const before = place.direction === 'out' ? copiedBytes(place.view, 'in', place.arg, base, size) : undefined;
  return msghdrText(place, header, 0, limit, before === undefined ? undefined : i32(before, place.wordBytes));
}

/** `count` messages; each says itself how many bytes it moved. */
export function messagesText(place: Place, base: bigint, count: number): string | undefined {
  const headers = copiedBytes(place.view, place.direction, place.arg, base, 1);
  if (headers === undefined) return undefined;
  // What was sent of a message, the kernel writes behind it.
  const sent = place.view.failed ? undefined : copiedBytes(place.view, 'out', place.arg, base, 0);
  const size = (MSGHDR_WORDS + 1) * place.wordBytes;
  const known = Math.min(count, Math.floor(headers.length / size), place.style.elements);
  const parts: string[] = [];
  for (let i = 0; i < known; i++) {
    const at = i * size;
    const length = u32(sent?.length === headers.length ? sent : headers, at + MSGHDR_WORDS * place.wordBytes);
    const limit = place.direction === 'out' ? BigInt(length) : undefined;
    const moved = place.view.failed && place.direction === 'in' ? '' : `, msg_len=${length}`;
    parts.push(`{msg_hdr=${msghdrText(place, headers, at, limit)}${moved}}`);
  }
  if (count > known) parts.push('...');
  return `[${parts.join(', ')}]`;
}

function controlBytes({ view, arg, direction, wordBytes, style }: Place, base: bigint, length: bigint): string {
  const bytes = copiedBytes(view, direction, arg, base, wordBytes + 8);
  return bytes === undefined ? address(base) : controlText(bytes, length, wordBytes, { style, received: direction === 'out' });
}
