/** Runs that vary: what lies in strace's own spread is no difference, what a wrong decoder makes of it is one. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseLog } from '../../differ/log';
import { Rules, type RulesFile } from '../../differ/rules';
import { compareSpread, shapeOf, spreadText } from '../../differ/spread';

const NONE: RulesFile = { varying: [], differences: [], chance: [] };

/** A server that is asked so often, and waits so often. */
const run = (asked: number, waits: number, fd = 5): string =>
  [
    'openat(AT_FDCWD, "conf", O_RDONLY|O_CLOEXEC) = 3',
    ...Array.from({ length: asked }, () => `recvfrom(${String(fd)}, "GET /", 1024, 0, NULL, NULL) = 5`),
    ...Array.from({ length: waits }, (_, i) => `epoll_wait(4, [{events=EPOLLIN, data={u32=${String(i)}, u64=1}}], 64, -1) = 1`),
    'exit_group(0) = ?',
    '+++ exited with 0 +++',
  ]
    .map((line) => `10    ${line}\n`)
    .join('');

const STRACE = [run(40, 20), run(40, 26), run(40, 23)];

function text(syscope: string, rules = NONE): string {
  const of = (log: string): { tasks: ReturnType<typeof parseLog>; now: number } => ({ tasks: parseLog(log), now: 0 });
  return spreadText(compareSpread(STRACE.map(of), of(syscope), new Rules(rules, { command: 'server', fixedAddresses: true })));
}

void describe('the shape of a line', () => {
  void it('has neither numbers nor texts, and one element of a list', () => {
    assert.equal(shapeOf('read(3, "a\\"b"..., 4096) = 17'), 'read(N, "S", N) = N');
    assert.equal(
      shapeOf('poll([{fd=3, events=POLLIN}, {fd=4, events=POLLIN}], 2, -1) = 1'),
      'poll([{fd=N, events=POLLIN}], N, N) = N',
    );
    assert.equal(shapeOf('wait4(-1, NULL, 0, NULL) = <1.2>'), 'wait4(N, NULL, N, NULL) = N');
  });
});

void describe('a run beside several of strace’s', () => {
  void it('may lie between them, or a little outside', () => {
    assert.equal(text(run(40, 24)), '');
    assert.equal(text(run(41, 29)), '');
  });

  void it('differs if far more or fewer lines come', () => {
    assert.match(text(run(40, 60)), /epoll_wait.*\n {2}strace 20, 26, 23 times, Syscope 60/);
    assert.match(text(run(30, 24)), /recvfrom/);
  });

  void it('differs by what strace never has', () => {
    assert.match(text(run(40, 24, 6)), /\+ recvfrom\(6/);
    assert.match(text(run(40, 24).replace('O_CLOEXEC', 'O_CLOSEXEC')), /O_CLOSEXEC/);
    assert.match(text(run(40, 24).replace('= 3', '= -1 ENOENT (No such file or directory)')), /ENOENT/);
    assert.match(text(run(40, 24).replaceAll('events=EPOLLIN', 'events=0x1')), /events=N/);
  });

  void it('differs by what strace always has', () => {
    assert.match(text(run(40, 24).replace(/.*openat.*\n/, '')), /openat.*\n {2}strace 1, 1, 1 times, Syscope 0/);
  });

  void it('differs not, if a rule calls the shape a matter of chance', () => {
    const chance = [{ id: 'c', cause: 'c', shape: 'epoll_wait\\(N, .*\\) = N' }];
    assert.equal(text(run(40, 60), { ...NONE, chance }), '');
  });
});
