/** strace's options of the export: what -s, -v, -y, -yy and -k change in a line, and that nothing else does. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { callLiner, styleOf } from '../../../extension/trace/describe';
import { FD_CLASSES } from '../../../extension/trace/gen/schema';
import { exportStrace, type StraceOptions } from '../../../extension/trace/export/strace';
import { parseCall } from './callText';
import { frame, MemoryTrace, textOf } from './memorySource';

const hex = (text: string): string => Buffer.from(text).toString('hex');
const classId = (id: string): number => FD_CLASSES.findIndex((known) => known.id === id);

async function lines(trace: MemoryTrace, options: StraceOptions): Promise<string[]> {
  const texts = await Promise.all([1, 1000].map((page) => textOf(exportStrace(trace.source(page), options))));
  assert.equal(texts[0], texts[1]);
  return texts[0]!.trimEnd().split('\n');
}

function reads(text: string, full = text.length): MemoryTrace {
  const trace = new MemoryTrace();
  trace.call(100, [`read 3 0x10 ${full} = ${full}`, `  out 1 0x10 ${full} ${hex(text)}`]);
  return trace;
}

void it('-s: so many bytes, at most what was recorded', async () => {
  const text = 'abcdefghij'.repeat(5);
  const shown = async (stringLimit: number, full?: number): Promise<string> =>
    /"[^"]*"(\.\.\.)?/.exec((await lines(reads(text, full), { stringLimit })).join('\n'))![0];
  assert.equal(await shown(4), '"abcd"...');
  assert.equal(await shown(0), '""...');
  assert.equal(await shown(50), `"${text}"`);
  assert.equal(await shown(1000, 60), `"${text}"...`);
});

/** 40 elements that poll was given. */
const polled = ['poll 0x10 40 0 = 0', `  in 0 0x10 320 ${'0300000001000000'.repeat(40)}`];

void it('-s limits elements as well, -v does away with the limit', () => {
  const elements = (options: Parameters<typeof styleOf>[0]): string => {
    const { entry } = callLiner(styleOf(options))(parseCall(polled));
    return `${entry.split('POLLIN').length - 1}${entry.includes('...') ? '...' : ''}`;
  };
  assert.equal(elements({}), '32...');
  assert.equal(elements({ stringLimit: 3 }), '3...');
  assert.equal(elements({ abbreviate: false }), '40');
  assert.equal(elements({ abbreviate: false, stringLimit: 3 }), '40');
});

void it('-v: directory entries one by one, also of hostile bytes', () => {
  const whole = callLiner(styleOf({ abbreviate: false }));
  const bytes = (length: number, name: string): string =>
    `${'01'.padEnd(16, '0')}${'02'.padEnd(16, '0')}${length.toString(16).padStart(2, '0')}0008${hex(name).padEnd((length - 19) * 2, '0')}`;
  const rest = (data: string): string => {
    const size = data.length / 2;
    return whole(parseCall([`getdents64 3 0x10 100 = ${size}`, `  out 1 0x10 ${size} ${data}`])).rest;
  };
  assert.equal(rest(bytes(24, 'a"b')), '[{d_ino=1, d_off=2, d_reclen=24, d_type=DT_REG, d_name="a\\"b"}], 100)');
  assert.equal(
    rest(bytes(24, 'ab').replace(/180008/, 'ffff08')),
    '[{d_ino=1, d_off=2, d_reclen=65535, d_type=DT_REG, d_name="ab"}], 100)',
  );
  assert.equal(rest(bytes(24, 'ab').replace(/180008/, '000008')), '[], 100)');
  assert.equal(rest('0'.repeat(20)), '[], 100)');
});

function withFiles(): MemoryTrace {
  const trace = new MemoryTrace({ cwd: '/home/a<b' });
  trace.descriptions.push(
    { classId: classId('file'), name: '/etc/passwd', peer: 0, inode: 7n },
    { classId: classId('network'), name: 'tcp 127.0.0.1:1 -> 127.0.0.1:2', peer: 0, inode: 8n },
    { classId: classId('poll'), name: 'eventpoll', peer: 0, inode: 9n },
    { classId: classId('file'), name: '/tmp/x>y (deleted)', peer: 0, inode: 9n },
    { classId: classId('network'), name: 'tcp [::1]:5', peer: 0, inode: 10n },
    { classId: classId('watch'), name: 'inotify', peer: 0, inode: 11n },
    { classId: classId('process'), name: 'pidfd:[7]', peer: 0, inode: 12n },
  );
  return trace;
}

const ENDS: readonly (readonly [number, string, string])[] = [
  [1, '</etc/passwd>', '</etc/passwd>'],
  [2, '<socket:[8]>', '<TCP:[127.0.0.1:1->127.0.0.1:2]>'],
  [3, '<anon_inode:[eventpoll]>', '<anon_inode:[eventpoll]>'],
  [4, '</tmp/x\\76y>(deleted)', '</tmp/x\\76y>(deleted)'],
  [5, '<socket:[10]>', '<TCPv6:[[::1]:5]>'],
  [6, '<anon_inode:inotify>', '<anon_inode:inotify>'],
  [7, '<anon_inode:[pidfd]>', '<pid:7>'],
  [8, '', ''],
];

void it('-y and -yy: what a number refers to when the call begins', async () => {
  for (const [description, path, all] of ENDS) {
    const trace = withFiles();
    trace.descriptionOf = () => description;
    trace.call(100, ['close 3 = 0']);
    assert.match((await lines(trace, { decodeFds: 'path' }))[0]!, new RegExp(`^100   close\\(3${quote(path)}\\) `));
    assert.match((await lines(trace, { decodeFds: 'all' }))[0]!, new RegExp(`^100   close\\(3${quote(all)}\\) `));
    assert.match((await lines(trace, {}))[0]!, /^100 {3}close\(3\) /);
  }
});

const quote = (text: string): string => text.replaceAll(/[[\]\\().*+?^$|]/g, '\\$&');

void it('-y: results are what the call made, numbers that are not open are bare, AT_FDCWD is the directory', async () => {
  const trace = withFiles();
  trace.call(100, ['openat 0xffffff9c 0x10 0 = 3', '  in 1 0x10 2 6100'], { fd: 3, description: 1 });
  trace.call(100, ['dup2 3 20 = 20'], {
    fd: 3,
    description: 1,
    ties: [{ fd: 20, role: 7, count: 0, classId: 1, description: 1, resource: '' }],
  });
  trace.call(100, ['fcntl 3 0 50 = 50'], {
    fd: 3,
    description: 1,
    ties: [{ fd: 50, role: 7, count: 0, classId: 1, description: 1, resource: '' }],
  });
  trace.call(100, ['chdir 0x10 = 0', `  in 0 0x10 5 ${hex('../c')}00`]);
  trace.call(100, ['openat 0xffffff9c 0x10 0 = -2', '  in 1 0x10 2 6100']);
  trace.descriptionOf = (fd) => (fd === 3 ? 1 : 0);
  assert.deepEqual(
    (await lines(trace, { decodeFds: 'path' })).map((line) => line.replace(/ +=/, ' =')),
    [
      '100   openat(AT_FDCWD</home/a\\74b>, "a", O_RDONLY) = 3</etc/passwd>',
      '100   dup2(3</etc/passwd>, 20) = 20</etc/passwd>',
      '100   fcntl(3</etc/passwd>, F_DUPFD, 50) = 50</etc/passwd>',
      '100   chdir("../c") = 0',
      '100   openat(AT_FDCWD</home/c>, "a", O_RDONLY) = -1 ENOENT (No such file or directory)',
    ],
  );
});

void it('-k: the stack behind the result, behind the second half of a call that was broken; none of a call that never returned', async () => {
  const trace = new MemoryTrace();
  trace.stacksOf = (stack) => ({
    frames: [frame(0x1fn, `f${stack}`, 7), frame(0x2fn, undefined), { ...frame(5n, 'x'), module: '' }],
    end: 'complete',
  });
  const read = trace.start(100, ['read 0 0x10 0 = ?'], { stack: 1 });
  trace.call(101, ['getpid = 100'], { stack: 2 });
  trace.end(read, 0n);
  trace.start(100, ['exit_group 0 = ?'], { stack: 1 });
  trace.exit(100, 0);
  const stack = (name: string): string[] => [` > /bin/prog(${name}) [0x1f] /src/prog.c:7`, ' > /bin/prog() [0x2f]', ' > [0x5]'];
  assert.deepEqual(await lines(trace, { stacks: true }), [
    '100   read(0,  <unfinished ...>',
    '101   getpid()                          = 100',
    ...stack('f2'),
    '100   <... read resumed>"", 0)          = 0',
    ...stack('f1'),
    '100   exit_group(0)                     = ?',
    '100   +++ exited with 0 +++',
  ]);
});
