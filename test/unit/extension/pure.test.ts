/** The pure parts of the extension: attributes, names and limits of traces, frames and paths of sources, the page's HTML. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkAttach, checkLaunch } from '../../../extension/debug/attributes';
import { parseControlLine } from '../../../extension/debug/controlProtocol';
import { terminalScript } from '../../../extension/debug/plainRun';
import { commandLine, statusField } from '../../../extension/debug/processes';
import { imageKind } from '../../../extension/debug/program';
import { encodeWords } from '../../../extension/debug/sessionFile';
import { ThreadList } from '../../../extension/debug/threads';
import { timelinePage } from '../../../extension/timeline/html';
import { hiddenBits } from '../../../extension/timeline/requests';
import { chooseFrame, frameProblem, type SourceChoice } from '../../../extension/timeline/sourceFrame';
import { bestBySuffix, mapSource, normalise } from '../../../extension/timeline/sourcePath';
import { ViewStates } from '../../../extension/timeline/viewStates';
import type { ResolvedFrame } from '../../../extension/trace/engineProtocol';
import type { ViewState } from '../../../extension/trace/timelineProtocol';
import { fromWire, toWire } from '../../../extension/trace/wire';
import { programOf, traceName, tracesToDelete, type StoredTrace } from '../../../extension/views/storage';

test('a launch configuration gets its defaults', () => {
  const { value, problems } = checkLaunch({ program: '/bin/ls' });
  assert.deepEqual(problems, []);
  assert.deepEqual(value, {
    request: 'launch',
    program: '/bin/ls',
    args: [],
    cwd: undefined,
    env: {},
    console: 'integratedTerminal',
    stopOnEntry: false,
    capture: { stacks: true, payloadBytes: 256, filters: { calls: [], paths: [], classes: [], processes: [] } },
    traceFile: undefined,
    sourceFileMap: {},
    noDebug: false,
  });
});

test('every wrong attribute is said, by its name', () => {
  const { value, problems } = checkLaunch({
    program: 7,
    args: 'x',
    env: { 'A=B': '', C: 3, D: null },
    console: 'external',
    stopOnEntry: 1,
    capture: { payloadBytes: -1, stacks: 'no' },
    sourceFileMap: [],
  });
  assert.equal(value, undefined);
  for (const name of [
    'program',
    'args',
    'env.A=B',
    'env.C',
    'console',
    'stopOnEntry',
    'capture.payloadBytes',
    'capture.stacks',
    'sourceFileMap',
  ]) {
    assert.ok(
      problems.some((problem) => problem.startsWith(`"${name}" must be`)),
      `${name}: ${problems.join(' ')}`,
    );
  }
  assert.equal(problems.length, 9);
});

test('texts with a NUL are refused: they would become two words', () => {
  assert.deepEqual(checkLaunch({ program: '/bin/ls\0x' }).problems, ['"program" must be a text without NUL characters.']);
  assert.equal(checkLaunch({ program: '/bin/ls', args: ['a\0b'] }).value, undefined);
  assert.equal(checkLaunch({ program: '/bin/ls', env: { A: 'x\0y' } }).value, undefined);
});

test("a process is named by a number or by the picker's text", () => {
  assert.equal(checkAttach({ processId: 12 }).value?.processId, 12);
  assert.equal(checkAttach({ processId: '12' }).value?.processId, 12);
  for (const processId of [undefined, '', '1x', 0, -3, 1.5, '99999999999'])
    assert.equal(checkAttach({ processId }).value, undefined);
});

test('lines of the control channel are checked', () => {
  assert.deepEqual(parseControlLine('{"reply":3,"ok":true}'), { type: 'reply', reply: 3, error: undefined });
  assert.deepEqual(parseControlLine('{"reply":3,"error":"no"}'), { type: 'reply', reply: 3, error: 'no' });
  assert.deepEqual(parseControlLine('{"event":"stopped","tid":5,"reason":"pause","id":9}'), {
    type: 'event',
    event: { event: 'stopped', tid: 5, reason: 'pause', id: 9 },
  });
  assert.deepEqual(parseControlLine('{"event":"exited","pid":5,"signal":9}'), {
    type: 'event',
    event: { event: 'exited', pid: 5, code: undefined, signal: 9 },
  });
  for (const line of [
    '',
    '{',
    'null',
    '7',
    '{"event":"stopped","tid":-1,"reason":"pause"}',
    '{"event":"stopped","tid":1,"reason":"?"}',
    '{"event":"new kind"}',
    '{"event":"thread","pid":1}',
  ]) {
    assert.equal(parseControlLine(line), undefined, line);
  }
});

test('what starts a file is told from its first bytes', () => {
  const elf = Buffer.alloc(64);
  elf.set([0x7f, 0x45, 0x4c, 0x46, 2, 1], 0);
  elf.writeUInt16LE(3, 16);
  elf.writeUInt16LE(183, 18);
  assert.deepEqual(imageKind(elf), { kind: 'elf', bits: 64, type: 3, machine: 183 });
  assert.deepEqual(imageKind(Buffer.from('#! /usr/bin/env node\nx')), { kind: 'script', interpreter: '/usr/bin/env' });
  assert.deepEqual(imageKind(Buffer.from('#!')), { kind: 'script', interpreter: '' });
  assert.deepEqual(imageKind(Buffer.alloc(0)), { kind: 'empty' });
  assert.deepEqual(imageKind(Buffer.from('MZ')), { kind: 'unknown' });
  assert.deepEqual(imageKind(elf.subarray(0, 10)), { kind: 'unknown' });
});

test('words of a session file end with a NUL each', () => {
  assert.equal(encodeWords(['out=/a b', 'arg=']), 'out=/a b\0arg=\0');
});

test('the script of a plain run keeps every word as it is', () => {
  const launch = checkLaunch({ program: '/p', args: ["it's", '$HOME', ''], env: { A: "1'2", B: null } }).value;
  assert.ok(launch !== undefined);
  assert.equal(
    terminalScript(launch, '/my program', '/my folder', '/t/p'),
    "cd -- '/my folder' || exit 126\necho $$ >'/t/p'\nexec env -u 'B' 'A=1'\\''2' '/my program' 'it'\\''s' '$HOME' ''\n",
  );
});

test('names and command lines of processes cannot shape the picker', () => {
  assert.equal(commandLine('a\0b c\0\x1b[31m\nd\0'), 'a b c [31m d');
  assert.equal(statusField('Name:\tx\nTracerPid:\t17\n', 'TracerPid'), '17');
  assert.equal(statusField('Name:\tx\n', 'TracerPid'), undefined);
});

test('a process that execs keeps its threads and gets its new name', () => {
  const threads = new ThreadList();
  threads.take({ event: 'hello', version: 1, pid: 5, program: '/bin/sh', trace: '/t', attached: false });
  threads.take({ event: 'process', pid: 5, ppid: 1, name: 'sh' });
  assert.deepEqual(threads.changes(), [{ reason: 'started', threadId: 5 }]);
  threads.take({ event: 'process', pid: 5, ppid: 1, name: '/usr/bin/ls' });
  assert.deepEqual(threads.list(), [{ id: 5, name: 'ls [5]' }]);
  threads.take({ event: 'stopped', tid: 5, reason: 'pause', id: 44 });
  assert.equal(threads.stoppedAt(5), 44);
  threads.take({ event: 'continued', tid: 0 });
  assert.equal(threads.stoppedAt(5), undefined);
  threads.take({ event: 'exited', pid: 5, code: 0, signal: undefined });
  assert.deepEqual(threads.changes(), [{ reason: 'exited', threadId: 5 }]);
  assert.equal(threads.processCount, 0);
});

const frame = (module: string, file?: string, missing?: ResolvedFrame['missing']): ResolvedFrame => ({
  address: 1n,
  module,
  buildId: '',
  offset: 1n,
  function: 'f',
  location: file === undefined ? undefined : { file, line: 3, column: 1 },
  inlined: false,
  guess: false,
  signal: false,
  missing,
  sourceHash: undefined,
  sourceMtimeMs: undefined,
  moduleMtimeMs: undefined,
});
const LIBC = frame('/lib/x86_64-linux-gnu/libc.so.6', undefined, 'no-debug-info');
const context = { folders: ['/ws'], program: '/ws/a.out' };
const textOf = (choice: SourceChoice): string =>
  choice.type === 'problem' ? `${choice.kind}: ${choice.text}` : String(choice.frame);

test('a click opens the innermost frame that lies in the workspace', () => {
  const frames = [LIBC, frame('/ws/a.out', '/ws/inline.h'), frame('/ws/a.out', '/ws/main.c')];
  assert.equal(textOf(chooseFrame(frames, [undefined, '/ws/inline.h', '/ws/main.c'], context)), '1');
  assert.equal(textOf(chooseFrame(frames, [undefined, '/opt/inline.h', '/ws/main.c'], context)), '2');
  assert.equal(textOf(chooseFrame([frame('/x', '/wsx/a.c')], ['/wsx/a.c'], context)).split(':')[0], 'not-in-workspace');
});

test('each reason why there is no source has its remedy', () => {
  assert.match(textOf(chooseFrame([], [], context)), /^no-stack: .*"capture.stacks"/);
  assert.match(
    textOf(chooseFrame([LIBC, frame('/ws/a.out', undefined, 'no-debug-info')], [], context)),
    /^no-debug-info: "a.out".*-g/,
  );
  assert.match(
    textOf(chooseFrame([LIBC, frame('/ws/a.out', undefined, 'module-changed')], [], context)),
    /^module-changed: .*trace it again/,
  );
  assert.match(textOf(chooseFrame([LIBC, frame('/ws/a.out', undefined, 'no-module')], [], context)), /^no-module: .*gone/);
  assert.match(
    textOf(chooseFrame([LIBC, frame('/ws/a.out', '/build/main.c')], [], context)),
    /^source-missing: "?.*\/build\/main.c.*sourceFileMap/,
  );
  assert.match(
    textOf(chooseFrame([LIBC, frame('/opt/b', '/opt/b.c')], [undefined, '/opt/b.c'], context)),
    /^not-in-workspace: .*"\/opt\/b.c", line 3/,
  );
  assert.match(
    textOf(chooseFrame([LIBC, frame('/opt/b', '/opt/b.c')], [undefined, '/opt/b.c'], { ...context, folders: [] })),
    /^no-workspace: No folder is open/,
  );
  assert.match(textOf(chooseFrame([LIBC], [undefined], context)), /^not-in-workspace: .*libc.so.6 made it/);
  assert.equal(frameProblem(frame('/ws/a.out', '/ws/main.c'), '/ws/main.c'), undefined);
});

test('sources that moved are found by map and by suffix', () => {
  assert.equal(mapSource('/build/src/a.c', { '/build': '/x', '/build/src/': '/ws/' }), '/ws/a.c');
  assert.equal(mapSource('/builder/a.c', { '/build': '/x' }), undefined);
  assert.equal(mapSource('/a/b.c', { '/': '/root' }), '/root/a/b.c');
  assert.equal(bestBySuffix('/build/lib/util.c', ['/ws/lib/util.c', '/ws/test/util.c']), '/ws/lib/util.c');
  assert.equal(bestBySuffix('/build/util.c', ['/ws/lib/util.c', '/ws/test/util.c']), undefined);
  assert.equal(bestBySuffix('/build/util.c', []), undefined);
  assert.equal(normalise('/a/./b/../c//d.c'), '/a/c/d.c');
  assert.equal(normalise('../../x.c'), '../../x.c');
  assert.equal(normalise('/../x.c'), '/x.c');
});

test('the newest traces stay, and those in use', () => {
  const trace = (path: string, bytes = 10): StoredTrace => ({ path, program: '', modifiedMs: 0, bytes, recording: false });
  const traces = ['new', 'b', 'c', 'used'].map((path) => trace(path));
  const deleted = (limits: { traces: number; bytes: number }): readonly string[] =>
    tracesToDelete(traces, limits, ({ path }) => path === 'used').map(({ path }) => path);
  assert.deepEqual(deleted({ traces: 10, bytes: 1000 }), []);
  assert.deepEqual(deleted({ traces: 3, bytes: 1000 }), ['c']);
  assert.deepEqual(deleted({ traces: 10, bytes: 25 }), ['b', 'c']);
  assert.deepEqual(deleted({ traces: 0, bytes: 0 }), ['new', 'b', 'c']);
});

test('a trace is named by program and time, whatever the program is called', () => {
  const time = new Date(2026, 10, 26, 7, 5, 9);
  assert.equal(traceName('demo', time), 'demo-2026-11-26-070509');
  assert.equal(traceName("a b/../'$x", time), 'a_b_.._x-2026-11-26-070509');
  assert.equal(traceName('..', time), 'trace-2026-11-26-070509');
  assert.equal(programOf('/s/my-tool-2026-11-26-070509-2.syscope'), 'my-tool');
  assert.equal(programOf('/s/other.syscope'), 'other');
});

test('the page allows its own script and style by their nonce, and nothing else', () => {
  const script = 'const end = "</script><b>";\n//# sourceMappingURL=timeline.js.map\n';
  const html = timelinePage({ script, style: 'b::after { content: "</STYLE>" }', nonce: 'a"b' });
  assert.match(html, /default-src 'none'; script-src 'nonce-a&#34;b'; style-src 'nonce-a&#34;b'; base-uri 'none';/);
  assert.ok(!/unsafe-(inline|eval)|https?:|sourceMappingURL/.test(html));
  assert.ok(html.includes('const end = "<\\/script><b>";'));
  assert.equal(html.match(/<\/(script|style)>/gi)?.length, 2);
});

test('hidden classes become bits', () => {
  assert.equal(hiddenBits(['none', 'network', 'no such class']), (1 << 0) | (1 << 4));
});

test('bigints, infinities and bytes cross to the webview', () => {
  const value = {
    a: 2n ** 63n,
    b: [Infinity, -Infinity, 1.5],
    c: Uint8Array.from([1, 2]),
    d: undefined,
    e: { f: 'text', g: -1n },
  };
  const sent = JSON.parse(JSON.stringify(toWire({ ...value, c: undefined }))) as unknown;
  assert.deepEqual(fromWire(sent), { a: value.a, b: value.b, e: value.e });
  const bytes = toWire(Buffer.from('abc').subarray(1)) as Uint8Array;
  assert.equal(bytes.constructor, Uint8Array);
  assert.equal(bytes.buffer.byteLength, 2);
  const doubles = new Float64Array([1, 2, 3]).subarray(1);
  assert.equal((toWire(doubles) as Float64Array).buffer.byteLength, 16);
});

test('views are remembered by trace, and a restarted one is shown as the one before', () => {
  const stored = new Map<string, unknown>();
  const memento = {
    get: (key: string) => stored.get(key),
    update: (key: string, value: unknown) => Promise.resolve(void stored.set(key, value)),
  };
  const state: ViewState = {
    version: 1,
    range: { t0: 1, t1: 2 },
    follow: false,
    hidden: ['network'],
    collapsed: [],
    loader: false,
    selected: 4,
    drawer: undefined,
    drawerSize: undefined,
    scrollTop: 3,
    expanded: [],
    group: 'thread',
  };
  const views = new ViewStates(memento);
  views.set('/a', state);
  views.replace('/b', '/a');
  assert.deepEqual(views.get('/b'), { ...state, selected: undefined });
  assert.equal(views.previous('/b'), '/a');
  for (let i = 0; i < 60; i++) views.set(`/t${String(i)}`, state);
  assert.equal(views.get('/a'), undefined);
  return views.flush().then(() => {
    const again = new ViewStates({ ...memento, get: (key) => JSON.parse(JSON.stringify(stored.get(key))) as unknown });
    assert.deepEqual(again.get('/t59')?.hidden, ['network']);
    assert.equal(again.get('/t59')?.group, 'thread');
    assert.equal(
      new ViewStates({ ...memento, get: () => [['/x', 5], 'y', ['/z', { state: { version: 9 } }]] }).get('/z'),
      undefined,
    );
  });
});
