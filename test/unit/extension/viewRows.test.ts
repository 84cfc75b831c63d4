/** Rows of the views: labels, details, what a hostile name may do (nothing), and the filter that a click sets. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { describe, it } from 'node:test';
import { BlindReason, ExitCause, FD_CLASSES, FdOp } from '../../../extension/trace/gen/schema';
import type { DescriptorRow, FilterItem, NoticeRow, ProcessRow } from '../../../extension/trace/viewProtocol';
import { carriedOver, parseFilter } from '../../../extension/trace/viewProtocol';
import { classColour, eventOf, filterOf, holdersOf, isFiltered, rowKey, show, type Row } from '../../../extension/views/rows';
import { commandLine } from '../../../extension/views/rowText';
import { TimelineFilter } from '../../../extension/views/timelineFilter';
import { CLASS_COLOURS } from '../../../webview/theme';

const AUDIT_ARCH_X86_64 = 0xc000003e;
const PROCESS: ProcessRow = {
  index: 3,
  parent: 0,
  pid: 1234,
  nsPid: 7,
  ppid: 1000,
  name: 'redis-server',
  path: '/usr/bin/redis-server',
  argv: ['redis-server', '--port', '0', "it's"],
  cwd: '/srv',
  startNs: 1_000_000,
  endNs: 2_000_000_000,
  status: 11 | 0x80,
  cause: ExitCause.signal,
  sender: 99,
  endEvent: undefined,
  userUs: 1500,
  systemUs: 20,
  maxRssKb: 2048,
  threads: 4,
  children: 2,
  descriptors: 9,
  calls: 1204,
  errors: 3,
  received: 1_258_291,
  sent: 0,
  loaderCalls: 40,
};
const DESCRIPTOR: DescriptorRow = {
  process: 3,
  pid: 1234,
  processName: 'redis-server',
  fd: 5,
  description: 12,
  classId: 3,
  name: 'pipe:[77]',
  startNs: 5000,
  endNs: undefined,
  generations: 1,
  origin: FdOp.open,
  event: 8,
  eventNr: 293,
  eventArch: AUDIT_ARCH_X86_64,
  firstEvent: 9,
  calls: 40,
  errors: 0,
  received: 1_258_291,
  sent: 300,
  loaderCalls: 0,
  holders: 2,
  peer: { description: 13, name: 'pipe:[77]', holder: { process: 4, pid: 1240, processName: 'sh', fd: 1 } },
};
const BLIND: NoticeRow = {
  kind: 'blind',
  reason: BlindReason.ioUringOp,
  count: 1200,
  uncounted: false,
  texts: ['IORING_OP_READ 4096 bytes on fd 3 /tmp/x'],
  event: 5,
  processes: [
    { process: 3, pid: 1234, name: 'redis-server', count: 1000 },
    { process: 4, pid: 1240, name: 'sh', count: 200 },
  ],
};
const process = (change: Partial<ProcessRow> = {}): Row => ({
  type: 'process',
  row: { ...PROCESS, ...change },
  parent: undefined,
});
const descriptor = (change: Partial<DescriptorRow> = {}, owner = false): Row => ({
  type: 'descriptor',
  row: { ...DESCRIPTOR, ...change },
  owner,
});
const detail = (row: Row, name: string): string | undefined => show(row).details.find(([title]) => title === name)?.[1];

void describe('rows', () => {
  void it('a process: what it came to, how it ended', () => {
    const { label, description, icon, spoken, expandable } = show(process());
    assert.equal(label, 'redis-server 1234');
    assert.equal(description, 'killed by SIGSEGV (core dumped) · 1.2 MB in · 1,204 calls · 3 failed');
    assert.equal(spoken, 'process redis-server 1234, killed by SIGSEGV (core dumped), 1.2 MB in, 1,204 calls, 3 failed');
    assert.deepEqual([icon, expandable], ['error', true]);
    assert.equal(detail(process(), 'Command line'), "redis-server --port 0 'it'\\''s'");
    assert.equal(detail(process(), 'Process id'), '1234 (7 in its namespace)');
    assert.equal(detail(process(), 'End'), 'killed by SIGSEGV (core dumped), sent by 99');
    assert.equal(detail(process(), 'Resource use'), '1.5 ms user, 20 µs system, 2.0 MB at most in memory');
    assert.equal(detail(process(), 'Calls'), "1.2 MB in · 1,204 calls · 3 failed; and 40 calls of the dynamic loader's");
    assert.equal(show(process({ status: 3 << 8 })).description.split(' · ')[0], 'exited with 3');
    assert.match(show(process({ status: 0 })).spoken, /, exited with 0, /);
    assert.match(show(process({ status: undefined, endNs: undefined })).spoken, /, running, /);
  });

  void it('a descriptor: class, origin, the other end, totals', () => {
    const { label, description, spoken, context } = show(descriptor());
    assert.equal(label, 'fd 5 pipe:[77]');
    assert.equal(description, '1.2 MB in · 300 B out · 40 calls');
    assert.equal(spoken, 'Pipe, fd 5 pipe:[77], 1.2 MB in, 300 B out, 40 calls, opened by pipe2');
    assert.deepEqual(context.split(' '), ['descriptor', 'event', 'shared']);
    assert.equal(detail(descriptor(), 'Other end'), 'fd 1 of sh 1240');
    assert.equal(detail(descriptor(), 'Held'), 'in 2 places, as the same open file description');
    assert.equal(
      show(descriptor({ endNs: 7000 }, true)).description,
      'redis-server 1234 · 1.2 MB in · 300 B out · 40 calls · closed',
    );
    assert.equal(detail(descriptor({ origin: FdOp.inherit }), 'Origin'), 'inherited from the parent process');
    assert.equal(detail(descriptor({ origin: FdOp.dup, eventNr: 33, generations: 3 }), 'Origin'), 'duplicated by dup2, 3 times');
    assert.equal(show(descriptor({ description: 0, name: '' })).label, 'fd 5 (not open)');
    assert.equal(eventOf(descriptor({ event: undefined })), 9);
    const file = descriptor({ classId: 1, name: '/srv/data/log.txt', received: 0, sent: 0 });
    assert.deepEqual([show(file).label, show(file).description], ['fd 5 log.txt', '40 calls · /srv/data']);
    assert.match(show(file).spoken, /^File, fd 5 \/srv\/data\/log\.txt, 40 calls, /);
    assert.equal(show(descriptor({ name: '/dev/pts/3' })).label, 'fd 5 /dev/pts/3');
  });

  void it('what is not shown', () => {
    const row: Row = { type: 'notice', row: BLIND, index: 0 };
    assert.deepEqual([show(row).label, show(row).description], ['io_uring operations', '1,200 · 2 processes']);
    assert.equal(show(row).expandable, true);
    const polled = { ...BLIND, reason: BlindReason.ioUringPolled, count: 0, uncounted: true, processes: [] };
    assert.equal(show({ type: 'notice', row: polled, index: 0 }).description, 'not counted');
    const warning: NoticeRow = { ...BLIND, kind: 'warning', reason: 0, count: 2, texts: ['Something.'], processes: [] };
    assert.deepEqual(
      [show({ type: 'notice', row: warning, index: 1 }).label, filterOf({ type: 'notice', row: warning, index: 1 })],
      ['Something.', undefined],
    );
  });

  void it('names cannot change the line around them', () => {
    const name = 'a\n\u001b[31m\u202Eexe.txt\u2066';
    const shownProcess = show(process({ name, argv: [name] }));
    const shownDescriptor = show(descriptor({ name, processName: name }, true));
    for (const text of [
      shownProcess.label,
      shownProcess.spoken,
      ...shownProcess.details.map(([, value]) => value),
      shownDescriptor.label,
      shownDescriptor.description,
      ...shownDescriptor.details.map(([, value]) => value),
      filterOf(descriptor({ name }))?.label ?? '',
      holdersOf(descriptor({ name }))?.label ?? '',
    ])
      assert.doesNotMatch(text, /[\p{Cc}\p{Cf}]/u);
    assert.match(shownDescriptor.label, /^fd 5 a\\u\{a\}\\u\{1b\}\[31m\\u\{202e\}exe\.txt\\u\{2066\}$/);
    assert.equal(show(descriptor({ name: `/${'x'.repeat(4096)}` })).label.length, 'fd 5 '.length + 119);
  });

  void it('a command line is what a shell takes', () => {
    assert.equal(commandLine({ argv: ['a b', '', 'c\nd', '-x=1'], path: '', name: '' }), "'a b' '' $'c\\x0ad' -x=1");
    assert.equal(commandLine({ argv: [], path: '/bin/x', name: 'x' }), '/bin/x');
  });

  void it('rows have keys of their own', () => {
    const rows = [process(), process({ index: 4 }), descriptor(), descriptor({ fd: 6 }), descriptor({ description: 13 })];
    assert.equal(new Set(rows.map(rowKey)).size, rows.length);
  });
});

void describe('the filter of the timeline', () => {
  function host(): { filter: TimelineFilter; states: (readonly FilterItem[] | undefined)[]; tick: (ms: number) => void } {
    const states: (readonly FilterItem[] | undefined)[] = [];
    let now = 0;
    const filter = new TimelineFilter(
      {
        currentTrace: () => '/t',
        get: () => states.at(-1),
        set: (_, items) => {
          states.push(items);
          return Promise.resolve();
        },
      },
      () => now,
    );
    return { filter, states, tick: (ms) => (now += ms) };
  }
  const item = filterOf(process())!;

  void it('a click filters, another one clears, a double click is one click', async () => {
    const { filter, states, tick } = host();
    let changes = 0;
    filter.onDidChange(() => changes++);
    await filter.toggle(item);
    tick(100);
    await filter.toggle(item);
    assert.deepEqual(states, [[item]]);
    assert.equal(isFiltered(process(), filter.current), true);
    assert.equal(isFiltered(descriptor(), filter.current), false);
    tick(1000);
    await filter.toggle(item);
    assert.deepEqual(states, [[item], undefined]);
    assert.equal(changes, 2);
  });

  void it('several rows are several terms', async () => {
    const { filter, states } = host();
    await filter.showRows([process(), descriptor(), { type: 'more', parent: undefined, left: 3 }]);
    assert.deepEqual(
      states[0]?.map(({ label }) => label),
      ['process redis-server 1234', 'fd 5 pipe:[77] of redis-server 1234'],
    );
  });

  void it('what was stored is checked, and another run keeps only what it can have', () => {
    const blind: FilterItem = { term: { type: 'blind', reason: 5, process: undefined }, label: 'b' };
    assert.deepEqual(parseFilter([item, { term: { type: 'process', process: -1 }, label: 'x' }, 3, { term: blind.term }]), [
      item,
    ]);
    assert.equal(parseFilter([]), undefined);
    assert.equal(parseFilter('x'), undefined);
    assert.deepEqual(carriedOver([item, blind]), [blind]);
    assert.equal(carriedOver([item]), undefined);
  });
});

void it('package.json has the classes’ colours', () => {
  const { contributes } = JSON.parse(fs.readFileSync('package.json', 'utf8')) as {
    readonly contributes: { readonly colors: readonly { readonly id: string; readonly defaults: unknown }[] };
  };
  const expected = FD_CLASSES.map(({ id }) => ({
    id: classColour(id),
    defaults: {
      dark: CLASS_COLOURS.dark[id],
      light: CLASS_COLOURS.light[id],
      highContrast: CLASS_COLOURS['hc-dark'][id],
      highContrastLight: CLASS_COLOURS['hc-light'][id],
    },
  }));
  assert.deepEqual(
    contributes.colors.map(({ id, defaults }) => ({ id, defaults })),
    expected,
  );
});
