/**
 * Every transfer on a descriptor, one a line (a call between two descriptors has one at each), with what the descriptor had moved
 * by then in its process: the form of network instrumentation shims. The loader's and the agent's are left out. Pure: records in, text out, in chunks of many lines.
 *
 *   call,fd,pid,seq,time,size,recv_so_far,send_so_far
 *
 * seq: the event's id in the trace; time: seconds since the trace began; size: bytes, 0 at the end of a file; the totals are
 * of this use of the number (a number that is used again begins anew) and hold this call.
 */
import { syscallName } from '../describe';
import type { Descriptor, RawCall } from '../engineProtocol';
import { Origin } from '../gen/schema';
import type { TraceSource, Transfer } from '../source';
import { type Chunk, ChunkWriter } from './chunks';

const HEAD = 'call,fd,pid,seq,time,size,recv_so_far,send_so_far\n';

interface Totals {
  received: number;
  sent: number;
}
/** By process, then number, then description: what this use of the number has moved. */
type AllTotals = Map<number, Map<number, Map<number, Totals>>>;

export async function* exportCsv(source: TraceSource): AsyncGenerator<Chunk> {
  const totals: AllTotals = new Map();
  const writer = new ChunkWriter();
  writer.ascii(HEAD);
  for await (const page of source.records({ data: false })) {
    let text = '';
    for (const record of page) {
      if (record.type !== 'call' || record.call.origin !== Origin.program) continue;
      for (const transfer of record.transfers) text += line(record.call, transfer, totals);
    }
    writer.ascii(text);
    if (writer.isFull) yield writer.take();
  }
  if (!writer.isEmpty) yield writer.take();
}

function line(call: RawCall, { at, received, sent }: Transfer, totals: AllTotals): string {
  const total = totalsOf(totals, call.process, at);
  total.received += received;
  total.sent += sent;
  const name = syscallName(call.nr, call.arch);
  return `${name},${at.fd},${call.pid},${call.id},${seconds(call.startNs)},${received + sent},${total.received},${total.sent}\n`;
}

function totalsOf(totals: AllTotals, process: number, { fd, description }: Descriptor): Totals {
  let numbers = totals.get(process);
  if (numbers === undefined) totals.set(process, (numbers = new Map<number, Map<number, Totals>>()));
  let uses = numbers.get(fd);
  if (uses === undefined) numbers.set(fd, (uses = new Map<number, Totals>()));
  let total = uses.get(description);
  if (total === undefined) uses.set(description, (total = { received: 0, sent: 0 }));
  return total;
}

/** Nanoseconds as seconds with nine digits: exact, and quicker than a division with toFixed. */
function seconds(ns: number): string {
  const whole = Math.floor(ns / 1e9);
  return `${whole}.${String(1e9 + (ns - whole * 1e9)).slice(1)}`;
}
