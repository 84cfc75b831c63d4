/**
 * What the Variables view shows of the call at which a thread is held: scopes and a tree of names and values. Pure: from a
 * described call to data; ids of nodes are given out by `VariableTree`.
 */
import type { DescribedDetails } from '../trace/timelineProtocol';
import type { CopiedData } from '../trace/engineProtocol';
import { FD_CLASSES } from '../trace/gen/schema';

export interface VariableNode {
  readonly name: string;
  readonly value: string;
  readonly children: readonly VariableNode[];
}

/** The scopes of a stopped thread's call. */
export function callScopes(described: DescribedDetails): readonly VariableNode[] {
  return [
    { name: 'System call', value: '', children: callNodes(described) },
    { name: 'Raw', value: '', children: rawNodes(described) },
  ];
}

function callNodes(described: DescribedDetails): readonly VariableNode[] {
  const { call } = described;
  const nodes = [leaf('call', described.name), leaf('result', described.result)];
  described.args.forEach((argument, index) => {
    const name = argument.name === '' ? `arg${String(index)}` : argument.name;
    nodes.push({ name, value: argument.text, children: call.data.filter((data) => data.arg === index).map(payloadNode) });
  });
  if (call.fd >= 0)
    nodes.push(leaf('descriptor', call.resource === undefined ? String(call.fd) : `${String(call.fd)}: ${call.resource}`));
  nodes.push(
    leaf('class', FD_CLASSES.find(({ value }) => value === call.classId)?.label ?? String(call.classId)),
    leaf('process', String(call.pid)),
    leaf('thread', String(call.tid)),
  );
  return nodes;
}

function rawNodes(described: DescribedDetails): readonly VariableNode[] {
  const { call } = described;
  return [
    leaf('number', String(call.nr)),
    ...call.args.map((value, index) => leaf(`arg${String(index)}`, hex(value))),
    leaf('instruction pointer', hex(call.ip)),
    leaf('event', String(call.id)),
  ];
}

function payloadNode(data: CopiedData): VariableNode {
  const name = data.direction === 'in' ? 'given to the kernel' : 'filled by the kernel';
  const children = [leaf('text', printable(data.bytes)), leaf('hex', hexBytes(data.bytes)), leaf('address', hex(data.address))];
  const kept =
    data.bytes.length < data.full ? `${String(data.bytes.length)} of ${String(data.full)} bytes` : `${String(data.full)} bytes`;
  return { name, value: kept, children };
}

/** Gives a reference to every node that has children, for as long as the thread is held. */
export class VariableTree {
  private nodes: (readonly VariableNode[])[] = [];

  reference(children: readonly VariableNode[]): number {
    return children.length === 0 ? 0 : this.nodes.push(children);
  }

  children(reference: number): readonly VariableNode[] {
    return this.nodes[reference - 1] ?? [];
  }

  clear(): void {
    this.nodes = [];
  }
}

function leaf(name: string, value: string): VariableNode {
  return { name, value, children: [] };
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}

function hexBytes(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

/** ASCII as it is, everything else as \\xNN: a payload is hostile text and must not shape what is shown. */
function printable(bytes: Uint8Array): string {
  return [...bytes]
    .map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`))
    .join('');
}
