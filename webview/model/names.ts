/**
 * System call names by number, for boxes: the timeline draws far more calls than it has descriptions of.
 */
import { SYSCALLS } from '../../extension/trace/gen/syscalls';

const NAMES = new Map(SYSCALLS.map((row) => [row.nr, row.name]));

export function callName(nr: number): string {
  return NAMES.get(nr) ?? `syscall ${String(nr)}`;
}
