/** A call's result as strace prints it behind " = ", with what it says behind some results. */
import { RESULT_VARIANTS } from '../gen/syscalls';
import type { ResultSpec, SyscallRow } from '../tables';
import { hasMembers, polledText, setBytes, setText } from './sets';
import { structText } from './structs';
import type { Style } from './style';
import { copiedBytes, type CallView } from './view';
import * as words from './words';

/** undefined: the call has not returned. */
export function resultText(row: SyscallRow | undefined, view: CallView, style: Style): string | undefined {
  const { ret, errno } = view;
  if (row?.ret.kind === 'noreturn') return '?';
  if (ret === undefined) return undefined;
  if (view.failed) return words.isRestart(errno) ? `? ${words.errorText(errno)}` : `-1 ${words.errorText(errno)}`;
  return row === undefined ? words.int64(ret) : successText(row, specOf(row.ret, view), view, ret, style);
}

function specOf(ret: ResultSpec, view: CallView): ResultSpec {
  if (ret.kind !== 'variant') return ret;
  const variant = RESULT_VARIANTS[ret.variant ?? ''];
  if (variant === undefined) return { kind: 'int' };
  const value = view.args[ret.arg ?? 0]! & variant.mask;
  return variant.rows.find((row) => row.value === value)?.ret ?? variant.otherwise;
}

function successText(row: SyscallRow, spec: ResultSpec, view: CallView, ret: bigint, style: Style): string {
  switch (spec.kind) {
    case 'addr':
      return words.address(ret);
    case 'hex':
      return words.hex(ret);
    case 'uint':
      return words.uint32(ret);
    case 'octal':
      return words.mode(Number(ret & 0xfffn));
    case 'flags':
      return flagsResult(ret, words.namesOf(spec.list ?? '')(ret));
    case 'named':
      return `${words.hex(ret)} (${words.namesOf(spec.list ?? '')(ret)})`;
    case 'enum':
      return `${ret} (${words.namesOf(spec.list ?? '')(ret)})`;
    case 'ioprio':
      return `${ret === 0n ? '0' : words.hex(ret)} (${words.ioPriority(ret)})`;
    case 'signal':
      return ret === 0n ? '0' : `${ret} (${words.signal(ret)})`;
    case 'time': {
      const when = words.utc(ret);
      return when === undefined ? String(ret) : `${ret} (${when})`;
    }
    case 'poll':
      return `${ret}${ret === 0n ? ' (Timeout)' : behind(pollParts(row, view, style))}`;
    case 'select':
      return `${ret}${ret === 0n ? ' (Timeout)' : behind(selectParts(row, view, style))}`;
    case 'fd':
      return style.newFd(ret);
    case 'int':
    case 'none':
    case 'bytes':
    case 'pid':
    case 'long':
    case 'noreturn':
    case 'sigreturn':
    case 'variant':
      return words.int64(ret);
  }
}

/** Nothing is said of no flags, unless they have a name (O_RDONLY). */
const flagsResult = (ret: bigint, names: string): string => (names === '0' ? '0' : `${words.hex(ret)} (flags ${names})`);

const behind = (parts: readonly string[]): string => (parts.length === 0 ? '' : ` (${parts.join(', ')})`);

function pollParts(row: SyscallRow, view: CallView, style: Style): string[] {
  const index = row.args.findIndex((arg) => arg.kind === 'array');
  const bytes = copiedBytes(view, 'out', index, view.args[index] ?? 0n, 8);
  return [...(bytes === undefined ? [] : [polledText(bytes, style)]), ...timeLeft(row, view, style)];
}

/** Which descriptors of each set are ready, and what is left of the time. */
function selectParts(row: SyscallRow, view: CallView, style: Style): string[] {
  const count = Number(BigInt.asIntN(32, view.args[0]!));
  const sets = row.args.flatMap((arg, index) => {
    const bytes =
      arg.kind === 'fdset' ? copiedBytes(view, 'out', index, view.args[index]!, Math.min(setBytes(count), 128)) : undefined;
    return bytes !== undefined && hasMembers(bytes, count) ? [`${SET_NAMES[arg.name] ?? arg.name} ${setText(bytes, count)}`] : [];
  });
  return [...sets, ...timeLeft(row, view, style)];
}

const SET_NAMES: Readonly<Record<string, string>> = { readfds: 'in', writefds: 'out', exceptfds: 'except' };

function timeLeft(row: SyscallRow, view: CallView, style: Style): string[] {
  const index = row.args.findIndex((arg) => arg.kind === 'struct' && arg.direction === 'inout');
  const spec = row.args[index];
  const bytes = spec === undefined ? undefined : copiedBytes(view, 'out', index, view.args[index]!, spec.elementBytes);
  return spec === undefined || bytes === undefined ? [] : [`left ${structText(spec.struct ?? '', style)(bytes, 0)}`];
}
