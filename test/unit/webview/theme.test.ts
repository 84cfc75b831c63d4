/** The class colours: far enough from each other to be told apart, and from the background to be seen. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PANE_ORDER } from '../../../webview/model/classes';
import { contrast, inkOn, mix, parseColour, withAlpha } from '../../../webview/model/colour';
import type { Rgb } from '../../../webview/model/colour';
import { CLASS_COLOURS } from '../../../webview/theme';
import type { ThemeKind } from '../../../webview/theme';
import { deltaE2000 } from './deltaE';

const KINDS: readonly ThemeKind[] = ['dark', 'light', 'hc-dark', 'hc-light'];
/** Editor backgrounds of VS Code's own themes and of the most installed others. */
const BACKGROUNDS: Readonly<Record<ThemeKind, readonly string[]>> = {
  dark: ['#1e1e1e', '#1f1f1f', '#252526', '#282c34', '#0d1117', '#272822', '#002b36'],
  light: ['#ffffff', '#f8f8f8', '#f5f5f5', '#fdf6e3'],
  'hc-dark': ['#000000'],
  'hc-light': ['#ffffff'],
};

function rgb(text: string): Rgb {
  const colour = parseColour(text);
  assert.ok(colour, `${text} is a colour`);
  return colour;
}

test('deltaE2000 gives the published values of its test pairs', () => {
  // Sharma, Wu, Dalal: The CIEDE2000 color-difference formula, table 1, pairs 1, 7, 17 and 24.
  const pairs = [
    [{ l: 50, a: 2.6772, b: -79.7751 }, { l: 50, a: 0, b: -82.7485 }, 2.0425],
    [{ l: 50, a: 0, b: 0 }, { l: 50, a: -1, b: 2 }, 2.3669],
    [{ l: 50, a: 2.5, b: 0 }, { l: 73, a: 25, b: -18 }, 27.1492],
    [{ l: 50, a: 2.5, b: 0 }, { l: 50, a: 3.2592, b: 0.335 }, 1.0],
  ] as const;
  for (const [a, b, expected] of pairs) {
    assert.ok(Math.abs(deltaE2000.ofLab(a, b) - expected) < 0.0002, `${String(deltaE2000.ofLab(a, b))} is ${String(expected)}`);
  }
});

for (const kind of KINDS) {
  test(`${kind}: every class has a colour at ΔE2000 ≥ 10 from every other`, () => {
    const colours = PANE_ORDER.map((info) => ({ id: info.id, colour: rgb(CLASS_COLOURS[kind][info.id]) }));
    for (const [index, a] of colours.entries()) {
      for (const b of colours.slice(index + 1)) {
        const distance = deltaE2000.ofRgb(a.colour, b.colour);
        assert.ok(distance >= 10, `${a.id} and ${b.id} differ by ${distance.toFixed(1)}`);
      }
    }
  });

  test(`${kind}: every class has 3:1 with the background, and its ink 4.5:1 with it`, () => {
    for (const info of PANE_ORDER) {
      const fill = CLASS_COLOURS[kind][info.id];
      for (const background of BACKGROUNDS[kind]) {
        const ratio = contrast(rgb(fill), rgb(background));
        assert.ok(ratio >= 3, `${info.id} on ${background}: ${ratio.toFixed(2)}`);
      }
      assert.ok(contrast(rgb(fill), rgb(inkOn(fill))) >= 4.5, `ink on ${info.id}`);
    }
  });
}

test('glyphs are all different', () => {
  assert.equal(new Set(PANE_ORDER.map((info) => info.glyph)).size, PANE_ORDER.length);
});

test('colours are read in the forms that VS Code writes, anything else is none', () => {
  assert.deepEqual(parseColour(' #1F1f1f '), { r: 31, g: 31, b: 31 });
  assert.deepEqual(parseColour('#fff'), { r: 255, g: 255, b: 255 });
  assert.deepEqual(parseColour('#0102037f'), { r: 1, g: 2, b: 3 });
  assert.deepEqual(parseColour('rgba(1, 2, 3, 0.5)'), { r: 1, g: 2, b: 3 });
  assert.deepEqual(parseColour('rgb(1 2 3)'), { r: 1, g: 2, b: 3 });
  for (const text of ['', 'red', '#12', 'url(x)', 'rgb(a, b, c)', '#ggg']) {
    assert.equal(parseColour(text), undefined, text);
  }
});

test('mixing and alpha', () => {
  assert.equal(mix('#ffffff', '#000000', 0.5), 'rgb(128, 128, 128)');
  assert.equal(withAlpha('#102030', 0.25), 'rgba(16, 32, 48, 0.25)');
});
