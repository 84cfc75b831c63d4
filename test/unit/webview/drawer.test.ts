/** The drawer's pure parts: bytes as text and hex, the rows of a long list, frames as text. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ResolvedFrame } from '../../../extension/trace/engineProtocol';
import { frameName, frameSource, missingReason, stackEnd } from '../../../webview/drawer/frames';
import { hexDump, payloadText } from '../../../webview/drawer/payload';
import { LIST_ROW_HEIGHT, listHeight, listWindow, scrollToShow } from '../../../webview/drawer/window';
import { commandOf } from '../../../webview/input/keyboard';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test('a hex dump has offset, bytes and text, the last line as wide as the others', () => {
  const lines = hexDump(bytes('GET / HTTP/1.1\r\nHost: x'), 16);
  assert.deepEqual(
    lines.map(({ offset, text }) => [offset, text]),
    [
      ['0000', 'GET / HTTP/1.1..'],
      ['0010', 'Host: x'],
    ],
  );
  assert.equal(lines[0]?.hex, '47 45 54 20 2f 20 48 54  54 50 2f 31 2e 31 0d 0a');
  assert.equal(lines[0].hex.length, lines[1]?.hex.length);
  assert.deepEqual(hexDump(new Uint8Array(), 16), []);
  assert.equal(hexDump(new Uint8Array(20), 8).length, 3);
});

test('text is shown as text, binary is not, and nothing hostile gets through', () => {
  assert.equal(payloadText(bytes('hello\n\tworld')), 'hello\n\tworld');
  assert.equal(payloadText(bytes('Grüße, 世界')), 'Grüße, 世界');
  assert.equal(payloadText(bytes('GET / HTTP/1.1\r\n')), 'GET / HTTP/1.1\\r\n');
  assert.equal(payloadText(Uint8Array.from({ length: 64 }, (_, index) => index * 3)), undefined);
  assert.equal(payloadText(new Uint8Array()), undefined);
  assert.equal(payloadText(bytes('colour \u001b[31mred and more text')), 'colour \\x1b[31mred and more text');
  assert.equal(payloadText(bytes('abc\u202edefghijklmnop')), 'abc\\u{202e}defghijklmnop');
});

test('a character that the capture cut in two does not make text binary', () => {
  assert.equal(payloadText(bytes('aé').subarray(0, 2)), 'a');
});

test('a list shows the rows in its window', () => {
  const shown = listWindow(1000, LIST_ROW_HEIGHT * 10.5, LIST_ROW_HEIGHT * 5);
  assert.equal(shown.first, 10);
  assert.equal(shown.offset, -LIST_ROW_HEIGHT / 2);
  assert.ok(shown.count >= 6);
  assert.equal(listWindow(3, 0, 500).count, 3);
  assert.deepEqual(listWindow(0, 0, 500), { height: 0, first: 0, count: 0, offset: 0 });
});

test('a list of ten million rows reaches its last one', () => {
  const total = 10_000_000;
  const view = 400;
  assert.ok(listHeight(total) < 33_000_000);
  const end = listWindow(total, listHeight(total) - view, view);
  assert.equal(end.first + end.count, total);
  assert.equal(listWindow(total, 0, view).first, 0);
});

test('scrolling to a row shows it, and not at all if it is seen', () => {
  for (const total of [50, 5000, 10_000_000]) {
    const row = Math.floor(total * 0.7);
    const top = scrollToShow(row, total, 0, 300);
    const shown = listWindow(total, top, 300);
    assert.ok(row >= shown.first && row < shown.first + shown.count, `${String(row)} of ${String(total)}`);
    assert.equal(scrollToShow(row, total, top, 300), top);
  }
});

const FRAME: ResolvedFrame = {
  address: 0x401136n,
  module: '/usr/bin/demo',
  buildId: '',
  offset: 0x1136n,
  function: 'copy_file',
  location: { file: '/src/copy.c', line: 42, column: 1 },
  inlined: false,
  guess: false,
  signal: false,
  missing: undefined,
  sourceHash: undefined,
  sourceMtimeMs: undefined,
  moduleMtimeMs: undefined,
};

test('frames are named by function and line, else by module and place, else by address', () => {
  assert.equal(frameName(FRAME), 'copy_file');
  assert.equal(frameSource(FRAME), 'copy.c:42');
  assert.equal(frameSource({ ...FRAME, location: undefined }), 'demo+0x1136');
  assert.equal(frameName({ ...FRAME, function: undefined }), '0x401136');
  assert.equal(frameSource({ ...FRAME, location: undefined, module: '' }), 'no module');
});

test('each reason for a missing line says what it is', () => {
  const reasons = (['no-debug-info', 'no-module', 'module-changed'] as const).map((missing) =>
    missingReason({ ...FRAME, missing }),
  );
  assert.equal(new Set(reasons).size, 3);
  assert.match(reasons[0] ?? '', /rebuild with -g/);
  assert.equal(missingReason(FRAME), undefined);
  assert.equal(stackEnd({ frames: [], end: 'complete' }), undefined);
  const ends = (['limit', 'no-cfi', 'unreadable', 'guess'] as const).map((end) => stackEnd({ frames: [], end }));
  assert.equal(new Set(ends).size, 4);
});

test('keys are commands, but none of VS Code’s', () => {
  const key = (name: string, change = {}): ReturnType<typeof commandOf> =>
    commandOf({ key: name, ctrlKey: false, altKey: false, metaKey: false, ...change });
  assert.equal(key('ArrowRight'), 'next');
  assert.equal(key('W'), 'zoomIn');
  assert.equal(key('+'), 'zoomIn');
  assert.equal(key('f'), 'fit');
  assert.equal(key('Enter'), 'source');
  assert.equal(key('f', { ctrlKey: true }), undefined);
  assert.equal(key('w', { metaKey: true }), undefined);
  assert.equal(key('x'), undefined);
  assert.equal(key('F5'), undefined);
});
