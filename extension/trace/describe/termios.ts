/** Terminal settings, termios(3): the four flag words of the kernel's struct and, unabbreviated, what follows them. */
import { u16, u32 } from './bytes';
import type { BytesText } from './fields';
import { hex, namesOf } from './words';

const FLAGS = ['c_iflag', 'c_oflag', 'c_cflag', 'c_lflag'] as const;
/** Control characters: of struct termios and of the older struct termio. */
const NCCS = 19;
const NCC = 8;

function settings(size: 2 | 4, characters: number, abbreviate: boolean): BytesText {
  const read = size === 2 ? u16 : u32;
  return (bytes, at) => {
    const flags = FLAGS.map((name, i) => `${name}=${namesOf(name)(BigInt(read(bytes, at + i * size)))}`).join(', ');
    if (abbreviate) return `{${flags}, ...}`;
    const line = at + FLAGS.length * size;
    const known = Math.max(0, Math.min(characters, bytes.length - line - 1));
    const texts = Array.from({ length: known }, (_, i) => `[${namesOf('c_cc')(BigInt(i))}]=${hex(BigInt(bytes[line + 1 + i]!))}`);
    return `{${flags}, c_line=${namesOf('ldisc')(BigInt(bytes[line] ?? 0))}, c_cc=[${texts.join(', ')}]}`;
  };
}

export const termiosText = (abbreviate: boolean): BytesText => settings(4, NCCS, abbreviate);
export const termioText = (abbreviate: boolean): BytesText => settings(2, NCC, abbreviate);
