/** What a target says of its descriptors (test/targets/expect.h), held against its trace. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { loadNative } from '../../../extension/engine/native';
import { TraceFile } from '../../../extension/engine/traceFile';
import { SYSCOPE } from '../../real/recording';
import { calls, rowsOf, type Row } from './syscope';

/** A link's text in /proc as the trace names what it is of; undefined: not by its link (sockets). */
function nameOf(link: string): string | undefined {
  if (link.startsWith('socket:')) return undefined;
  return link.replace(/^anon_inode:\[(.*)\]$/, '$1').replace(/^anon_inode:/, '');
}

/** Each `touch THREAD NUMBER LINK` is that thread's next lseek. Returns how many there were. */
export function assertTouches(stdout: string, rows: readonly Row[]): number {
  const byThread = new Map<number, Row[]>();
  for (const row of calls(rows, 'lseek')) {
    if (row.origin !== 'program') continue;
    const known = byThread.get(row.tid ?? -1);
    if (known === undefined) byThread.set(row.tid ?? -1, [row]);
    else known.push(row);
  }
  const lines = stdout.split('\n').filter((line) => line.startsWith('touch '));
  const wrong: string[] = [];
  for (const line of lines) {
    const [, thread, number, ...words] = line.split(' ');
    const link = words.join(' ');
    const row = byThread.get(Number(thread))?.shift();
    const problem = difference(row, Number(number), link);
    if (problem !== undefined) wrong.push(`${line}: ${problem} (event ${String(row?.id)})`);
  }
  assert.deepEqual(wrong, []);
  return lines.length;
}

function difference(row: Row | undefined, fd: number, link: string): string | undefined {
  if (row === undefined) return 'no lseek';
  if (row.fd !== fd) return `fd ${String(row.fd)}`;
  if (link === '-') return row.resource === undefined ? undefined : `is ${row.resource}`;
  const name = nameOf(link);
  return name === undefined || row.resource === name ? undefined : `is ${String(row.resource)}`;
}

export interface Touched {
  /** The description that this thread's next lseek was about. */
  readonly next: (tid: number) => bigint | undefined;
  /** What became known of a description's other end, by the end of the trace; 0: nothing. */
  readonly peerOf: (description: bigint) => bigint | undefined;
}

/** Descriptions by the rows of the trace itself: exports have their names only. */
export function descriptionsTouched(trace: string): Touched {
  const lseeks = calls(rowsOf(trace), 'lseek').filter(({ origin }) => origin === 'program');
  const file = new TraceFile(loadNative(path.join(path.dirname(SYSCOPE), 'native')), trace);
  const exits = new Map(file.rows('exit', ['event', 'description']).map((row) => [Number(row?.event), row?.description]));
  const peers = new Map<bigint, bigint>();
  file.rows('description', ['peer']).forEach((row, id) => peers.set(BigInt(id), row?.peer ?? 0n));
  for (const row of file.rows('rename', ['description', 'peer'])) if (row !== undefined) peers.set(row.description, row.peer);
  file.close();
  return {
    next: (tid) => {
      const at = lseeks.findIndex((row) => row.tid === tid);
      const [row] = at < 0 ? [] : lseeks.splice(at, 1);
      return row === undefined ? undefined : exits.get(row.id ?? -1);
    },
    peerOf: (description) => peers.get(description),
  };
}
