/**
 * Every transfer on a descriptor, one a line (a call between two descriptors has one at each), with what the descriptor had moved by then in its process: the form of network
 * instrumentation shims. The loader's and the agent's are left out. Pure: records in, text out, in chunks of many lines.
 *
 *   call,fd,pid,seq,time,size,recv_so_far,send_so_far
 *
 * seq: the event's id in the trace; time: seconds since the trace began; size: bytes, 0 at the end of a file; the totals are
 * of this use of the number (a number that is used again begins anew) and hold this call.
 */
import { syscallName } from '../describe';
import type { RawCall } from '../engineProtocol';
import { Origin } from '../gen/schema';
import type { TraceSource } from '../source';
import { type Transfer, transfersOf } from '../transfer';

const HEAD = 'call,fd,pid,seq,time,size,recv_so_far,send_so_far\n';

export async function* exportCsv(source: TraceSource): AsyncGenerator<string> {
  const totals = new Map<string, { received: number; sent: number }>();
  yield HEAD;
  for await (const page of source.records({ data: false })) {
    let text = '';
    for (const record of page) {
      if (record.type !== 'call' || record.call.origin !== Origin.program) continue;
      for (const transfer of transfersOf(record.call)) text += line(record.call, transfer, totals);
    }
    if (text !== '') yield text;
  }
}

function line(call: RawCall, { at, received, sent }: Transfer, totals: Map<string, { received: number; sent: number }>): string {
  const key = `${call.process} ${at.fd} ${at.description}`;
  let total = totals.get(key);
  if (total === undefined) totals.set(key, (total = { received: 0, sent: 0 }));
  total.received += received;
  total.sent += sent;
  const time = (call.startNs / 1e9).toFixed(9);
  const cells = [syscallName(call.nr, call.arch), at.fd, call.pid, call.id, time, received + sent, total.received, total.sent];
  return `${cells.join(',')}\n`;
}
