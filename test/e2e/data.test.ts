/** What calls carry and touch: bytes with their true lengths, descriptors by class and name, origin, stacks. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { describe, it } from 'node:test';
import path from 'node:path';
import { calls, newTrace, record, recordCommand, rowsOf, run, type Row } from './support/syscope';
import { freshFolder, target } from './support/targets';

const own = (rows: readonly Row[], name: string): Row[] => calls(rows, name).filter((row) => row.origin === 'program');

void describe('data and descriptors', () => {
  const folder = fs.realpathSync(freshFolder('data'));
  const { ran, rows } = record([target('data'), folder]);
  const file = path.join(folder, 'data.txt');
  const port = /port (\d+)/.exec(ran.stdout)?.[1] ?? '';

  void it('the program did its work', () => {
    assert.equal(ran.status, 0, ran.stderr);
  });

  void it('files: bytes, vectors, what can’t be read, reused numbers', () => {
    const onFile = rows.filter((row) => row.kind === 'syscall' && row.resource === file);
    assert.ok(onFile.every((row) => row.fd_class === 'file'));
    assert.deepEqual(
      onFile.map((row) => [row.name, row.fd]),
      [
        ['openat', 3],
        ['write', 3],
        ['pread64', 3],
        ['writev', 3],
        ['write', 3],
        ['dup2', 3],
        ['close', 50],
        ['close', 3],
      ],
    );
    assert.match(own(rows, 'write')[0]?.text ?? '', /^write\(3, "B{32}"\.\.\., 1000\) = 1000$/);
    assert.match(own(rows, 'pread64')[0]?.text ?? '', /^pread64\(3, "B{32}"\.\.\., 1000, 0\) = 1000$/);
    assert.match(own(rows, 'writev')[0]?.text ?? '', /iov_base="one", iov_len=3.*iov_base="three", iov_len=5/);
    assert.match(own(rows, 'write')[1]?.text ?? '', /^write\(3, 0x1, 5\) = -1 EFAULT/);
    assert.equal(own(rows, 'write')[2]?.errno, 'EBADF');
    assert.equal(own(rows, 'write')[2]?.resource, undefined, 'the closed file is not named any more');
    const missing = own(rows, 'openat').find((row) => row.text?.includes('missing.txt'));
    assert.deepEqual([missing?.errno, missing?.fd_class], ['ENOENT', 'file']);
    assert.equal(own(rows, 'chdir')[0]?.fd_class, 'directory');
  });

  void it('pipes and local sockets', () => {
    const through = rows.filter((row) => row.text?.includes('"through"'));
    assert.deepEqual(
      through.map((row) => [row.name, row.fd, row.fd_class]),
      [
        ['write', 4, 'pipe'],
        ['read', 3, 'pipe'],
      ],
    );
    assert.equal(through[0]?.resource, through[1]?.resource);
    const message = rows.filter((row) => row.text?.includes('"message"'));
    assert.deepEqual(
      message.map((row) => [row.name, row.fd_class]),
      [
        ['sendmsg', 'local-socket'],
        ['recvfrom', 'local-socket'],
      ],
    );
  });

  void it('both ends of a connection to itself', () => {
    const [sent, received] = rows.filter((row) => row.text?.includes('"over tcp"'));
    assert.deepEqual([sent?.fd_class, received?.fd_class], ['network', 'network']);
    const here = new RegExp(`^tcp 127\\.0\\.0\\.1:(\\d+) -> 127\\.0\\.0\\.1:${port}$`).exec(sent?.resource ?? '')?.[1] ?? 'none';
    assert.equal(received?.resource, `tcp 127.0.0.1:${port} -> 127.0.0.1:${here}`);
  });

  void it('event descriptors and epoll', () => {
    assert.equal(own(rows, 'eventfd2')[0]?.fd_class, 'event');
    assert.match(own(rows, 'write').find((row) => row.fd_class === 'event')?.text ?? '', /\\1\\0\\0\\0\\0\\0\\0\\0/);
    assert.deepEqual([own(rows, 'epoll_wait')[0]?.fd_class, own(rows, 'epoll_wait')[0]?.ret], ['poll', 1]);
  });

  void it('what the loader does before the program begins is its own', () => {
    const first = calls(rows).findIndex((row) => row.name === 'chdir');
    const before = calls(rows).slice(1, first);
    assert.ok(before.filter((row) => row.origin === 'loader').length > before.length / 2);
    assert.ok(
      calls(rows)
        .slice(first)
        .every((row) => row.origin === 'program'),
    );
  });

  void it('every call of the program has its stack down to main, with lines', () => {
    const source = fs.readFileSync('test/targets/data.c', 'utf8').split('\n');
    const row = own(rows, 'sendmsg')[0];
    const frame = row?.stack?.find((one) => one.function === 'local_sockets');
    assert.ok(frame?.file?.endsWith('data.c'));
    assert.match(source[(frame?.line ?? 0) - 1] ?? '', /sendmsg/);
    assert.ok(row?.stack?.some((one) => one.function === 'main'));
    for (const call of calls(rows).filter((one) => ['sendto', 'accept4', 'epoll_wait', 'pipe2'].includes(one.name ?? '')))
      assert.ok(
        call.stack?.some((one) => one.function === 'main'),
        call.text,
      );
  });

  void it('payloads can be switched off, paths stay', () => {
    const bare = record([target('data'), folder], ['--payload', '0', '--no-stacks']).rows;
    assert.ok(!JSON.stringify(calls(bare)).includes('through'));
    assert.ok(own(bare, 'openat').some((row) => row.text?.includes('missing.txt')));
    assert.ok(calls(bare).every((row) => row.stack === undefined));
  });

  void it('as much of a payload is kept as was asked for', () => {
    const written = 'B'.repeat(1000);
    const traceWith = (options: readonly string[]): Buffer => {
      const trace = newTrace();
      assert.equal(run(recordCommand(trace, [target('data'), folder], options)).status, 0);
      return fs.readFileSync(trace);
    };
    assert.ok(traceWith(['--payload', '2000']).includes(written));
    assert.ok(!traceWith([]).includes(written));
  });

  void it('buffers and vectors that are used again at once are recorded as they crossed', () => {
    const again = recordOnOneCpu([target('reuse')]);
    for (const name of ['writev', 'readv', 'sendmsg', 'read']) {
      const lines = own(again, name).map((row) => row.text ?? '');
      assert.equal(lines.length, 2000, name);
      const wrong = lines.findIndex((line, i) => {
        const number = String(i).padStart(7, '0');
        return !line.includes(`a${number}`) || !line.includes(`b${number}`);
      });
      assert.equal(wrong, -1, lines[wrong]);
    }
  });

  void it('so are the words of an exec, whose memory is gone after it', () => {
    const rows = recordOnOneCpu(['sh', '-c', 'for i in 1 2 3 4 5 6 7 8 9 10; do /bin/true "word $i"; done']);
    const words = calls(rows, 'execve').map((row) => /"word \d+"/.exec(row.text ?? '')?.[0]);
    assert.deepEqual(
      words.slice(1),
      Array.from({ length: 10 }, (_, i) => `"word ${i + 1}"`),
    );
  });
});

/** A thread that is let go runs before its tracer does anything else. */
function recordOnOneCpu(words: readonly string[]): readonly Row[] {
  const cpu = /Cpus_allowed_list:\s*(\d+)/.exec(fs.readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  const trace = newTrace();
  const ran = run(['taskset', '-c', cpu, ...recordCommand(trace, words, ['--no-stacks'])]);
  assert.equal(ran.status, 0, ran.stderr);
  return rowsOf(trace);
}
