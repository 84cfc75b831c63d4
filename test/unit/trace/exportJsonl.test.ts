/** The JSON lines export: the fields of the command line contract, absent ones absent, hostile text escaped. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { exportJsonLines } from '../../../extension/trace/export/jsonl';
import { BlindReason } from '../../../extension/trace/gen/schema';
import { frame, MemoryTrace, textOf } from './memorySource';

async function exported(trace: MemoryTrace, page?: number): Promise<unknown[]> {
  const text = await textOf(exportJsonLines(trace.source(page)));
  assert.ok(text.endsWith('\n'));
  return text
    .slice(0, -1)
    .split('\n')
    .map((line): unknown => JSON.parse(line));
}

void it('a call: what it was, what it touched, how it ended', async () => {
  const trace = new MemoryTrace();
  const lines = ['read 3 0x7ffe0010 5 = 5', '  out 1 0x7ffe0010 5 22680a5c00'];
  trace.call(101, lines, { fd: 3, classId: 1, resource: '/tmp/a\n"\u2028', startNs: 1500, durationNs: 700 });
  assert.deepEqual(await exported(trace), [
    {
      kind: 'syscall',
      id: 0,
      pid: 100,
      tid: 101,
      name: 'read',
      nr: 0,
      args: ['3', '"\\"h\\n\\\\\\0"', '5'],
      text: 'read(3, "\\"h\\n\\\\\\0", 5) = 5',
      ret: 5,
      start_ns: 1500,
      duration_ns: 700,
      fd: 3,
      fd_class: 'file',
      resource: '/tmp/a\n"\u2028',
      origin: 'program',
    },
  ]);
});

void it('a failed call, an interrupted one, one in progress', async () => {
  const trace = new MemoryTrace();
  trace.call(100, ['close 9 = -9']);
  trace.call(100, ['pause = -514']);
  trace.call(100, ['pause = ?']);
  const fields = (await exported(trace)).map((object) => {
    const { ret, errno, duration_ns: duration } = object as Record<string, unknown>;
    return [ret, errno, duration];
  });
  assert.deepEqual(fields, [
    [-1, 'EBADF', 500],
    [-1, 'ERESTARTNOHAND', 500],
    [undefined, undefined, undefined],
  ]);
});

void it('a result beyond what a double holds keeps all of its digits', async () => {
  const trace = new MemoryTrace();
  trace.call(100, ['times = 9223372036854775807']);
  assert.match(await textOf(exportJsonLines(trace.source())), /"ret":9223372036854775807,/);
});

void it('the other kinds', async () => {
  const trace = new MemoryTrace();
  trace.process('prog');
  trace.call(100, ['execve 0 0 0 = 0']);
  trace.exec('/bin/ls', 'ls', ['ls', '-l\u001b[0m']);
  trace.signal(100, { signo: 17, code: 1, sender: 101, status: 3 });
  trace.exit(100, 0x300);
  trace.exit(100, 0x8b, 'process');
  trace.notice('lost', 'no room', 12);
  trace.notice('blind', 'io_uring', 2);
  trace.notice('warning', 'careful');
  const objects = (await exported(trace)).filter((object) => (object as { kind: string }).kind !== 'syscall');
  const text = 'SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=101, si_uid=0, si_status=3, si_utime=0, si_stime=0}';
  assert.deepEqual(objects, [
    { kind: 'process', pid: 100, ppid: 1, name: 'prog', start_ns: 1000 },
    { kind: 'exec', id: 0, pid: 100, tid: 100, path: '/bin/ls', name: 'ls', argv: ['ls', '-l\u001b[0m'], start_ns: 4000 },
    { kind: 'signal', pid: 100, tid: 100, signal: 'SIGCHLD', signo: 17, code: 1, text, start_ns: 5000 },
    { kind: 'exit', scope: 'thread', pid: 100, tid: 100, code: 3, cause: 'exitGroup', start_ns: 6000 },
    {
      kind: 'exit',
      scope: 'process',
      pid: 100,
      signal: 'SIGSEGV',
      core: true,
      cause: 'exitGroup',
      user_us: 5,
      system_us: 7,
      max_rss_kb: 9,
      minor_faults: 11,
      major_faults: 1,
      voluntary_switches: 3,
      involuntary_switches: 2,
      blocks_in: 8,
      blocks_out: 16,
      children_user_us: 4,
      children_system_us: 6,
      start_ns: 7000,
    },
    { kind: 'lost', reason: 'diskFull', count: 12, text: 'no room', start_ns: 8000 },
    { kind: 'blind', pid: 100, tid: 100, reason: 'ioUring', count: 2, text: 'io_uring', start_ns: 9000 },
    { kind: 'warning', code: 'general', text: 'careful', start_ns: 10000 },
  ]);
});

const SUBJECT = {
  op: 22,
  fd: 5,
  fixed: false,
  classId: 1,
  description: 3,
  resource: '/tmp/x',
  length: 100,
  offset: -1n,
  unconfirmed: false,
};

void it('submissions and mappings say what they are about', async () => {
  const trace = new MemoryTrace();
  trace.blind({ reason: BlindReason.ioUringOp, event: 4, subject: SUBJECT });
  trace.blind({
    reason: BlindReason.linuxAioOp,
    subject: { ...SUBJECT, op: 99, fd: -1, resource: undefined, classId: 0, length: 0 },
  });
  trace.blind({ reason: BlindReason.sharedMapping, subject: { ...SUBJECT, op: 0, offset: 0n } });
  const [read, unknown, mapping] = await exported(trace);
  const about = { fd: 5, fd_class: 'file', resource: '/tmp/x', length: 100 };
  const place = { kind: 'blind', pid: 100, tid: 100 };
  const readText = 'IORING_OP_READ 100 bytes on fd 5 /tmp/x';
  const op = 'IORING_OP_READ';
  assert.deepEqual(read, {
    ...place,
    id: 4,
    reason: 'ioUringOp',
    count: 1,
    op,
    ...about,
    offset: -1,
    text: readText,
    start_ns: 1000,
  });
  assert.equal((unknown as { text: string }).text, 'IOCB_CMD_99');
  const text = '100 bytes of fd 5 /tmp/x mapped shared and writable: what is written there is not seen.';
  assert.deepEqual(mapping, { ...place, reason: 'sharedMapping', count: 1, ...about, offset: 0, text, start_ns: 3000 });
});

void it('stacks are asked for once, and anew after an exec, which moves the program', async () => {
  const trace = new MemoryTrace();
  trace.call(100, ['getpid = 100'], { stack: 7 });
  trace.call(100, ['getpid = 100'], { stack: 7 });
  trace.call(100, ['getppid = 1'], { stack: 8 });
  trace.call(100, ['execve 0 0 0 = 0'], { stack: 0 });
  trace.exec('/bin/ls', 'ls', ['ls']);
  trace.call(100, ['getpid = 100'], { stack: 7 });
  trace.stacksOf = (stack, seq) =>
    stack === 8 ? undefined : { frames: [frame(BigInt(0x1000 + seq), 'main', 12), frame(0x2000n, undefined)], end: 'complete' };
  const stacks = (await exported(trace, 2)).map((object) => (object as { stack?: unknown }).stack);
  const stack = (address: string): unknown => [
    { address, module: '/bin/prog', function: 'main', file: '/src/prog.c', line: 12 },
    { address: '0x2000', module: '/bin/prog' },
  ];
  assert.deepEqual(stacks, [stack('0x1001'), stack('0x1001'), undefined, undefined, undefined, stack('0x100a')]);
  assert.deepEqual(trace.resolved, ['0.7@1', '0.8@5', '0.7@10']);
});
