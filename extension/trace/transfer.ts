/** How many bytes a call moved, and which way, at each descriptor. Pure. */
import { syscallRow } from './describe';
import type { Descriptor, RawCall, Tie } from './engineProtocol';
import { TieRole } from './gen/schema';
import type { SyscallRow } from './tables';

export interface Transfer {
  readonly at: Descriptor;
  readonly received: number;
  readonly sent: number;
}

const BUFFERS: ReadonlySet<string> = new Set(['buf', 'iovec', 'msghdr']);
/** The forms of a descriptor argument from which bytes come, or to which they go. */
const ENDS: ReadonlySet<string | undefined> = new Set(['from', 'to']);
const NONE: readonly Transfer[] = [];

/** Where a call between two descriptors has them: the one that it is filed under, and the other. Empty: it is none. */
export function endsOf(row: SyscallRow | undefined): readonly number[] {
  return row?.args.flatMap((arg, i) => (arg.kind === 'fd' && ENDS.has(arg.form) ? [i] : [])) ?? [];
}

/**
 * Of a call on a descriptor whose result is a number of bytes: the direction of its buffer says which way these went; between
 * two descriptors they come from one and go to the other. Nothing is a transfer too (the end of a file). Empty: the call
 * moves none, it failed, or it has not returned.
 */
export function transfersOf(call: RawCall): readonly Transfer[] {
  if (call.ret === undefined || call.ret < 0n || call.fd < 0) return NONE;
  const told = call.ties?.filter(({ role }) => role === TieRole.read || role === TieRole.written);
  if (told !== undefined && told.length > 0) return told.map((tie) => toldTransfer(call, tie));
  const row = syscallRow(call.nr, call.arch);
  if (row?.ret.kind !== 'bytes' || row.touch !== 'fd') return NONE;
  const size = Number(call.ret);
  const at = call;
  switch (row.args.find((arg) => BUFFERS.has(arg.kind))?.direction) {
    case 'out':
      return [{ at, received: size, sent: 0 }];
    case 'in':
      return [{ at, received: 0, sent: size }];
    default: {
      const form = row.args[endsOf(row)[0] ?? -1]?.form;
      if (form === undefined) return NONE;
      const here = end(at, form === 'from', size);
      return call.other === undefined ? [here] : [here, end(call.other, form === 'to', size)];
    }
  }
}

/** What the recording itself says was moved: its result doesn't say it (recvmmsg), or not which way (vmsplice). */
function toldTransfer(call: RawCall, tie: Tie): Transfer {
  const at = tie.fd === call.fd ? call : tie;
  return tie.role === TieRole.read ? { at, received: tie.count, sent: 0 } : { at, received: 0, sent: tie.count };
}

const end = (at: Descriptor, isSource: boolean, size: number): Transfer =>
  isSource ? { at, received: size, sent: 0 } : { at, received: 0, sent: size };
