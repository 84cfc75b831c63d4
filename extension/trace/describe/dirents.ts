/** Directory entries, getdents64(2) and getdents(2): how many there are or, whole, each of them. The bytes are the kernel's, and hostile. */
import { escaped, i64, u16, u64, wordAt } from './bytes';
import { copied, type CallView } from './view';
import { address, namesOf } from './words';

/** Bytes of an entry before its name; the record length is at the same place in both forms. */
const HEADER = 18;

/** `old`: getdents's form, of words. */
export function direntsText(view: CallView, index: number, base: bigint, old: boolean, abbreviate: boolean): string | undefined {
  if (view.failed || view.ret === undefined) return undefined;
  const data = copied(view, 'out', index, base);
  if (data === undefined) return view.ret !== 0n ? undefined : abbreviate ? `${address(base)} /* 0 entries */` : '[]';
  const entries = entriesOf(data.bytes);
  const whole = data.bytes.length >= data.full;
  if (abbreviate) return `${address(base)} /* ${entries.length}${whole ? '' : ' or more'} entries */`;
  const texts = entries.map(([at, end]) => (old ? oldEntry : entry)(data.bytes, at, end));
  return `[${[...texts, ...(whole ? [] : ['...'])].join(', ')}]`;
}

/** Where each begins and ends; one that is cut is left out unless its end is all that is missing. */
function entriesOf(bytes: Uint8Array): (readonly [number, number])[] {
  const entries: (readonly [number, number])[] = [];
  for (let at = 0; at + HEADER <= bytes.length;) {
    const length = u16(bytes, at + 16);
    if (length < HEADER) break;
    entries.push([at, Math.min(at + length, bytes.length)]);
    at += length;
  }
  return entries;
}

function nameText(bytes: Uint8Array, from: number, end: number): string {
  const nul = bytes.subarray(from, end).indexOf(0);
  return `"${escaped(bytes, Math.min(from, end), nul === -1 ? end : from + nul)}"`;
}

function entry(bytes: Uint8Array, at: number, end: number): string {
  const type = at + HEADER < end ? namesOf('dirent-type')(BigInt(bytes[at + HEADER]!)) : '?';
  const head = `d_ino=${u64(bytes, at)}, d_off=${i64(bytes, at + 8)}, d_reclen=${u16(bytes, at + 16)}`;
  return `{${head}, d_type=${type}, d_name=${nameText(bytes, at + HEADER + 1, end)}}`;
}

/** The type lies in the last byte. */
function oldEntry(bytes: Uint8Array, at: number, end: number): string {
  const type = namesOf('dirent-type')(BigInt(bytes[end - 1]!));
  const head = `d_ino=${wordAt(bytes, at, 8)}, d_off=${wordAt(bytes, at + 8, 8)}, d_reclen=${u16(bytes, at + 16)}`;
  return `{${head}, d_name=${nameText(bytes, at + HEADER, end - 1)}, d_type=${type}}`;
}
