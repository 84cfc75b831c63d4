/** How processes end: by what, by whose signal, and what they had used. */
import assert from 'node:assert/strict';
import os from 'node:os';
import { it } from 'node:test';
import { calls, ofKind, record, type Row } from './support/syscope';
import { target } from './support/targets';

const SIGNALS = new Map<string, number>(Object.entries(os.constants.signals));

/** As the target says it: "pid cause value sender". */
function ending(row: Row): string {
  const value = row.signal === undefined ? (row.code ?? -1) : (SIGNALS.get(String(row.signal)) ?? -1);
  return `${String(row.pid)} ${String(row.cause)} ${String(value)} ${String(row.sender ?? 0)}`;
}

for (const options of [[], ['--seccomp', 'off']]) {
  void it(`causes, senders and resource use ${options.join(' ')}`, () => {
    const { ran, rows } = record([target('ends')], options);
    const said = ran.stdout.trim().split('\n');
    assert.equal(said.length, 8);
    const exits = ofKind(rows, 'exit').filter((row) => row.scope === 'process');
    const byPid = new Map(exits.map((row) => [String(row.pid), row]));
    const endOf = (line: string): Row => {
      const row = byPid.get(line.split(' ')[0]!);
      assert.ok(row, line);
      return row;
    };
    assert.deepEqual(said.map(endOf).map(ending), said);

    // The call that ended it is there: of a thread's exit_group the whole process's.
    for (const line of said.filter((each) => each.includes('exit'))) {
      const ended = endOf(line);
      const call = calls(rows).find((row) => row.id === ended.id);
      assert.deepEqual([call?.pid, call?.name], [ended.pid, line.includes('exitGroup') ? 'exit_group' : 'exit']);
    }
    const group = endOf(said[5]!);
    const threads = ofKind(rows, 'exit').filter((row) => row.scope === 'thread' && row.pid === group.pid);
    assert.deepEqual(
      threads.map((row) => [row.cause, row.id]),
      [
        ['exitGroup', group.id],
        ['exitGroup', group.id],
      ],
    );

    const used = endOf(said[7]!) as Row & Record<string, number>;
    assert.ok(used.user_us! + used.system_us! >= 140_000, JSON.stringify(used));
    assert.ok(used.children_user_us! + used.children_system_us! >= 60_000, JSON.stringify(used));
    assert.ok(used.max_rss_kb! >= 32 << 10, JSON.stringify(used));
    assert.ok(used.minor_faults! > 0 && used.voluntary_switches! > 0, JSON.stringify(used));
  });
}
