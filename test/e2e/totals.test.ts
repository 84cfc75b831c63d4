/**
 * What each process moved on which kind of descriptor: a server accepts a connection and forks; the child passes what it reads
 * there on through a pipe. The same by read and by recv, beside what the untraced program says of its descriptors.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SYSCOPE } from '../real/recording';
import { newTrace, recordCommand, run } from './support/syscope';
import { freshFolder, target } from './support/targets';

interface Counted {
  readonly key: string;
  readonly keys?: readonly string[];
  readonly calls: number;
  readonly bytes_read: number;
  readonly bytes_written: number;
}
interface Ids {
  readonly parent: string;
  readonly child: string;
  readonly numbers: readonly string[];
}

function idsOf(stdout: string): Ids {
  const [, parent = '', child = '', ...numbers] =
    /^parent (\d+) child (\d+) connection (\d+) pipe (\d+) (\d+)\n$/.exec(stdout) ?? [];
  return { parent, child, numbers };
}

function summary(trace: string, by: string): { rows: readonly Counted[]; loader: Counted } {
  const ran = run([SYSCOPE, 'summary', '--by', by, '--json', trace]);
  assert.equal(ran.status, 0, ran.stderr);
  return JSON.parse(ran.stdout) as { rows: readonly Counted[]; loader: Counted };
}

void describe('from a socket to a pipe', () => {
  const untraced = idsOf(run([target('socket_to_pipe'), 'read']).stdout);
  for (const how of ['read', 'recv']) {
    const trace = newTrace();
    const ran = run(recordCommand(trace, [target('socket_to_pipe'), how], ['--no-stacks']));
    const { parent, child, numbers } = idsOf(ran.stdout);

    void it(`${how}: the numbers are those of an untraced run`, () => {
      assert.equal(ran.status, 0, ran.stderr);
      assert.deepEqual(numbers, untraced.numbers);
    });

    void it(`${how}: received and sent by process and class`, () => {
      const { rows } = summary(trace, 'process,class');
      const moved = (pid: string, fdClass: string): readonly number[] | undefined => {
        const row = rows.find(({ keys }) => keys?.[0]?.endsWith(`[${pid}]`) === true && keys[1] === fdClass);
        return row && [row.bytes_read, row.bytes_written];
      };
      assert.deepEqual(moved(parent, 'network'), [0, 0]);
      assert.deepEqual(moved(parent, 'pipe'), [2048, 0]);
      assert.deepEqual(moved(child, 'network'), [2048, 0]);
      assert.deepEqual(moved(child, 'pipe'), [0, 2048]);
      // The loader's reads of libraries are its own group, no file traffic of the program's.
      assert.deepEqual(moved(parent, 'file'), [0, 0]);
      assert.ok(summary(trace, 'class').loader.bytes_read > 0);
    });

    void it(`${how}: call by call, the end of the stream too`, () => {
      const lines = run([SYSCOPE, 'export', '--format', 'csv', trace]).stdout.trimEnd().split('\n');
      assert.equal(lines[0], 'call,fd,pid,seq,time,size,recv_so_far,send_so_far');
      const transfers = (pid: string, fd: string | undefined): readonly string[] =>
        lines
          .map((line) => line.split(','))
          .filter((cells) => cells[2] === pid && cells[1] === fd)
          .map(([call, , , , , ...sizes]) => [call, ...sizes].join(' '));
      const call = how === 'recv' ? 'recvfrom' : 'read';
      assert.deepEqual(transfers(child, numbers[0]), [`${call} 2048 2048 0`, `${call} 0 2048 0`]);
      assert.deepEqual(transfers(child, numbers[2]), ['write 2048 0 2048']);
      assert.deepEqual(transfers(parent, numbers[1]), ['read 2048 2048 0', 'read 0 2048 0']);
      assert.deepEqual(transfers(parent, numbers[0]), []);
      const times = lines.slice(1).map((line) => Number(line.split(',')[4]));
      assert.deepEqual(
        times,
        [...times].sort((a, b) => a - b),
      );
    });
  }
});

void it('what moves between two descriptors counts at both ends, once each', () => {
  const trace = newTrace();
  const ran = run(recordCommand(trace, [target('between'), freshFolder('between')], ['--no-stacks']));
  assert.equal(ran.status, 0, ran.stderr);
  const [a, b, c, in1, out1, in2, out2] = ran.stdout.match(/\d+/g) ?? [];
  const { rows } = summary(trace, 'fd');
  const moved = (fd: string | undefined): readonly number[] | undefined => {
    const row = rows.find(({ key }) => key.includes(` fd ${fd ?? ''} `));
    return row && [row.bytes_read, row.bytes_written];
  };
  assert.deepEqual(
    [a, b, c, in1, out1, in2, out2].map(moved),
    [
      [1000, 1000],
      [1000, 1000],
      [0, 1000],
      [2000, 0],
      [0, 1000],
      [1000, 0],
      [0, 1000],
    ],
    ran.stdout,
  );
  const calls = summary(trace, 'syscall').rows;
  assert.equal(calls.find(({ key }) => key === 'sendfile')?.calls, 1);
});
