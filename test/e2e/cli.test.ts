/**
 * `export` and `summary` as scripts use them: on a real trace, in a pipe that closes early, with bad input; and that the strace
 * export says of a program, line by line, what strace itself says.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import { SYSCOPE } from '../real/recording';
import { newTrace, recordCommand, run } from './support/syscope';
import { freshFolder } from './support/targets';

let trace = '';
before(() => {
  trace = newTrace();
  assert.equal(run(recordCommand(trace, ['cat', '/proc/self/comm'], ['--no-stacks'])).stdout, 'cat\n');
});

const cli = (...args: string[]): ReturnType<typeof run> => run([SYSCOPE, ...args]);

void describe('what is read', () => {
  void it('jsonl and strace have the same calls, and the summary counts them', () => {
    const objects = cli('export', '--format', 'jsonl', trace)
      .stdout.trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { kind: string; text: string; name: string; origin: string });
    const calls = objects.filter(({ kind }) => kind === 'syscall');
    const lines = cli('export', '--format', 'strace', trace)
      .stdout.trimEnd()
      .split('\n')
      .map((line) => line.replace(/^\d+ +/, '').replace(/ += /, ' = '));
    assert.ok(calls.length > 20);
    assert.deepEqual(
      lines.slice(0, calls.length - 1),
      calls.slice(0, -1).map(({ text }) => text.replace(/ += /, ' = ')),
    );
    assert.deepEqual(lines.slice(calls.length - 1), ['exit_group(0) = ?', '+++ exited with 0 +++']);
    const summary = JSON.parse(cli('summary', '--json', '--by', 'syscall', trace).stdout) as {
      rows: { key: string; calls: number }[];
      loader?: { calls: number };
    };
    for (const { key, calls: count } of summary.rows)
      assert.equal(count, calls.filter((call) => call.name === key && call.origin !== 'loader').length, key);
    assert.equal(summary.rows.reduce((sum, row) => sum + row.calls, 0) + (summary.loader?.calls ?? 0), calls.length);
  });

  void it('the strace format has times and durations if asked for', () => {
    const plain = cli('export', '--format', 'strace', trace).stdout;
    const timed = cli('export', '--format', 'strace', '--timestamps', '--durations', trace).stdout;
    const now = Date.now() / 1000;
    for (const line of timed.trimEnd().split('\n')) {
      const time = Number(/^\d+ +(\d+\.\d{6}) /.exec(line)?.[1]);
      assert.ok(time > now - 600 && time <= now, line);
    }
    assert.match(timed, /^\d+ +[\d.]+ read\(3, "cat\\n", \d+\) += 4 <0\.\d{6}>$/m);
    const bare = (text: string): string =>
      text
        .replace(/^(\d+ +)\d+\.\d{6} /gm, '$1')
        .replace(/ <\d+\.\d{6}>$/gm, '')
        .replace(/ += /g, ' = ');
    assert.equal(bare(timed), bare(plain));
  });

  void it('-o writes what standard output would have been', () => {
    const file = path.join(freshFolder('cli'), 'out.txt');
    assert.equal(cli('export', '--format', 'strace', '-o', file, trace).status, 0);
    assert.equal(fs.readFileSync(file, 'utf8'), cli('export', '--format', 'strace', trace).stdout);
  });

  void it('a reader that stops reading is no error', () => {
    const script = '"$0" export --format jsonl "$1" | head -n 1 >/dev/null; echo "${PIPESTATUS[0]}"';
    const ran = spawnSync('bash', ['-c', script, SYSCOPE, trace], { encoding: 'utf8' });
    assert.deepEqual([ran.stdout, ran.stderr], ['0\n', '']);
  });
});

void describe('bad input: one sentence on stderr', () => {
  const refused = (args: readonly string[], status: number): void => {
    const ran = cli(...args);
    assert.equal(ran.status, status, args.join(' '));
    assert.equal(ran.stdout, '');
    assert.match(ran.stderr, /^(syscope|error): .+[.]?\n$/);
  };
  void it('no such file, a directory, a foreign file, an empty one, one cut in its header', () => {
    const folder = freshFolder('cli');
    const write = (name: string, bytes: Buffer | string): string => {
      fs.writeFileSync(path.join(folder, name), bytes);
      return path.join(folder, name);
    };
    const foreign = write('foreign.syscope', 'this is no trace\n'.repeat(1000));
    const files = [
      path.join(folder, 'none'),
      folder,
      foreign,
      write('empty', ''),
      write('cut', fs.readFileSync(trace).subarray(0, 50)),
    ];
    for (const file of files) {
      refused(['summary', file], 1);
      refused(['export', '--format', 'jsonl', file], 1);
    }
  });

  void it('formats that are to come, and wrong usage', () => {
    refused(['export', '--format', 'parquet', trace], 2);
    refused(['summary', '--by', 'line', trace], 2);
  });
});

/** Without what differs from run to run: pids, the stack's place, random bytes. */
const steady = (text: string): string[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) =>
      line
        .replace(/^\d+ +/, '')
        .replace(/^((?:set_tid_address|getpid|getppid)\(.*= )\d+$/, '$1PID')
        .replace(/0x7ff[0-9a-f]+ \/\* \d+ vars \*\//, 'ENV')
        .replace(/^getrandom\("[^"]*"/, 'getrandom(BYTES'),
    );

void it('the strace export has the lines of strace 6.1', (t) => {
  const version = spawnSync('strace', ['-V'], { encoding: 'utf8' });
  if (version.error !== undefined || !version.stdout.includes('version 6.1\n')) {
    t.skip('strace 6.1 is not installed: other versions print some lines differently');
    return;
  }
  const fixed = ['setarch', '-R'];
  if (spawnSync(fixed[0]!, [...fixed.slice(1), 'true']).status !== 0) {
    t.skip('address randomization cannot be switched off here');
    return;
  }
  const folder = freshFolder('cli');
  const [oracle, mine] = [path.join(folder, 'strace.txt'), path.join(folder, 'trace.syscope')];
  const options = { env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' }, cwd: '/' };
  const words = ['sh', '-c', 'echo one; exec cat /proc/self/comm'];
  assert.equal(run([...fixed, 'strace', '-f', '-o', oracle, ...words], options).stdout, 'one\ncat\n');
  assert.equal(run([...fixed, ...recordCommand(mine, words, ['--no-stacks'])], options).stdout, 'one\ncat\n');
  const exported = cli('export', '--format', 'strace', mine);
  assert.equal(exported.stderr, '');
  assert.deepEqual(steady(exported.stdout), steady(fs.readFileSync(oracle, 'utf8')));
});
