/** Terminal settings, termios(3), as strace abbreviates them: the four flag words of the kernel's struct. */
import { u16, u32 } from './bytes';
import { namesOf } from './words';

export function termiosText(bytes: Uint8Array, at: number): string {
  const word = (index: number): bigint => BigInt(u32(bytes, at + index * 4));
  const flags = ['c_iflag', 'c_oflag', 'c_cflag', 'c_lflag'].map((name, i) => `${name}=${namesOf(name)(word(i))}`);
  return `{${flags.join(', ')}, ...}`;
}

/** The same in the older struct termio: 16 bits each. */
export function termioText(bytes: Uint8Array, at: number): string {
  const word = (index: number): bigint => BigInt(u16(bytes, at + index * 2));
  const flags = ['c_iflag', 'c_oflag', 'c_cflag', 'c_lflag'].map((name, i) => `${name}=${namesOf(name)(word(i))}`);
  return `{${flags.join(', ')}, ...}`;
}
