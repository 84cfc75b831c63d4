/** Processes in the summary: command lines, ends, resource use. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ExitCause } from '../../../extension/trace/gen/schema';
import { summarize } from '../../../extension/trace/summary';
import { summaryJson, summaryText } from '../../../extension/trace/summaryText';
import { MemoryTrace } from './memorySource';

function sample(): MemoryTrace {
  const trace = new MemoryTrace();
  trace.process('sh');
  trace.exec('/bin/sh', 'sh', ['sh', '-c', "echo 'a b'; \u001b[2J"]);
  trace.process('sh', 1, 101, { parent: 0, ppid: 100 });
  trace.process('later', 2, 102, { parent: 0, ppid: 100 });
  trace.exit(100, 0x300, 'process');
  trace.exit(101, 9, 'process', { process: 1, pid: 101, cause: ExitCause.signal, sender: 100 });
  return trace;
}

void it('each process says how it ended, what it used and what it was', async () => {
  const text = summaryText(await summarize(sample().source(), ['process']));
  const section = text.slice(text.indexOf('Processes'));
  assert.deepEqual(section.trimEnd().split('\n'), [
    'Processes',
    "  sh [100] exited with 3, 5.00 µs user, 7.00 µs system, 9.0 KiB: sh -c 'echo '\\''a b'\\''; \\u001b[2J'",
    "  sh [101] killed by SIGKILL, sent by 100, 5.00 µs user, 7.00 µs system, 9.0 KiB: sh -c 'echo '\\''a b'\\''; \\u001b[2J'",
    "  later [102] had not ended: sh -c 'echo '\\''a b'\\''; \\u001b[2J'",
  ]);
});

void it('as JSON, and only where processes are asked for', async () => {
  const of = async (group: 'process' | 'class'): Promise<object[] | undefined> =>
    (JSON.parse(summaryJson(await summarize(sample().source(), [group]))) as { processes?: object[] }).processes;
  const processes = await of('process');
  const argv = ['sh', '-c', "echo 'a b'; \u001b[2J"];
  const used = { user_us: 5, system_us: 7, max_rss_kb: 9 };
  assert.deepEqual(processes?.[1], { pid: 101, ppid: 100, name: 'sh', argv, signal: 'SIGKILL', sender: 100, ...used });
  assert.deepEqual(processes[2], { pid: 102, ppid: 100, name: 'later', argv });
  assert.equal(await of('class'), undefined);
});
