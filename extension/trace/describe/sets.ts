/** Sets of descriptors and CPUs, and vectors of pollfds, in arguments and in what strace says behind the result. */
import { i32, u16, wordAt } from './bytes';
import type { Style } from './style';
import { namesOf } from './words';

/** Numbers of the bits that are set, below `limit`. */
function members(bytes: Uint8Array, limit: number): number[] {
  const found: number[] = [];
  const end = Math.min(limit, bytes.length * 8);
  for (let bit = 0; bit < end; bit++) if ((bytes[bit >> 3]! >> (bit & 7)) & 1) found.push(bit);
  return found;
}

/** "[4 14]" */
export const setText = (bytes: Uint8Array, limit = Infinity, name: (member: number) => string = String): string =>
  `[${members(bytes, limit)
    .map((member) => name(member))
    .join(' ')}]`;
export const hasMembers = (bytes: Uint8Array, limit: number): boolean => members(bytes, limit).length > 0;

/** How many bytes a descriptor set of `count` descriptors has. */
export const setBytes = (count: number): number => Math.ceil(count / 64) * 8;

const POLLFD_BYTES = 8;

/** What poll found: "[{fd=3, revents=POLLIN}]". strace says what descriptors refer to in arguments only. */
export function polledText(bytes: Uint8Array, style: Style): string {
  const parts: string[] = [];
  for (let at = 0; at + POLLFD_BYTES <= bytes.length; at += POLLFD_BYTES) {
    const events = u16(bytes, at + 6);
    if (events === 0) continue;
    if (parts.length === style.elements) {
      parts.push('...');
      break;
    }
    parts.push(`{fd=${i32(bytes, at)}, revents=${namesOf('poll')(BigInt(events))}}`);
  }
  return `[${parts.join(', ')}]`;
}

/** Vector of pointers: how many there are before the NULL; undefined if it was not reached. */
export function countPointers(bytes: Uint8Array, size: number): number | undefined {
  for (let at = 0; at + size <= bytes.length; at += size) if (wordAt(bytes, at, size) === 0n) return at / size;
  return undefined;
}
