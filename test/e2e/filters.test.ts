/**
 * Filters at capture: a filtered trace has the calls that an unfiltered one has after filtering, with the same numbers and
 * descriptors, though what opened and closed these was left out; and says that it is a part. Payloads of every size.
 */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { SYSCALL_SETS } from '../../extension/trace/gen/syscalls';
import { syscallRow } from '../../extension/trace/syscallTable';
import { SYSCOPE } from '../real/recording';
import { start } from './support/control';
import { calls, newTrace, ofKind, record, recordCommand, type Row, rowsOf, run } from './support/syscope';
import { freshFolder, target } from './support/targets';

const X86_64 = 0xc000003e;
/** Longer than what the kernel keeps of a name. */
const CHILD = 'filters-child-with-a-long-name';
const SHORT = CHILD.slice(0, 15);

interface Call extends Row {
  /** The process's name when the call was made. */
  readonly process: string;
  readonly parent: string;
}

function workplace(): { folder: string; words: readonly string[] } {
  const folder = fs.realpathSync(freshFolder('filters'));
  fs.writeFileSync(path.join(folder, 'data'), Buffer.alloc(300, 'x'));
  const child = path.join(folder, CHILD);
  fs.symlinkSync(target('filters'), child);
  return { folder, words: [target('filters'), folder, child] };
}

const place = workplace();

/** The calls with the names of their processes, which change at an exec. */
function named(rows: readonly Row[]): Call[] {
  const names = new Map<number, string>();
  const parents = new Map<number, number>();
  return rows.flatMap((row) => {
    if (row.kind === 'process') parents.set(row.pid ?? 0, row.ppid ?? 0);
    if (row.kind === 'process' || row.kind === 'exec') names.set(row.pid ?? 0, row.name ?? '');
    const parent = names.get(parents.get(row.pid ?? 0) ?? 0) ?? '';
    return row.kind === 'syscall' ? [{ ...row, process: names.get(row.pid ?? 0) ?? '', parent }] : [];
  });
}

/**
 * What two runs have in common, process by process (which of two comes first is chance): no addresses, no ids, no random bytes.
 * rows: of the whole trace, for the ids; a call that may be restarted or interleaves with a child has its name only.
 */
function comparable(rows: readonly Row[], found: readonly Call[]): string[] {
  const pids = ofKind(rows, 'process').map(({ pid = 0, ppid = 0 }) => [pid, ppid]);
  const ids = new Set(pids.flat());
  const order = (row: Row): number => pids.findIndex(([pid]) => pid === row.pid);
  const plain = (text: string): string =>
    text
      .replace(/0x[0-9a-f]+/g, '0x')
      .replace(/\[\d+\]/g, '[]')
      .replace(/\b\d+\b/g, (digits) => (ids.has(Number(digits)) ? 'PID' : digits));
  return [...found]
    .sort((x, y) => order(x) - order(y))
    .map((row) => {
      const text = /^(getrandom|wait4)$/.test(row.name ?? '') ? row.name : plain(row.text ?? '');
      return [row.process, text, row.fd ?? '', row.fd_class, plain(row.resource ?? '')].join(' | ');
    });
}

const inSet = (row: Row, ...sets: readonly string[]): boolean =>
  syscallRow((row as { nr?: number }).nr ?? -1, X86_64)?.sets.some((set) => sets.includes(set)) === true;

/** About a path below the folder: by name, or by what its descriptor refers to. */
const below = (row: Call): boolean =>
  [row.resource ?? '', ...(row.args ?? []).map((arg) => arg.replaceAll('"', ''))].some(
    (text) => text === place.folder || text.startsWith(`${place.folder}/`),
  ) ||
  (row.name === 'openat' && row.args?.[1] === '"./data"');

void describe('a filtered trace is the unfiltered one, filtered', () => {
  const unfiltered = record(place.words, ['--no-stacks']).rows;
  const whole = named(unfiltered);
  const cases: readonly (readonly [string, readonly string[], (row: Call) => boolean])[] = [
    ['one call', ['--calls', 'write'], (row) => row.name === 'write'],
    ['a set', ['--calls', 'file'], (row) => inSet(row, 'file')],
    [
      'sets and calls',
      ['--calls', '%network,read,getppid'],
      (row) => inSet(row, 'network') || row.name === 'read' || row.name === 'getppid',
    ],
    ['a negation of the whole', ['--calls', '!desc,memory'], (row) => !inSet(row, 'desc', 'memory')],
    ['a negated item', ['--calls', 'desc,!close'], (row) => inSet(row, 'desc') && row.name !== 'close'],
    ['a regular expression', ['--calls', '/^(p?read|dup)/'], (row) => /^(p?read|dup)/.test(row.name ?? '')],
    ['nothing', ['--calls', 'none'], () => false],
    ['a class', ['--classes', 'pipe'], (row) => row.fd_class === 'pipe'],
    ['classes left out', ['--classes', '!file,none'], (row) => row.fd_class !== 'file' && row.fd_class !== 'none'],
    [
      'a directory and what could not be found',
      ['--classes', 'directory,file'],
      (row) => row.fd_class === 'directory' || row.fd_class === 'file',
    ],
    ['paths', ['--paths', place.folder], below],
    ['a name longer than the kernel keeps', ['--processes', `name=${CHILD}`], (row) => row.process === SHORT],
    ['a process left out', ['--processes', 'name!=filters'], (row) => row.process !== 'filters'],
    ['a parent', ['--processes', 'parent=filters'], (row) => row.parent === 'filters'],
    [
      'one process or another',
      ['--processes', 'name=none', '--processes', `name=${SHORT},parent=filters`],
      (row) => row.process === SHORT,
    ],
    [
      'all at once',
      ['--calls', 'desc', '--classes', 'file', '--paths', `${place.folder}/data`, '--processes', `name=${CHILD}`],
      (row) =>
        inSet(row, 'desc') &&
        row.fd_class === 'file' &&
        below(row) &&
        !(row.text ?? '').includes('missing') &&
        row.process === SHORT,
    ],
  ];
  for (const [name, options, fits] of cases) {
    void it(name, () => {
      const wanted = comparable(unfiltered, whole.filter(fits));
      assert.equal(wanted.length > 0, name !== 'nothing', 'the test has something to compare');
      for (const seccomp of ['on', 'off']) {
        const { ran, rows } = record(place.words, ['--no-stacks', '--seccomp', seccomp, ...options]);
        assert.equal(ran.status, 0, ran.stderr);
        assert.deepEqual(comparable(rows, named(rows)), wanted, `--seccomp ${seccomp}`);
        const [warning] = ofKind(rows, 'warning');
        assert.match(warning?.text ?? '', /^Only a part was recorded/);
      }
    });
  }

  void it('with stacks too: the calls that shape mappings are followed', () => {
    const { rows } = record(place.words, ['--calls', 'write']);
    const writes = calls(rows);
    assert.deepEqual(
      comparable(rows, named(rows)),
      comparable(
        unfiltered,
        whole.filter((row) => row.name === 'write'),
      ),
    );
    for (const { stack } of writes)
      assert.ok(
        stack?.some((frame) => frame.function === 'work'),
        JSON.stringify(stack),
      );
  });
});

void describe('what a filter left out is said', () => {
  const trace = newTrace();
  const ran = run(recordCommand(trace, place.words, ['--stats', '--calls', 'write', '--classes', 'pipe']));

  void it('in the summary, as text and as JSON', () => {
    const text = run([SYSCOPE, 'summary', trace]).stdout;
    assert.match(text, /Only a part was recorded, chosen by --calls 'write' --classes 'pipe'/);
    const { notices } = JSON.parse(run([SYSCOPE, 'summary', '--json', trace]).stdout) as { notices: { reason: string }[] };
    assert.ok(notices.some(({ reason }) => reason === 'filtered'));
  });

  void it('in --stats', () => {
    assert.equal(ran.status, 0, ran.stderr);
    assert.match(ran.stderr, /3 calls, \d\d+ left out by filters/);
  });

  void it('an unfiltered trace says nothing of the kind', () => {
    const { rows } = record(['/bin/true'], ['--calls', 'all']);
    assert.deepEqual(ofKind(rows, 'warning'), []);
  });
});

void it('a misspelt name is refused before anything is started, with the one that was meant', () => {
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ['--calls', 'file,opneat', /did you mean "openat"\?\n$/],
    ['--calls', '%netwrk', /did you mean "%network"\?\n$/],
    ['--classes', 'pip', /did you mean "pipe"\?\n$/],
    ['--processes', 'nmae=x', /did you mean "name"\?\n$/],
    ['--calls', '/(/', /no regular expression/],
    ['--payload', 'some', /a number of bytes, none or all/],
  ];
  for (const [option, value, message] of cases) {
    const trace = newTrace();
    const { status, stderr, stdout } = run(recordCommand(trace, ['/bin/echo', 'started'], [option, value]));
    assert.deepEqual([status, stdout, fs.existsSync(trace)], [125, '', false], stderr);
    assert.match(stderr, message);
  }
});

void it('sets have the calls that strace has in them', () => {
  const strace = (filter: string): string[] => {
    const file = newTrace();
    const ran = run(['strace', '-qq', '-o', file, '-e', `trace=${filter}`, target('every_number'), '462']);
    assert.equal(ran.status, 0, ran.stderr);
    const names = [...fs.readFileSync(file, 'utf8').matchAll(/^([a-z_0-9]+)\(.*ENOSYS/gm)].map(([, name = '']) => name);
    return [...new Set(names)].filter((name) => !name.startsWith('syscall_0x')).sort();
  };
  /** By design: strace 6.1 has close_range in no set. */
  const ours = new Set(['close_range']);
  const known = new Set(strace('all'));
  assert.ok(known.size > 300);
  for (const set of SYSCALL_SETS) {
    const wanted = strace(`%${set}`);
    const rows = [...Array(1000).keys()].flatMap((nr) => syscallRow(nr, X86_64) ?? []);
    const found = rows
      .filter(({ name, sets }) => sets.includes(set) && known.has(name) && !ours.has(name))
      .map(({ name }) => name);
    assert.deepEqual(found.sort(), wanted, set);
  }
});

void describe('payload', () => {
  const readsOf = (option: readonly string[]): readonly (Row & { cut?: readonly object[] })[] =>
    calls(record([target('filters'), place.folder], ['--no-stacks', '--calls', 'read', ...option]).rows);
  const long = (rows: readonly Row[]): (Row & { cut?: readonly object[] }) | undefined => rows.find(({ ret }) => ret === 300);

  void it('256 bytes of each buffer, and what was cut is said on the event', () => {
    const rows = readsOf([]);
    assert.deepEqual(long(rows)?.cut, [{ arg: 1, kept: 256, of: 300 }]);
    assert.equal(rows.find(({ ret }) => ret === 10)?.cut, undefined);
  });

  for (const [size, kept] of [
    ['none', 0],
    ['1', 1],
    ['299', 299],
    ['4096', undefined],
    ['all', undefined],
  ] as const) {
    void it(`--payload ${size}`, () => {
      const row = long(readsOf(['--payload', size]));
      assert.deepEqual(row?.cut, kept === undefined ? undefined : [{ arg: 1, kept, of: 300 }]);
      assert.match(row?.text ?? '', kept === 0 ? /^read\(\d+, ""\.\.\., 300\)/ : /^read\(\d+, "x+"\.\.\., 300\)/);
    });
  }

  void it('a failed read stores none', () => {
    const failed = readsOf([]).find(({ errno }) => errno === 'EAGAIN');
    assert.match(failed?.text ?? '', /^read\(\d+, 0x[0-9a-f]+, 16\) = -1 EAGAIN/);
  });

  void it('all keeps more than a megabyte of one write', () => {
    const { rows } = record(
      ['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=3M', 'count=1'],
      ['--no-stacks', '--calls', 'write', '--payload', 'all'],
    );
    const [row] = calls(rows).filter(({ ret }) => ret === 3 << 20);
    assert.ok(row);
    assert.equal((row as { cut?: unknown }).cut, undefined);
  });
});

void describe('under a filter', () => {
  void it('step goes to the next recorded call, and a detached program goes on', async () => {
    const { peer, child, type, shows, ended, trace } = await start([target('echo_lines')], ['--calls', 'write']);
    type('first');
    await shows('got first');
    await peer.ask(`step ${String(child.pid)}`);
    type('second');
    const stopped = await peer.event('stopped');
    assert.deepEqual([stopped['tid'], stopped['reason']], [child.pid, 'step']);
    assert.equal(calls(rowsOf(trace)).find((row) => row.id === stopped['id'])?.name, 'write');
    await peer.ask('resume');
    await shows('got second');
    await peer.ask('detach');
    assert.equal((await peer.event('end'))['reason'], 'detached');
    type('third');
    await shows('got third');
    child.stdin?.end();
    assert.deepEqual(await ended(), { status: 0, signal: undefined });
    assert.deepEqual([...new Set(calls(rowsOf(trace)).map(({ name }) => name))], ['write']);
  });

  void it('stop on entry holds the first recorded call', async () => {
    const { peer, trace, ended } = await start(place.words, ['--calls', 'getppid', '--stop-on-entry']);
    const stopped = await peer.event('stopped');
    assert.equal(stopped['reason'], 'entry');
    assert.equal(calls(rowsOf(trace)).find((row) => row.id === stopped['id'])?.name, 'getppid');
    await peer.ask('resume');
    assert.equal((await ended()).status, 0);
  });

  void it('calls that a filter of the program refuses are seen, in its child too', () => {
    const { ran, rows } = record([target('own_filter')], ['--calls', 'getppid']);
    const unfiltered = calls(record([target('own_filter')]).rows, 'getppid');
    assert.equal(ran.status, 0);
    assert.deepEqual(
      calls(rows).map(({ name, errno }) => [name, errno]),
      unfiltered.map(({ name, errno }) => [name, errno]),
    );
    assert.ok(unfiltered.some(({ errno }) => errno === 'EPERM'));
  });

  void it('strict mode is warned about, whatever is chosen', () => {
    const { rows } = record([target('strict')], ['--calls', 'none']);
    assert.ok(ofKind(rows, 'warning').some(({ text }) => text?.includes('--seccomp off')));
  });

  void it('a program that is not there is explained', () => {
    const trace = newTrace();
    const file = path.join(freshFolder('broken'), 'broken');
    fs.writeFileSync(file, '#!/nowhere/at/all\n', { mode: 0o755 });
    const { status, stderr } = run(recordCommand(trace, [file], ['--calls', 'none']));
    assert.ok(status === 126 || status === 127, stderr);
    assert.match(stderr, /nowhere/);
  });
});
