/**
 * Control messages, cmsg(3): what goes beside a message's bytes, as strace prints it. The bytes are the program's: lengths are
 * checked here.
 */
import { i32, i64, quoted, u32, wordAt } from './bytes';
import { hexBytes, inetText, sockaddrText } from './sockaddr';
import type { Style } from './style';
import { namesOf } from './words';

const SOL_IP = 0;
const SOL_SOCKET = 1;
/** From which list a level's types have their names. */
const TYPE_LISTS: ReadonlyMap<number, string> = new Map([
  [SOL_IP, 'cmsg-ip'],
  [SOL_SOCKET, 'cmsg-socket'],
]);

/** How they print, and whether they came in: the descriptors among them are then new. */
export interface ControlStyle {
  readonly style: Style;
  readonly received: boolean;
}

/** `length`: as the header says; the bytes may be fewer. `wordBytes`: of the ABI. */
export function controlText(bytes: Uint8Array, length: bigint, wordBytes: number, as: ControlStyle): string {
  const header = wordBytes + 8;
  const end = length < BigInt(bytes.length) ? Number(length) : bytes.length;
  const parts: string[] = [];
  let at = 0;
  while (at + header <= end && parts.length < as.style.elements) {
    const size = wordAt(bytes, at, wordBytes);
    if (size < BigInt(header)) break;
    const next = size > BigInt(end - at) ? end : at + Number(size);
    parts.push(messageText(bytes.subarray(at, next), size, wordBytes, as));
    at = (next + wordBytes - 1) & -wordBytes;
  }
  if (at < end || BigInt(end) < length) parts.push('...');
  return `[${parts.join(', ')}]`;
}

function messageText(bytes: Uint8Array, length: bigint, wordBytes: number, as: ControlStyle): string {
  const [level, type] = [i32(bytes, wordBytes), i32(bytes, wordBytes + 4)];
  const list = TYPE_LISTS.get(level);
  const typeText = list === undefined ? `0x${(type >>> 0).toString(16)}` : namesOf(list)(BigInt(type));
  const data = bytes.subarray(wordBytes + 8);
  const printer = DATA.get(`${level},${type}`);
  const text = data.length === 0 ? undefined : printer?.(data, wordBytes, as);
  const dataText = text === undefined ? '' : `, cmsg_data=${text}`;
  return `{cmsg_len=${length}, cmsg_level=${namesOf('cmsg-level')(BigInt(level))}, cmsg_type=${typeText}${dataText}}`;
}

/** undefined: there are too few bytes. */
type DataText = (data: Uint8Array, wordBytes: number, as: ControlStyle) => string | undefined;

const time =
  (fraction: string): DataText =>
  (data, size) =>
    data.length < 2 * size ? undefined : timeAt(data, 0, size, fraction);

function timeAt(data: Uint8Array, at: number, size: number, fraction: string): string {
  const second = size === 4 ? BigInt(i32(data, at)) : i64(data, at);
  return `{tv_sec=${second}, ${fraction}=${wordAt(data, at + size, size)}}`;
}

/** Three stamps: by software, an unused one, by hardware. */
const stamps: DataText = (data, size) =>
  data.length < 6 * size ? undefined : `[${[0, 1, 2].map((i) => timeAt(data, i * 2 * size, size, 'tv_nsec')).join(', ')}]`;

const descriptors: DataText = (data, _, { style, received }) => {
  const count = Math.floor(data.length / 4);
  const shown = Math.min(count, style.elements);
  const fds = Array.from({ length: shown }, (__, i) => (received ? style.newFdNumber : style.fdNumber)(i32(data, i * 4)));
  if (count > shown) fds.push('...');
  return count === 0 ? undefined : `[${fds.join(', ')}]`;
};

const credentials: DataText = (data) =>
  data.length < 12 ? undefined : `{pid=${i32(data, 0)}, uid=${u32(data, 4)}, gid=${u32(data, 8)}}`;

const number: DataText = (data) => (data.length < 4 ? undefined : `[${i32(data, 0)}]`);
const unsigned: DataText = (data) => (data.length < 4 ? undefined : `[${u32(data, 0)}]`);
const octets: DataText = (data, _, { style: { elements } }) =>
  `[${hexBytes(data.subarray(0, elements))}${data.length > elements ? ', ...' : ''}]`;

/** ip(7). The interface stays a number: what it is called is known only to the machine that was traced. */
const packetInfo: DataText = (data) =>
  data.length < 12
    ? undefined
    : `{ipi_ifindex=${u32(data, 0)}, ipi_spec_dst=${inetText(data, 4)}, ipi_addr=${inetText(data, 8)}}`;

/** sock_extended_err and the address of who refused, recvmsg(2)'s error queue. */
const extendedError: DataText = (data) => {
  if (data.length < 32) return undefined;
  const kind = ['ee_type', 'ee_code'].map((name, i) => `${name}=${data[5 + i]!}`).join(', ');
  const offender = sockaddrText(data.subarray(16), data.length - 16) ?? '{}';
  return `{ee_errno=${u32(data, 0)}, ee_origin=${data[4]!}, ${kind}, ee_info=${u32(data, 8)}, ee_data=${u32(data, 12)}, offender=${offender}}`;
};

const DATA: ReadonlyMap<string, DataText> = new Map<string, DataText>([
  [`${SOL_SOCKET},1`, descriptors],
  [`${SOL_SOCKET},2`, credentials],
  [`${SOL_SOCKET},3`, (data) => quoted(data)],
  [`${SOL_SOCKET},29`, time('tv_usec')],
  [`${SOL_SOCKET},35`, time('tv_nsec')],
  [`${SOL_SOCKET},37`, stamps],
  [`${SOL_IP},1`, octets],
  [`${SOL_IP},2`, unsigned],
  [`${SOL_IP},6`, octets],
  [`${SOL_IP},7`, octets],
  [`${SOL_IP},8`, packetInfo],
  [`${SOL_IP},11`, extendedError],
  [`${SOL_IP},20`, (data) => sockaddrText(data, data.length)],
  [`${SOL_IP},23`, number],
]);
