/**
 * A stack frame as text. Pure.
 */
import type { ResolvedFrame, ResolvedStack } from '../../extension/trace/engineProtocol';

export function frameName(frame: ResolvedFrame): string {
  return frame.function ?? `0x${frame.address.toString(16)}`;
}

/** "copy.c:42", or the module and the place in it. */
export function frameSource(frame: ResolvedFrame): string {
  if (frame.location !== undefined) {
    return `${baseName(frame.location.file)}:${String(frame.location.line)}`;
  }
  return frame.module === '' ? 'no module' : `${baseName(frame.module)}+0x${frame.offset.toString(16)}`;
}

export function baseName(path: string): string {
  return path.split('/').at(-1) ?? path;
}

/** Why a frame leads to no line, and what to do. */
export function missingReason(frame: ResolvedFrame): string | undefined {
  switch (frame.missing) {
    case undefined:
      return undefined;
    case 'no-debug-info':
      return frame.function === undefined
        ? 'No debug information: rebuild with -g to see function and line.'
        : 'No line information: rebuild with -g to see the line.';
    case 'no-module':
      return 'This address lies in no file: code that was generated while the program ran.';
    case 'module-changed':
      return 'The file was changed after the trace was recorded, so its lines would be wrong.';
  }
}

/** How the walk ended, if not at the stack's outermost frame. */
export function stackEnd(stack: ResolvedStack): string | undefined {
  switch (stack.end) {
    case 'complete':
      return undefined;
    case 'limit':
      return 'Deeper frames were left out: the stack is deeper than what is recorded.';
    case 'no-cfi':
      return 'The stack ends here because this code has no unwind information.';
    case 'unreadable':
      return 'The stack ends here because its memory could not be read.';
    case 'guess':
      return 'The last frames are guesses: they were found by frame pointers, not by unwind information.';
  }
}
