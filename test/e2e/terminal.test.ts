/** Job control on a terminal: Ctrl+C, Ctrl+Z and fg do what they do untraced. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { describe, it } from 'node:test';
import { calls, newTrace, ofKind, recordCommand, rowsOf } from './support/syscope';
import { target } from './support/targets';

const STEP_LIMIT_MS = 30_000;
const PROMPT = 'ready> ';

/** What to type, and what must then appear, one after another. */
type Step = readonly [string, ...string[]];

/** An interactive shell on a terminal of its own; returns all that it showed. */
async function onTerminal(steps: readonly Step[]): Promise<string> {
  const shell = spawn(target('terminal'), ['bash', '--norc', '--noprofile', '-i'], {
    env: { PATH: process.env['PATH'] ?? '', PS1: PROMPT, TERM: 'dumb', HOME: '/' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let shown = '';
  let changed = (): void => undefined;
  shell.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
    changed();
  });
  let seen = 0;
  const appears = (wanted: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`"${wanted}" did not appear in 30 s; shown so far:\n${shown}`));
      }, STEP_LIMIT_MS);
      changed = () => {
        const at = shown.indexOf(wanted, seen);
        if (at < 0) return;
        clearTimeout(timer);
        seen = at + wanted.length;
        resolve();
      };
      changed();
    });
  try {
    await appears(PROMPT);
    for (const [typed, ...wanted] of steps) {
      shell.stdin.write(typed);
      for (const text of wanted) await appears(text);
    }
    const ended = new Promise((resolve) => shell.once('exit', resolve));
    shell.stdin.write('exit\n');
    await ended;
  } finally {
    shell.kill('SIGKILL');
  }
  return shown;
}

/** Tells of the status by arithmetic, so that the echo of what is typed is not taken for it. */
const STATUS = 'echo "status $((1000 + $?))"\n';

/** Says that it runs: what is typed before is read while the shell still has the terminal. */
const COPIES = 'sh -c "echo started; exec cat"';

const jobControl = (command: string): readonly Step[] => [
  [`${command}\n`, 'started\r\n'],
  ['first\n', 'first', 'first'],
  ['\x1a', 'Stopped', PROMPT],
  ['jobs\n', 'Stopped', PROMPT],
  ['fg\n', 'fg\r\n', 'cat"\r\n'],
  ['second\n', 'second', 'second'],
  ['\x03', PROMPT],
  [STATUS, 'status 1130'],
];

void describe('on a terminal', () => {
  void it('Ctrl+Z stops, fg goes on and Ctrl+C ends, with and without Syscope', async () => {
    await onTerminal(jobControl(COPIES));
    const trace = newTrace();
    await onTerminal(jobControl(recordCommand(trace, [COPIES]).join(' ')));
    const rows = rowsOf(trace);
    const reads = calls(rows, 'read').filter((row) => row.fd === 0);
    assert.ok(reads.length >= 2, 'two lines, and perhaps the reads that the signals interrupted');
    assert.ok(reads.every((row) => row.fd_class === 'terminal'));
    const signals = ofKind(rows, 'signal').map((row) => String(row.name ?? row.signal));
    for (const name of ['SIGTSTP', 'SIGCONT', 'SIGINT']) assert.ok(signals.includes(name), `${name} in ${signals.join(' ')}`);
  });

  void it('a program that handles Ctrl+C gets it, and the tracer does not end', async () => {
    const trace = newTrace();
    const script = `trap 'echo handled; exit 7' INT; echo waiting; while :; do sleep 0.1; done`;
    await onTerminal([
      [`${recordCommand(trace, ['bash', '-c', `"${script}"`]).join(' ')}\n`, '\r\nwaiting'],
      ['\x03', 'handled', PROMPT],
      [STATUS, 'status 1007'],
    ]);
    assert.ok(calls(rowsOf(trace), 'write').some((row) => row.text?.includes('handled')));
  });
});
