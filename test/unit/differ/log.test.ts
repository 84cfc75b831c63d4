/** A strace file to tasks with their lines. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseLog } from '../../differ/log';

const LOG = `10    execve("/bin/sh", ["sh"], 0x7ffd00000000 /* 2 vars */) = 0
10    clone(child_stack=NULL, flags=CLONE_CHILD_SETTID|SIGCHLD <unfinished ...>
11    getpid( <unfinished ...>
10    <... clone resumed>, child_tidptr=0x7f0000000010) = 11
11    <... getpid resumed>)             = 11
10    clone3({flags=CLONE_VM|CLONE_THREAD}, 88) = 12
12    exit(0)                           = ?
12    +++ exited with 0 +++
10    wait4(-1,  <unfinished ...>
11    exit_group(3)                     = ?
11    +++ exited with 3 +++
10    <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 3}], 0, NULL) = 11
10    --- SIGCHLD {si_signo=SIGCHLD} ---
10    +++ exited with 0 +++
`;

void describe('a strace log', () => {
  const tasks = parseLog(LOG);
  const lines = (place: string): readonly string[] | undefined =>
    tasks.find((task) => task.place === place)?.lines.map(({ text }) => text);

  void it('has its tasks by their place in the tree', () => {
    assert.deepEqual(
      tasks.map(({ tid, place, process }) => [tid, place, process]),
      [
        [10, '1', '1'],
        [11, '1.1', '1.1'],
        [12, '1.2', '1'],
      ],
    );
    assert.deepEqual(tasks[0]?.programs, ['sh']);
  });

  void it('puts broken lines together again, and keeps where they were broken', () => {
    assert.deepEqual(lines('1')?.slice(1, 2), [
      'clone(child_stack=NULL, flags=CLONE_CHILD_SETTID|SIGCHLD, child_tidptr=0x7f0000000010) = 11',
    ]);
    assert.deepEqual(lines('1.1'), ['getpid() = 11', 'exit_group(3) = ?', '+++ exited with 3 +++']);
    assert.equal(tasks[0]?.lines[3]?.firstHalf, 'wait4(-1, ');
    assert.equal(tasks[0].lines[3].text, 'wait4(-1, [{WIFEXITED(s) && WEXITSTATUS(s) == 3}], 0, NULL) = 11');
  });

  void it('takes a number that is used again for another task', () => {
    const again = parseLog(`${LOG}11    exit(0)                           = ?\n`);
    assert.deepEqual(
      again.filter(({ tid }) => tid === 11).map(({ place }) => place),
      ['1.1', '2'],
    );
  });

  void it('refuses what is no such log', () => {
    assert.throws(() => parseLog('hello\n'), /not a line of strace -f: hello/);
  });
});
