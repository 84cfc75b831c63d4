/** The blind-spot ledger's totals and lines. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { addBlind, type BlindTallies, type BlindTotal, blindLines, blindTotals } from '../../../extension/trace/blind';
import { BlindReason, FD_CLASSES } from '../../../extension/trace/gen/schema';
import type { BlindRecord, BlindSubject } from '../../../extension/trace/source';

const classOf = (id: string): number => FD_CLASSES.findIndex((each) => each.id === id);
const record = (reason: number, more: Partial<BlindRecord> = {}): BlindRecord => ({
  type: 'blind',
  seq: 1,
  timeNs: 0,
  pid: 10,
  tid: 10,
  reason,
  count: 1,
  text: '',
  event: undefined,
  subject: undefined,
  ...more,
});
const subject = (op: number, classId: number, length: number): BlindSubject => ({
  op,
  fd: 5,
  fixed: false,
  classId,
  description: 0,
  resource: '/x',
  length,
  offset: 0n,
  unconfirmed: false,
});

function totals(records: readonly BlindRecord[]): BlindTotal[] {
  const tallies: BlindTallies = new Map();
  for (const one of records) addBlind(tallies, one);
  return blindTotals(tallies);
}

void it('submissions are counted by operation and class, the most frequent first', () => {
  const records = [
    record(BlindReason.ioUringOp, { subject: subject(22, classOf('file'), 100) }),
    record(BlindReason.ioUringOp, { subject: subject(23, classOf('pipe'), 7) }),
    record(BlindReason.ioUringOp, { subject: subject(23, classOf('pipe'), 8) }),
    record(BlindReason.ioUringOp, { subject: subject(0, classOf('none'), 0) }),
    record(BlindReason.ioUring, { text: 'a ring' }),
  ];
  assert.deepEqual(blindLines(totals(records)), [
    'io_uring: 1 ring set up; what is asked for through a ring makes no system call of its own',
    'io_uring: 4 operations submitted (IORING_OP_WRITE on pipe 2, 15 bytes; IORING_OP_READ on file 1, 100 bytes; IORING_OP_NOP 1)',
  ]);
});

void it('one line says of how many processes the time calls are missing', () => {
  const records = [1, 2, 2].map((pid) => record(BlindReason.vdsoTime, { pid }));
  assert.deepEqual(blindLines(totals(records)), ['2 processes: time calls through the vDSO are not seen']);
});

void it('what can not be counted is said so, and a reason of a later version has a line too', () => {
  const [polled, later] = totals([record(BlindReason.ioUringPolled, { count: 0 }), record(200)]);
  assert.deepEqual([polled?.uncounted, polled?.count, later?.uncounted], [true, 0, false]);
  assert.deepEqual(blindLines([polled!, later!]), [
    'io_uring: the kernel polls a ring (SQPOLL): what is submitted there is neither seen nor counted',
    '200: 1 time',
  ]);
});

void it('mapped bytes add up by class', () => {
  const records = [4096, 8192].map((length) =>
    record(BlindReason.sharedMapping, { subject: subject(0, classOf('memory'), length) }),
  );
  assert.deepEqual(blindLines(totals(records)), [
    '2 file ranges mapped shared and writable: what is written through memory is not seen (memory 2, 12288 bytes)',
  ]);
});
