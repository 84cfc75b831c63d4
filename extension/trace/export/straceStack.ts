/** A stack as `strace -k` prints it: a line a frame, innermost first. */
import { escapedText } from '../describe';
import type { ResolvedFrame, ResolvedStack } from '../engineProtocol';

/**
 * " > /lib/libc.so.6(read) [0xf82ad] read.c:26": the address is the module's own. How far a function's start is from it isn't
 * recorded; the source line stands behind it, where that is known. A stack that goes on, or that could not be followed, doesn't say so.
 */
export function straceStack(stack: ResolvedStack | undefined): string {
  return stack === undefined ? '' : stack.frames.map(frameLine).join('');
}

function frameLine({ module, function: name, offset, address, location }: ResolvedFrame): string {
  const where =
    module === ''
      ? `[0x${address.toString(16)}]`
      : `${escapedText(module)}(${escapedText(name ?? '')}) [0x${offset.toString(16)}]`;
  return ` > ${where}${location === undefined ? '' : ` ${escapedText(location.file)}:${location.line}`}\n`;
}
