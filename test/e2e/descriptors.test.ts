/** A descriptor of every kind, obtained in every way: the class and the name that its use shows. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { record, ROOT, type ExportedRow } from '../real/recording';

/** By the program's labels: class, and the resource (FOLDER: where it works). */
const EXPECTED: Readonly<Record<string, readonly [fdClass: string, resource: RegExp]>> = {
  file: ['file', /^FOLDER\/file$/],
  directory: ['directory', /^FOLDER$/],
  null: ['device', /^\/dev\/null$/],
  status: ['kernel-file', /^\/proc\/\d+\/status$/],
  fifo: ['pipe', /^FOLDER\/fifo$/],
  dup: ['file', /^FOLDER\/file$/],
  dup2: ['file', /^FOLDER\/file$/],
  dupfd: ['file', /^FOLDER\/file$/],
  reused: ['device', /^\/dev\/zero$/],
  eventfd: ['event', /^eventfd$/],
  timerfd: ['event', /^timerfd$/],
  signalfd: ['event', /^signalfd$/],
  epoll: ['poll', /^eventpoll$/],
  inotify: ['watch', /^inotify$/],
  memfd: ['memory', /^\/memfd:document \(deleted\)$/],
  'pipe-read': ['pipe', /^pipe:\[\d+\]$/],
  'pipe-write': ['pipe', /^pipe:\[\d+\]$/],
  'tcp-listener': ['network', /^tcp 127\.0\.0\.1:\d+$/],
  'tcp-client': ['network', /^tcp 127\.0\.0\.1:\d+ -> 127\.0\.0\.1:\d+$/],
  'tcp-server': ['network', /^tcp 127\.0\.0\.1:\d+ -> 127\.0\.0\.1:\d+$/],
  'unix-listener': ['local-socket', /^unix socket$/],
  'unix-client': ['local-socket', /^unix -> socket$/],
  'unix-server': ['local-socket', /^unix socket$/],
  'pair-1': ['local-socket', /^unix:\[\d+\]$/],
  'pair-2': ['local-socket', /^unix:\[\d+\]$/],
  received: ['device', /^\/dev\/zero$/],
  survivor: ['device', /^\/dev\/zero$/],
  'after-child': ['device', /^\/dev\/zero$/],
};

void describe('descriptors of every kind', () => {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'syscope-descriptors-')));
  /** What the program said, in order, and the lseek calls, in order: one for each, and a last one that fails. */
  let labels: readonly string[] = [];
  let touched: readonly ExportedRow[] = [];
  before(() => {
    const program = path.join(folder, 'descriptors');
    execFileSync('cc', ['-o', program, path.join(ROOT, 'test/real/descriptors.c')]);
    fs.mkdirSync(path.join(folder, 'work'));
    const command = { words: [program, path.join(folder, 'work')], cwd: folder, env: { PATH: '/usr/bin:/bin' } };
    const { outcome, rows } = record(command, ['--no-stacks']);
    assert.equal(outcome.status, 0, outcome.stderr);
    labels = outcome.stdout.trim().split('\n');
    touched = rows.filter((row) => row.kind === 'syscall' && row.name === 'lseek');
  });
  after(() => {
    fs.rmSync(folder, { recursive: true, force: true });
  });

  void it('every one was touched', () => {
    assert.deepEqual(labels.map((line) => line.split(' ')[0]).sort(), Object.keys(EXPECTED).sort());
  });

  for (const [label, [fdClass, resource]] of Object.entries(EXPECTED)) {
    void it(`${label} is ${fdClass}`, () => {
      const at = labels.findIndex((line) => line.startsWith(`${label} `));
      // The child's second life says that it has survived, then touches what close-on-exec took from it.
      const closedBefore = label === 'after-child' ? 1 : 0;
      const row = touched[at + closedBefore];
      assert.equal(row?.fd, Number(labels[at]?.split(' ')[1]));
      assert.equal(row.fd_class, fdClass);
      assert.match((row.resource ?? '').replace(path.join(folder, 'work'), 'FOLDER'), resource);
    });
  }

  void it('both ends of a pipe share its name', () => {
    const named = (label: string): string | undefined =>
      touched[labels.findIndex((line) => line.startsWith(`${label} `))]?.resource;
    assert.equal(named('pipe-read'), named('pipe-write'));
    assert.notEqual(named('pair-1'), named('pair-2'));
  });

  void it('both ends of a connection have the same addresses', () => {
    const ends = ['tcp-client', 'tcp-server'].map((label) =>
      (touched[labels.findIndex((line) => line.startsWith(`${label} `))]?.resource ?? '').replace('tcp ', '').split(' -> '),
    );
    assert.deepEqual(ends[0], [...(ends[1] ?? [])].reverse());
  });

  void it('what close-on-exec closed is no longer there', () => {
    const closed = touched.find((row) => row.ret === -9 || row.text?.includes('EBADF') === true);
    assert.equal(closed?.fd_class, 'other');
    assert.equal(closed.resource, undefined);
  });
});
