/** Socket addresses, socket(7), as strace prints them. The bytes are the program's: lengths are checked here. */
import { be16, escaped, i32, quoted, u16, u32 } from './bytes';
import { namesOf } from './words';

const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
const AF_NETLINK = 16;
const AF_PACKET = 17;
const AF_VSOCK = 40;
const UNIX_PATH_BYTES = 108;

/** undefined if there is not even a family. `length`: as the call said; the bytes may be fewer. */
export function sockaddrText(bytes: Uint8Array, length: number): string | undefined {
  const size = Math.min(bytes.length, length);
  if (size < 2) return undefined;
  const family = u16(bytes, 0);
  const known = body(family, bytes, size);
  const rest = known ?? (size > 2 ? `, sa_data=${quoted(bytes.subarray(2, size), size - 2, Infinity)}` : '');
  return `{sa_family=${namesOf('family')(BigInt(family))}${rest}}`;
}

function body(family: number, bytes: Uint8Array, size: number): string | undefined {
  switch (family) {
    case AF_UNIX:
      return unixPath(bytes, size);
    case AF_INET:
      return size < 8 ? undefined : `, sin_port=htons(${be16(bytes, 2)}), sin_addr=inet_addr("${ipv4(bytes, 4)}")`;
    case AF_INET6:
      return size < 24 ? undefined : ipv6Body(bytes, size);
    case AF_NETLINK:
      return size < 12 ? undefined : `, nl_pid=${i32(bytes, 4)}, nl_groups=${groups(u32(bytes, 8))}`;
    case AF_PACKET:
      return size < 18 ? undefined : packetBody(bytes, size);
    case AF_VSOCK:
      return size < 16 ? undefined : vsockBody(bytes);
    default:
      return undefined;
  }
}

/** packet(7). The interface stays a number: what it is called is known only to the machine that was traced. */
function packetBody(bytes: Uint8Array, size: number): string {
  const length = bytes[11]!;
  const parts = [
    `sll_protocol=htons(${namesOf('ethertype')(BigInt(be16(bytes, 2)))})`,
    `sll_ifindex=${i32(bytes, 4)}`,
    `sll_hatype=${namesOf('arphrd')(BigInt(u16(bytes, 8)))}`,
    `sll_pkttype=${namesOf('packet-type')(BigInt(bytes[10]!))}`,
    `sll_halen=${length}`,
  ];
  if (length > 0 && size > 12) parts.push(`sll_addr=[${hexBytes(bytes.subarray(12, Math.min(size, 12 + length)))}]`);
  return `, ${parts.join(', ')}`;
}

export const hexBytes = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => (byte === 0 ? '0' : `0x${byte.toString(16)}`)).join(', ');

/** vsock(7) */
function vsockBody(bytes: Uint8Array): string {
  const [port, cid, flags] = [u32(bytes, 4), u32(bytes, 8), bytes[12]!];
  const hex = (word: number): string => (word === 0 ? '0' : `0x${word.toString(16)}`);
  return `, svm_cid=${namesOf('vsock-cid')(BigInt(cid))}, svm_port=${hex(port)}, svm_flags=${hex(flags)}`;
}

/** An address of IPv4: inet_addr("127.0.0.1"). */
export const inetText = (bytes: Uint8Array, at: number): string => `inet_addr("${ipv4(bytes, at)}")`;

/** One of IPv6, with the field that it lies in. */
export const inet6Text = (bytes: Uint8Array, at: number, field: string): string =>
  `inet_pton(AF_INET6, "${ipv6(bytes, at)}", &${field})`;

/** A link layer's address in a struct sockaddr: its type and six bytes. */
export function hardwareAddress(bytes: Uint8Array, at: number): string {
  return `{sa_family=${namesOf('arphrd')(BigInt(u16(bytes, at)))}, sa_data=${macText(bytes.subarray(at + 2, at + 8))}}`;
}

export const macText = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':');

/** As printf's %#08x, which leaves out the 0x of nothing. */
const groups = (bits: number): string => (bits === 0 ? '00000000' : `0x${bits.toString(16).padStart(6, '0')}`);

/** A path, or @"name" of the abstract namespace, unix(7). */
function unixPath(bytes: Uint8Array, size: number): string {
  if (size <= 2) return '';
  const end = Math.min(size, 2 + UNIX_PATH_BYTES);
  if (bytes[2] === 0) return `, sun_path=@"${escaped(bytes, 3, end)}"`;
  const nul = bytes.subarray(2, end).indexOf(0);
  return `, sun_path="${escaped(bytes, 2, nul === -1 ? end : 2 + nul)}"`;
}

function ipv4(bytes: Uint8Array, at: number): string {
  return `${bytes[at]!}.${bytes[at + 1]!}.${bytes[at + 2]!}.${bytes[at + 3]!}`;
}

function ipv6Body(bytes: Uint8Array, size: number): string {
  const scope = size >= 28 ? `, sin6_scope_id=${u32(bytes, 24)}` : '';
  const flow = ((bytes[4]! << 24) | (bytes[5]! << 16) | (bytes[6]! << 8) | bytes[7]!) >>> 0;
  const port = `sin6_port=htons(${be16(bytes, 2)}), sin6_flowinfo=htonl(${flow})`;
  return `, ${port}, inet_pton(AF_INET6, "${ipv6(bytes, 8)}", &sin6_addr)${scope}`;
}

/** RFC 5952, with the last 32 bits in dots where the address maps IPv4. */
export function ipv6(bytes: Uint8Array, at: number): string {
  const groups = Array.from({ length: 8 }, (_, i) => be16(bytes, at + i * 2));
  const run = longestZeros(groups);
  const mapped = groups.slice(0, 5).every((g) => g === 0) && (groups[5] === 0xffff || (groups[5] === 0 && groups[6] !== 0));
  if (mapped) return `::${groups[5] === 0xffff ? 'ffff:' : ''}${ipv4(bytes, at + 12)}`;
  const text = groups.map((g) => g.toString(16));
  if (run.length < 2) return text.join(':');
  return `${text.slice(0, run.start).join(':')}::${text.slice(run.start + run.length).join(':')}`;
}

function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (start + length < groups.length && groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  return best;
}

/** An address length, as given and as the kernel set it: "[100 => 16]". */
export function lengthText(before: number, after: number | undefined): string {
  return after === undefined || after === before ? `[${before}]` : `[${before} => ${after}]`;
}
