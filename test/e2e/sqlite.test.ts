/** A real program with source: every fsync, pwrite64 and unlink of SQLite leads to the line of sqlite3.c that makes it. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import path from 'node:path';
import { record, ROOT, withFolder, type ExportedRow, type Outcome } from '../real/recording';
import { buildSqlite, CALL_SITES, frameInSource, type Sqlite } from '../real/sqlite';

const TRANSACTIONS = 20;

function where(row: ExportedRow, sqlite: Sqlite): { function: string; text: string } {
  const frame = frameInSource(row.stack ?? [], sqlite.source);
  const text = sqlite.lines[(frame?.line ?? 0) - 1] ?? '';
  return { function: frame?.function ?? 'no frame in sqlite3.c', text: text.trim() };
}

void describe('SQLite inserting 2,000 rows in 20 transactions', () => {
  let sqlite: Sqlite;
  let outcome: Outcome;
  let rows: readonly ExportedRow[];
  before(() => {
    sqlite = buildSqlite(ROOT);
    ({ outcome, rows } = withFolder((folder) =>
      record({ words: [sqlite.program, path.join(folder, 'database')], cwd: folder, env: { PATH: '/usr/bin:/bin' } }),
    ));
  });

  void it('prints what it prints untraced', () => {
    assert.deepEqual(outcome, { status: 0, signal: undefined, stdout: '2000 rows\n', stderr: '' });
  });

  for (const [name, site] of Object.entries(CALL_SITES)) {
    void it(`every ${name} leads to its line`, () => {
      const calls = rows.filter((row) => row.kind === 'syscall' && row.name === name);
      assert.ok(calls.length >= TRANSACTIONS, `only ${calls.length} calls`);
      const places = calls.map((row) => where(row, sqlite));
      const astray = places.filter((at) => !site.function.test(at.function) || !site.line.test(at.text));
      assert.deepEqual([...new Set(astray.map((at) => `${at.function}: ${at.text}`))], []);
    });
  }

  void it('every call that SQLite makes has a frame in its source', () => {
    const own = rows.filter((row) => row.kind === 'syscall' && ['pread64', 'fcntl', 'openat', 'close'].includes(row.name ?? ''));
    const inMain = own.filter((row) => row.stack?.some((frame) => frame.function === 'main') === true);
    assert.ok(inMain.length > TRANSACTIONS);
    assert.deepEqual(
      inMain.filter((row) => frameInSource(row.stack ?? [], sqlite.source) === undefined).map((row) => row.text),
      [],
    );
  });
});
