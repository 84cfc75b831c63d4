/** How many bytes a call moved, and which way. Pure. */
import { syscallRow } from './describe';
import type { RawCall } from './engineProtocol';

export interface Transfer {
  readonly received: number;
  readonly sent: number;
}

const BUFFERS: ReadonlySet<string> = new Set(['buf', 'iovec', 'msghdr']);

/**
 * Of a call on a descriptor whose result is a number of bytes, that number: the direction of its buffer says which way they
 * went. Nothing is a transfer too (the end of a file). undefined: it moves none, it failed, or it has not returned.
 */
export function transferOf(call: RawCall): Transfer | undefined {
  if (call.ret === undefined || call.ret < 0n) return undefined;
  const row = syscallRow(call.nr, call.arch);
  if (row?.ret.kind !== 'bytes' || row.touch !== 'fd') return undefined;
  const size = Number(call.ret);
  switch (row.args.find((arg) => BUFFERS.has(arg.kind))?.direction) {
    case 'out':
      return { received: size, sent: 0 };
    case 'in':
      return { received: 0, sent: size };
    default:
      return undefined;
  }
}
