/** The ordered comparison: each way in which a decoder may be wrong is a difference, and rules take out only what they name. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compareRuns, differencesText, type Difference } from '../../differ/compare';
import { parseLog } from '../../differ/log';
import { Rules, type RulesFile } from '../../differ/rules';

const NONE: RulesFile = { varying: [], differences: [], chance: [] };

const LOG = `10    execve("/bin/cat", ["cat", "x"], 0x7ffd00000000 /* 2 vars */) = 0
10    brk(NULL)                         = 0x55d7eb0c4000
10    openat(AT_FDCWD, "x", O_RDONLY|O_CLOEXEC) = 3
10    openat(AT_FDCWD, "y", O_RDONLY)   = -1 ENOENT (No such file or directory)
10    mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f0000001000
10    read(3, "hello", 131072)          = 5
10    munmap(0x7f0000001000, 8192)      = 0
10    vfork( <unfinished ...>
11    exit_group(1)                     = ?
11    +++ exited with 1 +++
10    <... vfork resumed>)              = 11
10    wait4(-1,  <unfinished ...>
10    <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 1}], 0, NULL) = 11
10    --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=11, si_uid=0, si_status=1, si_utime=0, si_stime=0} ---
10    exit_group(0)                     = ?
10    +++ exited with 0 +++
`;

/** The log as another run would have it: other processes, other addresses. */
const OTHER = LOG.replace(/\b1([01])\b(?! \+\+\+)/g, '7$1')
  .replaceAll('0x55d7eb0c', '0x560000aa')
  .replaceAll('0x7f000000', '0x7f9a1234')
  .replaceAll('0x7ffd0000', '0x7ffe5678');

function compared(syscope: string, rules: RulesFile = NONE, uses?: Map<string, number>): readonly Difference[] {
  const run = (text: string): { tasks: ReturnType<typeof parseLog>; now: number } => ({ tasks: parseLog(text), now: 0 });
  const own = new Rules(rules, { command: 'cat', fixedAddresses: true });
  const found = compareRuns(run(LOG), run(syscope), own);
  own.uses.forEach((times, id) => uses?.set(id, times));
  return found;
}

const BROKEN: Readonly<Record<string, (log: string) => string>> = {
  'a flag with another name': (log) => log.replace('O_CLOEXEC', 'O_CLOSEXEC'),
  'a flag too few': (log) => log.replace('PROT_READ|PROT_WRITE', 'PROT_READ'),
  'flags in another order': (log) => log.replace('PROT_READ|PROT_WRITE', 'PROT_WRITE|PROT_READ'),
  'no error': (log) => log.replace('-1 ENOENT (No such file or directory)', '-1'),
  'another error': (log) => log.replace('ENOENT (No such file or directory)', 'ENOTDIR (Not a directory)'),
  'a length off by one': (log) => log.replace('131072', '131071'),
  'a result off by one': (log) => log.replace('= 5', '= 6'),
  'a shorter string': (log) => log.replace('"hello"', '"hell"'),
  'a number for a name': (log) => log.replace('AT_FDCWD', '-100'),
  'the address of something else': (log) => log.replace('munmap(0x7f9a12341000', 'munmap(0x7f9a12342000'),
  'the same address for two things': (log) => log.replace('munmap(0x7f9a12341000', 'munmap(0x560000aa4000'),
  'an address for nothing': (log) => log.replace('brk(NULL)', 'brk(0x560000aa4000)'),
  'a line too few': (log) => log.replace(/70 +munmap.*\n/, ''),
  'a line too many': (log) => log.replace(/(70 +munmap.*\n)/, '$1$1'),
  'two lines in another order': (log) => log.replace(/(70 +brk.*\n)(70 +openat.*\n)/, '$2$1'),
  'a line broken elsewhere': (log) => log.replace('wait4(-1,  <', 'wait4( <').replace('resumed>[{', 'resumed>-1, [{'),
  'no signal': (log) => log.replace(/70 +--- .*\n/, ''),
  'another signal': (log) => log.replace('--- SIGCHLD', '--- SIGCLD'),
  'another sender': (log) => log.replace('si_pid=71', 'si_pid=70'),
  'another child': (log) => log.replace(/NULL\) = 71/, 'NULL) = 70'),
  'another exit status': (log) => log.replace('exited with 1', 'exited with 0'),
  'no exit': (log) => log.replace(/71 +\+\+\+.*\n/, ''),
  'a process too few': (log) => log.replace(/71 .*\n/g, ''),
};

void describe('two runs', () => {
  void it('are alike when only processes and addresses differ', () => {
    assert.equal(differencesText(compared(OTHER)), '');
  });

  for (const [what, broken] of Object.entries(BROKEN))
    void it(`differ by ${what}`, () => {
      const log = broken(OTHER);
      assert.notEqual(log, OTHER);
      assert.ok(compared(log).length > 0);
    });

  void it('show task, lines and what differs', () => {
    const text = differencesText(compared(BROKEN['a length off by one']?.(OTHER) ?? ''));
    assert.equal(text, '1 (cat)\n  - read(3, "hello", 131072) = 5\n  + read(3, "hello", 131071) = 5');
  });
});

void describe('rules', () => {
  const change = {
    id: 'r',
    cause: 'c',
    kind: 'change',
    strace: 'read\\((?<fd>\\d), .*',
    syscope: 'read\\((?<fd>\\d), .*',
  } as const;

  void it('take out a changed line, if what has a name is the same', () => {
    const rules: RulesFile = { ...NONE, differences: [change] };
    const uses = new Map<string, number>();
    assert.deepEqual(compared(OTHER.replace('"hello"', '"hell"'), rules, uses), []);
    assert.equal(uses.get('r'), 1);
    assert.equal(compared(OTHER.replace('read(3, "hello"', 'read(4, "hell"'), rules).length, 1);
  });

  void it('take out a line on the side that they name', () => {
    const extra = (side: 'strace' | 'syscope'): RulesFile => ({
      ...NONE,
      differences: [{ id: 'r', cause: 'c', kind: 'extra', side, line: 'munmap\\(.*' }],
    });
    const log = BROKEN['a line too few']?.(OTHER) ?? '';
    assert.deepEqual(compared(log, extra('strace')), []);
    assert.equal(compared(log, extra('syscope')).length, 1);
  });

  void it('let a floating line come at any time, as often as on the other side', () => {
    const rules: RulesFile = {
      ...NONE,
      differences: [{ id: 'r', cause: 'c', kind: 'floating', line: '--- SIGCHLD .* ---' }],
    };
    const signal = /70 +--- .*\n/.exec(OTHER)?.[0] ?? '';
    assert.deepEqual(compared(OTHER.replace(signal, '').replace(/(70 +exit_group.*\n)/, `$1${signal}`), rules), []);
    assert.equal(compared(OTHER.replace(signal, ''), rules).length, 1);
  });

  void it('hold only on their commands', () => {
    const rules: RulesFile = { ...NONE, differences: [{ ...change, commands: ['dd'] }] };
    assert.equal(compared(OTHER.replace('"hello"', '"hell"'), rules).length, 1);
  });

  void it('replace what varies on both sides', () => {
    const rules: RulesFile = {
      ...NONE,
      varying: [{ id: 'v', cause: 'c', pattern: '^(read\\(3, )"\\w+"', becomes: '$1"TEXT"' }],
    };
    assert.deepEqual(compared(OTHER.replace('"hello"', '"hell"'), rules), []);
  });
});
