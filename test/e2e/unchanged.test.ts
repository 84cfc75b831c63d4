/** A program finds everything as it does untraced: descriptors, parent, group, session, limits, signals, terminal, environment. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { newTrace, recordCommand, run } from './support/syscope';
import { freshFolder, target } from './support/targets';

/**
 * Apart from tracing, these differ: `_`, in which bash tells each command its own path; the shell's pid; inodes of new pipes and
 * sockets; and the environment's order, which the shell that starts dist/syscope chooses.
 */
function comparable(text: string): string {
  const lines = text
    .replaceAll('\r', '')
    .split('\n')
    .filter((line) => !/^env (_|STARTER)=/.test(line))
    .map((line) => (/mode (10|140)\d{3} /.test(line) ? line.replace(/inode \d+/, 'inode') : line));
  const environment = lines.filter((line) => line.startsWith('env ')).sort();
  return [...lines.filter((line) => !line.startsWith('env ')), ...environment].join('\n');
}

const quoted = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(' ');

/** Runs the shell text with the program's command in the place of PROGRAM; its shown output. */
function shellOutput(text: string, words: readonly string[], shell: readonly string[] = ['bash', '-c']): string {
  const env = { PATH: process.env['PATH'] ?? '', HOME: '/', LANG: 'C', ODD: 'a=b c', TERM: 'dumb' };
  const { stdout, stderr } = run([...shell, text.replace('PROGRAM', quoted(words))], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: '/',
  });
  assert.match(stdout, /limit 0 /, stderr);
  return comparable(stdout.slice(stdout.indexOf('fd ')));
}

function sameBothWays(text: string, shell?: readonly string[]): void {
  const words = [target('unchanged'), 'one', 'two words'];
  assert.equal(shellOutput(text, recordCommand(newTrace(), words), shell), shellOutput(text, words, shell));
}

void describe('a traced program finds the same', () => {
  void it('from a script', () => {
    sameBothWays('export STARTER=$$; PROGRAM; exit $?');
  });

  void it('in a pipe', () => {
    sameBothWays('export STARTER=$$; cat /dev/null | PROGRAM | cat; exit $?');
  });

  void it('with odd descriptors, limits, mask, ignored signals, priority and directory', () => {
    const file = path.join(freshFolder('unchanged'), 'file');
    fs.writeFileSync(file, 'content');
    const prepare = `exec 5<'${file}' 9>>'${file}' 63</dev/null; read -r -N 3 -u 5; trap '' HUP USR2 TERM; ulimit -n 300 -c 0 -s 4096; umask 027; cd /usr`;
    sameBothWays(`export STARTER=$$; ${prepare}; nice -n 3 PROGRAM; exit $?`);
  });

  void it('with stdin and stderr closed', () => {
    sameBothWays('export STARTER=$$; PROGRAM <&- 2>&-; exit $?');
  });

  void it('from an interactive shell', () => {
    const shell = [target('terminal'), 'bash', '--norc', '--noprofile', '-i', '-c'];
    sameBothWays('export STARTER=$$; PROGRAM; true', shell);
  });

  void it('a reader of its output sees the end when it ends, though its daemon is still traced', () => {
    const file = path.join(freshFolder('unchanged'), 'daemon');
    const started = Date.now();
    const { stdout } = run([
      'sh',
      '-c',
      `${quoted(recordCommand(newTrace(), ['sh', '-c', 'echo out; sleep 30 >/dev/null 2>&1 & echo $! > $0', file]))} 2>&1 | cat`,
    ]);
    process.kill(Number(fs.readFileSync(file, 'utf8')), 'SIGKILL');
    assert.equal(stdout, 'out\n');
    assert.ok(Date.now() - started < 25_000);
  });
});
