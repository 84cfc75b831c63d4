/** The committed rules are narrow: each has a cause, commands that exist, and names the beginning of a line or a field. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { COMMANDS } from '../../differ/commands';
import { otherCommands } from '../../differ/others';
import rulesFile from '../../differ/rules.json';
import type { RulesFile } from '../../differ/rules';

const RULES = rulesFile as RulesFile;
const all = [...RULES.varying, ...RULES.differences];

/** Lines that no rule may fit, on whatever command. */
const ORDINARY = [
  'close(3) = 0',
  'openat(AT_FDCWD, "/etc/passwd", O_RDONLY|O_CLOEXEC) = 3',
  'read(7, "text of a file", 4096) = 14',
  'write(1, "hello\\n", 6) = 6',
  'exit_group(0) = ?',
  '+++ exited with 0 +++',
  '--- SIGUSR1 {si_signo=SIGUSR1, si_code=SI_USER, si_pid=<1>, si_uid=0} ---',
];

void describe('rules.json', () => {
  void it('names every rule once, with a cause in a sentence', () => {
    assert.equal(new Set(all.map(({ id }) => id)).size, all.length);
    for (const { id, cause } of all) assert.match(cause, /^[A-Z/a-z].{20,}\.$/, id);
  });

  void it('names commands that are run', () => {
    const titles = new Set([...COMMANDS, ...otherCommands(0, '')].map(({ title }) => title));
    assert.deepEqual(
      all.flatMap(({ commands }) => commands ?? []).filter((command) => !titles.has(command)),
      [],
    );
  });

  void it('fits no ordinary line', () => {
    const patterns = RULES.differences.flatMap((rule) => (rule.kind === 'change' ? [rule.strace, rule.syscope] : [rule.line]));
    for (const pattern of patterns)
      for (const line of ORDINARY) assert.ok(!new RegExp(`^(?:${pattern})$`, 's').test(line), `${pattern} fits ${line}`);
    for (const { pattern } of RULES.varying)
      for (const line of ORDINARY) assert.ok(!new RegExp(pattern, 's').test(line), `${pattern} fits ${line}`);
  });
});
