/**
 * The views' numbers are the summary's: of real programs with several processes, what each process's and each descriptor's calls come
 * to, counted by the engine's library, beside `summary --by process` and `--by fd`.
 */
import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';
import { Engine } from '../../extension/engine/engine';
import { FD_CLASSES } from '../../extension/trace/gen/schema';
import type { CallTotals, DescriptorRow, ProcessRow } from '../../extension/trace/viewProtocol';
import { SYSCOPE } from '../real/recording';
import { newTrace, recordCommand, run } from './support/syscope';
import { target } from './support/targets';

interface Counted {
  readonly key: string;
  readonly calls: number;
  readonly errors: Readonly<Record<string, number>>;
  readonly bytes_read: number;
  readonly bytes_written: number;
}

/** Sums by key: "calls errors in out". A process that execs has several names, so keys are without them. */
function summed(rows: readonly (readonly [key: string, totals: CallTotals])[]): Readonly<Record<string, string>> {
  const sums = new Map<string, number[]>();
  for (const [key, { calls, errors, received, sent }] of rows) {
    const own = sums.get(key) ?? [0, 0, 0, 0];
    sums.set(
      key,
      [calls, errors, received, sent].map((value, i) => own[i]! + value),
    );
  }
  const entries = [...sums].filter(([, numbers]) => numbers.some((value) => value > 0));
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, numbers]) => [key, numbers.join(' ')]));
}

function summary(trace: string, by: 'fd' | 'process'): Readonly<Record<string, string>> {
  const ran = run([SYSCOPE, 'summary', '--by', by, '--json', trace]);
  assert.equal(ran.status, 0, ran.stderr);
  const { rows } = JSON.parse(ran.stdout) as { readonly rows: readonly Counted[] };
  return summed(
    rows.map((row) => [
      row.key.replace(/^.*?\[(\d+)\]/s, '$1'),
      {
        calls: row.calls,
        errors: Object.values(row.errors).reduce((sum, count) => sum + count, 0),
        received: row.bytes_read,
        sent: row.bytes_written,
      },
    ]),
  );
}

async function asked(
  trace: string,
): Promise<{ readonly processes: readonly ProcessRow[]; readonly descriptors: readonly DescriptorRow[] }> {
  const engine = new Engine({ nativeFolder: path.join(process.cwd(), 'dist/native') });
  try {
    const { trace: id } = await engine.request('open', { path: trace });
    const processes: ProcessRow[] = [];
    for (const open: (number | undefined)[] = [undefined]; open.length > 0;) {
      const page = await engine.request('processChildren', { trace: id, parent: open.pop(), first: 0, count: 1000 });
      processes.push(...page.processes);
      open.push(...page.processes.map(({ index }) => index));
    }
    const descriptors: DescriptorRow[] = [];
    for (const { value: classId } of FD_CLASSES)
      descriptors.push(...(await engine.request('descriptors', { trace: id, processes: [], classId, first: 0, count: 1000 })));
    return { processes, descriptors };
  } finally {
    engine.dispose();
  }
}

const PROGRAMS: readonly (readonly [name: string, command: readonly string[]])[] = [
  [
    'a shell with a pipeline, a missing file and a copy',
    ['/bin/sh', '-c', 'cat /etc/passwd no-such | wc -c >&2; cp /etc/passwd /dev/null; exit 3'],
  ],
  ['a server that forks', [target('socket_to_pipe'), 'recv']],
  ['sendfile, splice, tee and copy_file_range', [target('between')]],
];

for (const [name, command] of PROGRAMS)
  void describe(name, () => {
    const trace = newTrace();
    run(recordCommand(trace, command, ['--no-stacks']));

    void it('processes as the summary by process', async () => {
      const { processes } = await asked(trace);
      const own = summed(processes.map((row) => [String(row.pid), row]));
      assert.deepEqual(own, summary(trace, 'process'));
      assert.ok(processes.every((row) => row.status !== undefined && row.endNs !== undefined));
    });

    void it('descriptors as the summary by fd', async () => {
      const { descriptors } = await asked(trace);
      const own = summed(descriptors.map((row) => [`${row.pid} fd ${row.fd}${row.name === '' ? '' : ` ${row.name}`}`, row]));
      assert.deepEqual(own, summary(trace, 'fd'));
    });
  });
