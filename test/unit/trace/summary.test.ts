/** Summaries: groups, errors, bytes, percentiles; what the tables look like. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Origin } from '../../../extension/trace/gen/schema';
import { summarize } from '../../../extension/trace/summary';
import { bytes, duration, printable, summaryJson, summaryText } from '../../../extension/trace/summaryText';
import { MemoryTrace } from './memorySource';
import { percentile } from './sums';

function sample(): MemoryTrace {
  const trace = new MemoryTrace({ durationNs: 10_000 });
  trace.process('cat');
  trace.call(100, ['openat 0xffffff9c 0x10 0 = -2'], { classId: 1, resource: '/no', durationNs: 100 });
  trace.call(100, ['openat 0xffffff9c 0x10 0 = 3'], { classId: 1, fd: 3, resource: '/a', durationNs: 300 });
  trace.call(100, ['read 3 0x10 100 = 100'], { classId: 1, fd: 3, resource: '/a', durationNs: 500 });
  trace.call(100, ['read 3 0x10 100 = -11'], { classId: 1, fd: 3, resource: '/a', durationNs: 50 });
  trace.call(100, ['writev 1 0x10 1 = 2048'], { classId: 6, fd: 1, resource: '/dev/pts/0', durationNs: 2000 });
  trace.call(100, ['lseek 3 0 0 = 5000'], { classId: 1, fd: 3, resource: '/a', durationNs: 10 });
  trace.call(100, ['brk = 0x1000'], { origin: Origin.loader, durationNs: 700 });
  trace.call(100, ['getpid = 1'], { origin: Origin.agent, durationNs: 9000 });
  trace.call(100, ['read 0 0x10 1 = ?'], { classId: 6, fd: 0, resource: '/dev/pts/0' });
  trace.call(100, ['exit_group 0 = ?']);
  return trace;
}

void describe('groups', () => {
  void it('by class', async () => {
    const { rows, total, loader } = await summarize(sample().source(), ['class']);
    assert.deepEqual(
      rows.map((row) => [row.key, row.calls, row.errors, row.bytesRead, row.bytesWritten, row.totalNs, row.pending]),
      [
        ['terminal', 2, 0, 0, 2048, 2000, 1],
        ['file', 5, 2, 100, 0, 960, 0],
        ['none', 1, 0, 0, 0, 0, 0],
      ],
    );
    assert.equal(total.calls, 8);
    assert.equal(total.share, 0.296);
    assert.equal(loader?.calls, 1);
    const file = rows[1]!;
    assert.deepEqual([file.meanNs, file.p50Ns, file.p95Ns, file.maxNs], [192, 100, 500, 500]);
    assert.deepEqual(file.errorsByName, [
      { errno: 'EAGAIN', count: 1 },
      { errno: 'ENOENT', count: 1 },
    ]);
  });

  void it('by system call, descriptor, path and process', async () => {
    const keys = async (by: 'syscall' | 'fd' | 'path' | 'process'): Promise<string[]> =>
      (await summarize(sample().source(), [by])).rows.map((row) => `${row.key}: ${row.calls}`);
    assert.deepEqual(await keys('syscall'), ['writev: 1', 'read: 3', 'openat: 2', 'lseek: 1', 'exit_group: 1']);
    assert.deepEqual(await keys('fd'), ['cat [100] fd 1 /dev/pts/0: 1', 'cat [100] fd 3 /a: 4', 'cat [100] fd 0 /dev/pts/0: 1']);
    assert.deepEqual(await keys('path'), ['/dev/pts/0: 2', '/a: 4', '/no: 1']);
    assert.deepEqual(await keys('process'), ['cat [100]: 8']);
  });

  void it('by several at once: what each process moved on each kind of descriptor', async () => {
    const { rows } = await summarize(sample().source(), ['process', 'class']);
    assert.deepEqual(
      rows.map((row) => [row.keys, row.key, row.bytesRead, row.bytesWritten]),
      [
        [['cat [100]', 'terminal'], 'cat [100] · terminal', 0, 2048],
        [['cat [100]', 'file'], 'cat [100] · file', 100, 0],
        [['cat [100]', 'none'], 'cat [100] · none', 0, 0],
      ],
    );
    const json = JSON.parse(summaryJson(await summarize(sample().source(), ['process', 'class']))) as {
      by: string;
      rows: { keys: string[] }[];
    };
    assert.deepEqual([json.by, json.rows[0]?.keys], ['process,class', ['cat [100]', 'terminal']]);
  });

  void it('a call between two descriptors moves bytes at both, and counts once', async () => {
    const trace = new MemoryTrace({ durationNs: 10_000 });
    trace.process('cat');
    const other = { fd: 3, classId: 1, description: 1, resource: '/a' };
    trace.call(100, ['sendfile 4 3 0 100 = 60'], { classId: 4, fd: 4, description: 2, resource: 'tcp', other });
    const sums = async (by: 'fd' | 'process'): Promise<unknown> =>
      (await summarize(trace.source(), [by])).rows.map((row) => [row.key, row.calls, row.bytesRead, row.bytesWritten]);
    assert.deepEqual(await sums('fd'), [
      ['cat [100] fd 4 tcp', 1, 0, 60],
      ['cat [100] fd 3 /a', 0, 60, 0],
    ]);
    assert.deepEqual(await sums('process'), [['cat [100]', 1, 60, 60]]);
    const { total } = await summarize(trace.source(), ['class']);
    assert.deepEqual([total.calls, total.bytesRead, total.bytesWritten], [1, 60, 60]);
  });

  void it('an empty trace', async () => {
    const { rows, total } = await summarize(new MemoryTrace({ durationNs: 0 }).source(), ['class']);
    assert.deepEqual(rows, []);
    assert.deepEqual([total.calls, total.meanNs, total.maxNs, total.share], [0, 0, 0, 0]);
  });
});

void it('equal notices are said once, with their number', async () => {
  const trace = new MemoryTrace();
  trace.notice('lost', 'disk full', 3);
  trace.notice('lost', 'disk full', 4);
  trace.notice('warning', 'setuid');
  const { notices } = await summarize(trace.source(), ['class']);
  assert.deepEqual(
    notices.map(({ kind, count, text }) => [kind, count, text]),
    [
      ['lost', 7, 'disk full'],
      ['warning', 1, 'setuid'],
    ],
  );
});

void it('percentiles are values that occur', () => {
  const sorted = Array.from({ length: 100 }, (_, i) => i + 1);
  assert.deepEqual([percentile(sorted, 0.5), percentile(sorted, 0.95), percentile(sorted, 1)], [50, 95, 100]);
  assert.equal(percentile([7], 0.5), 7);
  assert.equal(percentile([], 0.5), 0);
});

void it('as text', async () => {
  const trace = sample();
  trace.notice('blind', 'io_uring moved data', 2);
  const text = summaryText(await summarize(trace.source(), ['class']));
  assert.equal(
    text,
    [
      '/bin/prog: 8 calls in 10.0 µs',
      '',
      'class           calls  errors   read  written    total     mean      p50      p95      max  of time',
      '───────────────────────────────────────────────────────────────────────────────────────────────────',
      'terminal            2                 2.0 KiB  2.00 µs  2.00 µs  2.00 µs  2.00 µs  2.00 µs   20.0 %',
      'file                5       2  100 B            960 ns   192 ns   100 ns   500 ns   500 ns    9.6 %',
      'none                1                             0 ns     0 ns     0 ns     0 ns     0 ns    0.0 %',
      '───────────────────────────────────────────────────────────────────────────────────────────────────',
      'total               8       2  100 B  2.0 KiB  2.96 µs   493 ns   100 ns  2.00 µs  2.00 µs   29.6 %',
      'dynamic loader      1                           700 ns   700 ns   700 ns   700 ns   700 ns    7.0 %',
      '',
      'Errors',
      '  file: EAGAIN 1, ENOENT 1',
      '',
      '1 call had not returned.',
      '',
      'Not visible',
      '  io_uring: 2 rings set up; what is asked for through a ring makes no system call of its own',
      '',
    ].join('\n'),
  );
});

void it('as JSON', async () => {
  const object = JSON.parse(summaryJson(await summarize(sample().source(), ['syscall']))) as { rows: object[]; by: string };
  assert.equal(object.by, 'syscall');
  assert.deepEqual(object.rows[2], {
    key: 'openat',
    calls: 2,
    errors: { ENOENT: 1 },
    bytes_read: 0,
    bytes_written: 0,
    total_ns: 400,
    mean_ns: 200,
    p50_ns: 100,
    p95_ns: 300,
    max_ns: 300,
    share: 0.04,
    pending: 0,
  });
});

void it('units', () => {
  assert.deepEqual([0, 999, 999.6, 1500, 12_345, 123_456, 999_600, 2.5e9, 3.6e12].map(duration), [
    '0 ns',
    '999 ns',
    '1.00 µs',
    '1.50 µs',
    '12.3 µs',
    '123 µs',
    '1.00 ms',
    '2.50 s',
    '3600 s',
  ]);
  assert.deepEqual([0, 1, 1023, 1024, 1.5 * 2 ** 20].map(bytes), ['', '1 B', '1023 B', '1.0 KiB', '1.5 MiB']);
});

void it('nothing that a traced program chose controls the terminal', () => {
  assert.equal(printable('a\u001b[2Jb\u202e\u009b'), 'a\\u001b[2Jb\\u202e\\u009b');
});
