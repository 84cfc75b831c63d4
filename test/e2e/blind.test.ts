/** The blind-spot ledger: what programs do without system calls is in the trace, operation by operation, and in the summary. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { SYSCOPE } from '../real/recording';
import { calls, newTrace, ofKind, record, recordCommand, rowsOf, run, type Row } from './support/syscope';
import { freshFolder, target } from './support/targets';

const blind = (rows: readonly Row[], reason: string): Row[] => ofKind(rows, 'blind').filter((row) => row.reason === reason);

/** As the targets say it: "IORING_OP_READ 0 50 -1 fixed". */
const operation = (row: Row): string =>
  `${row.op ?? ''} ${String(row.fd ?? -1)} ${String(row.length)} ${String(row.offset)}${row.fixed === true ? ' fixed' : ''}`;

const lines = (stdout: string): string[] => stdout.split('\n').filter((line) => line !== '');

/** Records a target; false, and the test is skipped, where the kernel has nothing of the kind. */
function recorded(
  t: TestContext,
  words: readonly string[],
  options: readonly string[] = [],
): { rows: Row[]; said: string[] } | undefined {
  const { ran, rows } = record(words, options);
  assert.equal(ran.status, 0, ran.stderr);
  if (ran.stdout !== 'none\n') return { rows, said: lines(ran.stdout) };
  t.skip(`this kernel does not let ${path.basename(words[0]!)} do it`);
  return undefined;
}

void describe('io_uring', () => {
  void it('each operation is named, with descriptor, length and offset, and descriptors are right afterwards', (t) => {
    const folder = freshFolder('uring');
    const [file, other] = [path.join(folder, 'file'), path.join(folder, 'other')];
    const got = recorded(t, [target('uring'), 'files', file, other]);
    if (got === undefined) return;
    const operations = blind(got.rows, 'ioUringOp');
    assert.deepEqual(operations.map(operation), got.said);
    const resources = operations.map((row) => [row.fd_class, row.resource]);
    const onFile = ['file', file];
    assert.deepEqual(resources, [['none', undefined], onFile, onFile, onFile, onFile, onFile, ['none', undefined]]);
    const enter = calls(got.rows, 'io_uring_enter')[0];
    assert.deepEqual(
      [operations[0]?.id, operations[1]?.id],
      [enter?.id, enter?.id],
      'they come with the call that hands them over',
    );
    // What the ring opened and closed: the numbers mean what they do to the kernel.
    const written = calls(got.rows, 'write').find((row) => row.args?.[1] === '"123"');
    assert.equal(written?.resource, other);
    assert.equal(calls(got.rows, 'shutdown')[0]?.fd_class, 'local-socket');
    assert.equal(blind(got.rows, 'ioUring').length, 1);
    assert.deepEqual(blind(got.rows, 'sharedMapping'), [], 'the rings themselves are no files');
  });

  void it('it is there whichever calls are recorded', (t) => {
    const folder = freshFolder('uring');
    const [file, other] = [path.join(folder, 'file'), path.join(folder, 'other')];
    const got = recorded(t, [target('uring'), 'files', file, other], ['--calls', 'write']);
    if (got === undefined) return;
    assert.deepEqual(calls(got.rows, 'io_uring_enter'), []);
    assert.deepEqual(blind(got.rows, 'ioUringOp').map(operation), got.said);
    const written = calls(got.rows, 'write').find((row) => row.args?.[1] === '"123"');
    assert.equal(written?.resource, other);
  });

  const modes = [
    ['plain', 'by the program’s own mapping'],
    ['unmapped', 'by a mapping of the tracer’s own, where the program’s is gone'],
    ['closing', 'that is not kept alive by being looked at'],
    ['child', 'in a child that inherited it'],
    ['registered', 'entered by a registered index'],
    ['sqe128', 'with entries of 128 bytes'],
    ['no-sqarray', 'without an array of indexes'],
  ] as const;
  for (const [mode, how] of modes) {
    void it(`a ring ${how}`, (t) => {
      const got = recorded(t, [target('uring'), mode]);
      if (got === undefined) return;
      assert.deepEqual(blind(got.rows, 'ioUringOp').map(operation), got.said);
      assert.ok(blind(got.rows, 'ioUringOp').every((row) => row.resource === '/dev/null'));
      assert.deepEqual(blind(got.rows, 'unread'), []);
    });
  }

  void it('a registered ring is no descriptor of the call that names it', (t) => {
    const got = recorded(t, [target('uring'), 'registered']);
    if (got === undefined) return;
    for (const row of calls(got.rows, 'io_uring_enter'))
      assert.deepEqual([row.fd, row.fd_class, row.resource], [undefined, 'poll', 'io_uring']);
  });

  void it('hostile rings: what the kernel took is counted, read or not', (t) => {
    const got = recorded(t, [target('uring'), 'hostile']);
    if (got === undefined) return;
    const taken = got.said.filter((line) => line.startsWith('IORING')).length + 2;
    const rows = [...blind(got.rows, 'ioUringOp'), ...blind(got.rows, 'unread')];
    assert.equal(
      rows.reduce((sum, row) => sum + (row.count ?? 0), 0),
      taken,
    );
  });

  void it('threads that share a ring: each operation has one row', (t) => {
    const got = recorded(t, [target('uring'), 'threads']);
    if (got === undefined) return;
    const sum = (rows: readonly Row[]): number => rows.reduce((total, row) => total + (row.count ?? 0), 0);
    const [listed, unread] = [sum(blind(got.rows, 'ioUringOp')), sum(blind(got.rows, 'unread'))];
    assert.equal(listed + unread, Number(got.said[0]));
    // One that was handed over by a thread which began before it was there is counted only.
    assert.ok(listed > unread, `${String(unread)} of ${String(listed + unread)} could not be read`);
  });

  void it('a polled ring is said to be out of sight, and nothing is made up', (t) => {
    const got = recorded(t, [target('uring'), 'polled']);
    if (got === undefined) return;
    assert.deepEqual(
      blind(got.rows, 'ioUringPolled').map((row) => row.count),
      [0],
    );
    assert.deepEqual([...blind(got.rows, 'ioUringOp'), ...blind(got.rows, 'unread')], []);
  });
});

void it('Linux AIO: each block that the kernel took', (t) => {
  const file = path.join(freshFolder('aio'), 'file');
  const got = recorded(t, [target('aio'), file]);
  if (got === undefined) return;
  const operations = blind(got.rows, 'linuxAioOp');
  assert.deepEqual(operations.map(operation), got.said);
  assert.ok(operations.every((row) => row.resource === file && row.fd_class === 'file'));
  assert.equal(blind(got.rows, 'linuxAio').length, 1);
  assert.deepEqual(blind(got.rows, 'unread'), []);
});

void describe('files mapped shared and writable', () => {
  const range = (row: Row): string => `${String(row.fd ?? -1)} ${String(row.length)} ${String(row.offset)}`;
  for (const options of [[], ['--no-stacks']]) {
    void it(`each range as it becomes so ${options.join(' ')}`, (t) => {
      const file = path.join(freshFolder('maps'), 'file');
      const got = recorded(t, [target('shared_map'), file], options);
      if (got === undefined) return;
      const ranges = blind(got.rows, 'sharedMapping');
      assert.deepEqual(ranges.map(range).sort(), got.said.sort());
      assert.deepEqual(ranges.map((row) => [row.fd_class, row.resource])[0], ['file', file]);
      assert.equal(ranges.at(-1)?.fd_class, 'memory');
    });
  }

  void it('of an attached process, what it had mapped; and what it was', async () => {
    const folder = freshFolder('attached');
    const [file, trace] = [path.join(folder, 'file'), newTrace()];
    const program = spawn(target('shared_map'), [file, 'wait'], { cwd: folder, stdio: ['pipe', 'pipe', 'inherit'] });
    await once(program.stdout, 'data');
    const tracer = spawn(SYSCOPE, ['attach', '-p', String(program.pid), '-o', trace], { stdio: ['ignore', 'ignore', 'inherit'] });
    const attached = (): boolean => fs.existsSync(trace) && ofKind(rowsOf(trace), 'blind').length > 0;
    for (let tries = 0; tries < 40 && !attached(); tries++) await new Promise((done) => setTimeout(done, 50));
    program.stdin.end();
    await once(tracer, 'exit');
    const rows = rowsOf(trace);
    const [range] = blind(rows, 'sharedMapping');
    assert.deepEqual([range?.resource, range?.offset, range?.fd_class], [file, 4096, 'file']);
    assert.equal(range?.length, 3 * 4096);
    const [before] = ofKind(rows, 'process');
    assert.deepEqual([before?.argv, before?.cwd], [[target('shared_map'), file, 'wait'], fs.realpathSync(folder)]);
    assert.ok(before?.started_ns !== undefined && before.started_ns < before.start_ns);
    assert.equal(blind(rows, 'vdsoTime').length, 1);
  });
});

void it('32-bit code: its calls are counted', (t) => {
  const got = recorded(t, [target('int80')]);
  if (got === undefined) return;
  const count = blind(got.rows, 'compatCode').reduce((sum, row) => sum + (row.count ?? 0), 0);
  assert.equal(count, Number(got.said[0]));
});

void it('the summary and the strace export say what is not visible', (t) => {
  const trace = newTrace();
  const ran = run(recordCommand(trace, [target('uring'), 'plain']));
  if (ran.stdout === 'none\n') {
    t.skip('this kernel has no io_uring');
    return;
  }
  const text = run([SYSCOPE, 'summary', trace]).stdout;
  assert.match(
    text,
    /^Not visible\n {2}io_uring: 1 ring set up.*\n {2}io_uring: 15 operations submitted \(IORING_OP_WRITE on device 15, 120 bytes\)$/m,
  );
  assert.match(text, /^ {2}1 process: time calls through the vDSO are not seen$/m);
  const json = JSON.parse(run([SYSCOPE, 'summary', '--json', trace]).stdout) as { blind: Record<string, unknown>[] };
  const submitted = json.blind.find((total) => total.reason === 'ioUringOp');
  const wanted = { reason: 'ioUringOp', op: 'IORING_OP_WRITE', fd_class: 'device', count: 15, bytes: 120, processes: 1 };
  assert.deepEqual(submitted, wanted);
  const { stderr } = run([SYSCOPE, 'export', '--format', 'strace', '-o', path.join(freshFolder('strace'), 'out'), trace]);
  assert.match(stderr, /^syscope: not seen: io_uring: 15 operations submitted/m);
  assert.doesNotMatch(stderr, /vDSO/);
});
