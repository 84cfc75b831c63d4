/**
 * Scattered buffers and messages: iovecs, msghdr, mmsghdr, control messages, as strace prints them. Each piece is a copy of its
 * own, found by its address; what was not copied prints as that address.
 */
import { i32, i64, quoted, SHOWN, u32, wordAt } from './bytes';
import { sockaddrText } from './sockaddr';
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
}

/** `vector`: the array itself. `limit`: how many bytes the call moved in all, undefined: each buffer as long as it is. */
export function iovecText(place: Place, vector: Uint8Array, count: number, limit: bigint | undefined): string {
  const size = place.wordBytes;
  const known = Math.min(count, Math.floor(vector.length / (2 * size)));
  const parts: string[] = [];
  let left = limit;
  for (let i = 0; i < known && i < SHOWN; i++) {
    const [base, length] = [wordAt(vector, i * 2 * size, size), wordAt(vector, (i * 2 + 1) * size, size)];
    const moved = left === undefined || length < left ? length : left;
    if (left !== undefined) left -= moved;
    parts.push(`{iov_base=${bufferText(place, base, moved)}, iov_len=${length}}`);
  }
  if (count > parts.length) parts.push('...');
  return `[${parts.join(', ')}]`;
}

function bufferText({ view, arg, direction }: Place, base: bigint, length: bigint): string {
  if (base === 0n) return 'NULL';
  if (length === 0n) return '""';
  const data = copied(view, direction, arg, base);
  if (data === undefined || data.errno !== 0) return address(base);
  return quoted(data.bytes, Number(length));
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
  if (controlLength !== 0n && control !== 0n) parts.push(`msg_control=${controlText(place, control, controlLength)}`);
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
  const headers = copiedBytes(place.view, place.direction, place.arg, base, 0);
  if (headers === undefined) return undefined;
  // What was sent of a message, the kernel writes behind it.
  const sent = place.view.failed ? undefined : copiedBytes(place.view, 'out', place.arg, base, 0);
  const size = (MSGHDR_WORDS + 1) * place.wordBytes;
  const known = Math.min(count, Math.floor(headers.length / size), SHOWN);
  const parts: string[] = [];
  for (let i = 0; i < known; i++) {
    const at = i * size;
    const length = u32(sent?.length === headers.length ? sent : headers, at + MSGHDR_WORDS * place.wordBytes);
    const limit = place.direction === 'out' ? BigInt(length) : undefined;
    parts.push(`{msg_hdr=${msghdrText(place, headers, at, limit)}, msg_len=${length}}`);
  }
  if (count > known) parts.push('...');
  return `[${parts.join(', ')}]`;
}

function controlText({ view, arg, direction, wordBytes }: Place, base: bigint, length: bigint): string {
  const header = wordBytes + 8;
  const bytes = copiedBytes(view, direction, arg, base, header);
  if (bytes === undefined) return address(base);
  const end = length < BigInt(bytes.length) ? Number(length) : bytes.length;
  const parts: string[] = [];
  let at = 0;
  while (at + header <= end && parts.length < SHOWN) {
    const size = wordAt(bytes, at, wordBytes);
    if (size < BigInt(header)) break;
    const next = size > BigInt(end - at) ? end : at + Number(size);
    parts.push(controlMessage(bytes.subarray(at, next), size, wordBytes));
    at = (next + wordBytes - 1) & -wordBytes;
  }
  if (at < end || BigInt(end) < length) parts.push('...');
  return `[${parts.join(', ')}]`;
}

const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
const SCM_CREDENTIALS = 2;

function controlMessage(bytes: Uint8Array, length: bigint, wordBytes: number): string {
  const [level, type] = [i32(bytes, wordBytes), i32(bytes, wordBytes + 4)];
  const levelText = namesOf('sockopt-level')(BigInt(level));
  const typeText = level === SOL_SOCKET ? namesOf('cmsg-socket')(BigInt(type)) : `0x${(type >>> 0).toString(16)}`;
  const data = bytes.subarray(wordBytes + 8);
  return `{cmsg_len=${length}, cmsg_level=${levelText}, cmsg_type=${typeText}${dataText(level, type, data)}}`;
}

function dataText(level: number, type: number, data: Uint8Array): string {
  if (data.length === 0) return '';
  if (level === SOL_SOCKET && type === SCM_RIGHTS) {
    const fds = Array.from({ length: Math.floor(data.length / 4) }, (_, i) => i32(data, i * 4));
    return `, cmsg_data=[${fds.join(', ')}]`;
  }
  if (level === SOL_SOCKET && type === SCM_CREDENTIALS && data.length >= 12) {
    return `, cmsg_data={pid=${i32(data, 0)}, uid=${u32(data, 4)}, gid=${u32(data, 8)}}`;
  }
  if (data.length === 4) return `, cmsg_data=[${i32(data, 0)}]`;
  if (data.length === 16 && level === SOL_SOCKET) return `, cmsg_data={tv_sec=${i64(data, 0)}, tv_nsec=${i64(data, 8)}}`;
  return `, cmsg_data=${quoted(data)}`;
}
