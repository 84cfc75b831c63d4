/**
 * One call as the describers see it: its words, whether it failed, and the bytes that were copied for an argument.
 */
import type { CopiedData, RawCall } from '../engineProtocol';

export interface CallView {
  readonly call: RawCall;
  readonly args: readonly bigint[];
  /** undefined: unfinished. */
  readonly ret: bigint | undefined;
  /** It returned an error (also a restart code). */
  readonly failed: boolean;
  /** The positive error number, 0 for none. */
  readonly errno: number;
}

/** The kernel returns errors as -4095..-1. */
export function viewOf(call: RawCall): CallView {
  const { ret } = call;
  const failed = ret !== undefined && ret < 0n && ret >= -4095n;
  return { call, args: call.args, ret, failed, errno: failed ? -Number(ret) : 0 };
}

/** What was copied for an argument from or to this address; undefined if nothing was. */
export function copied(view: CallView, direction: 'in' | 'out', arg: number, address: bigint): CopiedData | undefined {
  for (const data of view.call.data) {
    if (data.arg === arg && data.direction === direction && data.address === address) return data;
  }
  return undefined;
}

/** The same as bytes, if at least so many are there. */
export function copiedBytes(
  view: CallView,
  direction: 'in' | 'out',
  arg: number,
  address: bigint,
  size: number,
): Uint8Array | undefined {
  const data = copied(view, direction, arg, address);
  return data !== undefined && data.bytes.length >= size ? data.bytes : undefined;
}
