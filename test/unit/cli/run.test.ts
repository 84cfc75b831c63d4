/** The command line without its process: usage, exit statuses, outputs, and what is said where. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { runCommandLine } from '../../../extension/cli/run';
import { MemoryTrace } from '../trace/memorySource';

/** A stream that keeps what is written, or fails as a closed pipe does after so many writes. */
function sink(failAfter = Infinity): { stream: Writable; text: () => string } {
  let text = '';
  let writes = 0;
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, callback) {
      if (writes++ >= failAfter) {
        callback(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
        return;
      }
      text += chunk;
      callback();
    },
  });
  stream.on('error', () => undefined);
  return { stream, text: () => text };
}

interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

function sample(info: ConstructorParameters<typeof MemoryTrace>[0] = {}): MemoryTrace {
  const trace = new MemoryTrace(info);
  trace.call(100, ['getpid = 100']);
  trace.exit(100, 0);
  return trace;
}

async function run(args: readonly string[], trace: MemoryTrace | Error = sample(), failAfter?: number): Promise<Ran> {
  const [out, err] = [sink(failAfter), sink()];
  const open = (): Promise<ReturnType<MemoryTrace['source']>> =>
    trace instanceof Error ? Promise.reject(trace) : Promise.resolve(trace.source());
  const status = await runCommandLine(args, { open, stdout: out.stream, stderr: err.stream });
  if (trace instanceof MemoryTrace) assert.ok(trace.closed <= 1);
  return { status, out: out.text(), err: err.text() };
}

const LINES = '100   getpid()                          = 100\n100   +++ exited with 0 +++\n';

void describe('export', () => {
  let folder = '';
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'syscope-cli-'));
  });
  afterEach(() => {
    fs.rmSync(folder, { recursive: true });
  });

  void it('to standard output', async () => {
    const trace = sample();
    assert.deepEqual(await run(['export', '--format', 'strace', 'a.syscope'], trace), { status: 0, out: LINES, err: '' });
    assert.equal(trace.closed, 1);
  });

  void it('times and durations by strace’s own spelling too', async () => {
    const long = await run(['export', '--format', 'strace', '--timestamps', '--durations', 'a.syscope']);
    assert.deepEqual(await run(['export', '--format', 'strace', '-ttt', '-T', 'a.syscope']), long);
    assert.match(long.out, /^100 {3}0\.\d{6} getpid\(\) .* = 100 <0\.\d{6}>$/m);
  });

  void it('descriptors and stacks by strace’s own spelling too', async () => {
    const strace = ['export', '--format', 'strace'];
    const whole = ['--string-limit', '9', '--no-abbrev', '--stacks', 'a.syscope'];
    const short = ['-s', '9', '-v', '-k', 'a.syscope'];
    assert.deepEqual(await run([...strace, '-y', ...short]), await run([...strace, '--decode-fds', ...whole]));
    assert.deepEqual(await run([...strace, '-yy', ...short]), await run([...strace, '--decode-fds=all', ...whole]));
    assert.equal((await run([...strace, '-y', ...short])).status, 0);
  });

  void it('to a file that only its owner can read', async () => {
    const file = path.join(folder, 'out.jsonl');
    assert.deepEqual(await run(['export', '--format', 'jsonl', '-o', file, 'a.syscope']), { status: 0, out: '', err: '' });
    const kinds = fs
      .readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { kind: string }).kind);
    assert.deepEqual(kinds, ['syscall', 'exit']);
    assert.equal(fs.statSync(file).mode & 0o077, 0);
  });

  void it('never over the trace itself', async () => {
    const file = path.join(folder, 'a.syscope');
    fs.writeFileSync(file, 'trace');
    const { status, err } = await run(['export', '--format', 'jsonl', '-o', file, file]);
    assert.equal(status, 1);
    assert.match(err, /^syscope: The output .* is the trace itself: choose another file\.\n$/);
    assert.equal(fs.readFileSync(file, 'utf8'), 'trace');
  });

  void it('a file that cannot be written is said in one sentence', async () => {
    const { status, err } = await run(['export', '--format', 'jsonl', '-o', path.join(folder, 'no', 'out'), 'a.syscope']);
    assert.equal(status, 1);
    assert.match(err, /^syscope: Cannot write .*no\/out: ENOENT: no such file or directory\.\n$/);
  });

  void it('a reader that goes away ends it quietly', async () => {
    assert.deepEqual(await run(['export', '--format', 'strace', 'a.syscope'], sample(), 0), { status: 0, out: '', err: '' });
  });

  void it('what the strace format has no line for is said on stderr', async () => {
    const trace = sample();
    trace.notice('lost', 'the disk was full', 3);
    trace.notice('lost', 'the disk was full', 4);
    const { out, err } = await run(['export', '--format', 'strace', 'a.syscope'], trace);
    assert.equal(out, LINES);
    assert.equal(err, 'syscope: lost: the disk was full (7 times)\n');
  });

  void it('a trace that is still being recorded, or was interrupted, is used as far as it goes', async () => {
    const recording = await run(['export', '--format', 'strace', 'a.syscope'], sample({ state: 'recording' }));
    assert.deepEqual(recording, {
      status: 0,
      out: LINES,
      err: 'syscope: a.syscope is still being recorded: this is what was there until now.\n',
    });
    const { status, err } = await run(['summary', 'a.syscope'], sample({ state: 'interrupted', damage: ['A part is damaged.'] }));
    assert.equal(status, 0);
    assert.equal(
      err,
      'syscope: The recording of a.syscope was interrupted: this is what was there until then.\nsyscope: A part is damaged.\n',
    );
  });
});

void describe('summary', () => {
  void it('as a table and as JSON', async () => {
    const table = await run(['summary', '--by', 'syscall', 'a.syscope']);
    assert.equal(table.status, 0);
    assert.match(table.out, /^\/bin\/prog: 1 call in 1\.00 ms\n\nsyscall {2}calls/);
    const json = await run(['summary', '--json', 'a.syscope']);
    assert.equal((JSON.parse(json.out) as { by: string }).by, 'class');
  });
});

void describe('wrong usage', () => {
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [['export', 'a.syscope'], /--format/],
    [['export', '--format', 'chrome', 'a.syscope'], /cannot write chrome yet: use strace, jsonl and csv/],
    [['export', '--format', 'xml', 'a.syscope'], /Formats are strace, jsonl and csv/],
    [['export', '--format', 'strace'], /TRACE/],
    [['export', '--format', 'csv', '--durations', 'a.syscope'], /are of the strace format only/],
    [['export', '--format', 'jsonl', '-v', '-yy', 'a.syscope'], /\(--no-abbrev, --decode-fds\) are of the strace format only/],
    [['export', '--format', 'strace', '-s', '-1', 'a.syscope'], /whole number of bytes/],
    [['export', '--format', 'strace', '--string-limit', '4294967296', 'a.syscope'], /whole number of bytes/],
    [['export', '--format', 'strace', '-s', 'many', 'a.syscope'], /whole number of bytes/],
    [['export', '--format', 'strace', '--decode-fds=some', 'a.syscope'], /Allowed choices are path, all/],
    [['export', '--format', 'strace', 'a', 'b'], /too many arguments/],
    [['summary', '--by', 'line', 'a.syscope'], /cannot group by line yet/],
    [['summary', '--by', 'process,class,process', 'a.syscope'], /named twice/],
    [['summary', '--by', 'process,', 'a.syscope'], /Groups are class/],
    [['summary', '--by', 'colour', 'a.syscope'], /Groups are class/],
    [['summary', '--nonsense', 'a.syscope'], /nonsense/],
    [['nonsense'], /nonsense/],
    [[], /Usage/],
  ];
  for (const [args, expected] of cases) {
    void it(args.join(' ') || 'nothing', async () => {
      const { status, out, err } = await run(args);
      assert.equal(status, 2);
      assert.equal(out, '');
      assert.match(err, expected);
    });
  }

  void it('help is no error', async () => {
    const { status, out } = await run(['export', '--help']);
    assert.equal(status, 0);
    assert.match(out, /Usage: syscope export/);
  });
});

void it('a trace that cannot be opened: the reason, status 1, and nothing that controls the terminal', async () => {
  const { status, out, err } = await run(['summary', 'a.syscope'], new Error('a\u001b[2J.syscope is not a trace.'));
  assert.deepEqual([status, out, err], [1, '', 'syscope: a\\u001b[2J.syscope is not a trace.\n']);
});
