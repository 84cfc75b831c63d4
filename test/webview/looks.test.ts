/**
 * How the timeline looks and whether everyone can use it: axe in the four kinds of theme, pixels of the canvas, and
 * screenshots to look at in test/.out.
 */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { AxeResults, RunOptions } from 'axe-core';
import { CLASS_COLOURS } from '../../webview/theme';
import { launchBrowser, openTimeline, pointOf, settled } from './harness';
import type { Timeline } from './harness';
import { THEMES } from './themes';
import type { ThemeName } from './themes';

declare global {
  interface Window {
    readonly axe: { run(options: RunOptions): Promise<AxeResults> };
  }
}

const OUT = 'test/.out/webview';
const NAMES = Object.keys(THEMES) as readonly ThemeName[];

let browser: Browser;
before(async () => {
  fs.mkdirSync(OUT, { recursive: true });
  browser = await launchBrowser();
});
after(async () => {
  await browser.close();
});

/** Rules that axe calls serious or critical. */
async function seriousProblems(page: Page): Promise<readonly string[]> {
  const source = fs.readFileSync('node_modules/axe-core/axe.min.js', 'utf8');
  await page.evaluate(source);
  const results = await page.evaluate(() => window.axe.run({ resultTypes: ['violations'] }));
  return results.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary ?? ''}`));
}

async function filterToDemo(page: Page): Promise<void> {
  await page.evaluate(() => {
    const term = { type: 'process', process: 0, family: false } as const;
    window.testHost.send({ type: 'filter', filter: [{ term, label: 'process demo 4711' }] });
  });
}

/** The canvas's colour at a point of the page. */
async function pixel(timeline: Timeline, x: number, y: number): Promise<string> {
  return timeline.canvas.evaluate(
    (canvas: HTMLCanvasElement, point) => {
      const box = canvas.getBoundingClientRect();
      const [r = 0, g = 0, b = 0] = canvas.getContext('2d')?.getImageData(point.x - box.x, point.y - box.y, 1, 1).data ?? [];
      return `#${[r, g, b].map((part) => part.toString(16).padStart(2, '0')).join('')}`;
    },
    { x: Math.round(x), y: Math.round(y) },
  );
}

for (const theme of NAMES) {
  test(`${theme}: every class in its colour, nothing serious from axe`, { timeout: 120_000 }, async () => {
    const timeline = await openTimeline(browser, { theme, height: 900 });
    try {
      const read = await pointOf(timeline, 'fd 0 /dev/pts/3 — demo [4711]', 3_500_000);
      assert.equal(await pixel(timeline, read.x, read.y), CLASS_COLOURS[theme].terminal);
      const wait = await pointOf(timeline, 'fd 9 anon_inode:[eventpoll] — demo [4711]', 9_500_000);
      assert.equal(await pixel(timeline, wait.x, wait.y), CLASS_COLOURS[theme].poll);
      for (const [step, prepare, judged] of [
        ['plain', async () => Promise.resolve(), false],
        ['selected', async () => timeline.page.mouse.click(read.x, read.y), true],
        ['stack', async () => timeline.page.getByRole('tab', { name: 'Stack' }).click(), theme === 'dark'],
        ['events', async () => timeline.page.getByRole('tab', { name: 'Events' }).click(), true],
        ['filter', async () => filterToDemo(timeline.page), true],
      ] as const) {
        await prepare();
        await settled(timeline.page);
        await timeline.page.screenshot({ path: `${OUT}/${theme}-${step}.png` });
        assert.deepEqual(judged ? await seriousProblems(timeline.page) : [], [], step);
      }
      assert.deepEqual(timeline.errors, []);
    } finally {
      await timeline.close();
    }
  });
}

test('a switch of the theme is drawn at once', { timeout: 120_000 }, async () => {
  const timeline = await openTimeline(browser, { theme: 'dark', height: 900 });
  try {
    const { x, y } = await pointOf(timeline, 'fd 0 /dev/pts/3 — demo [4711]', 3_500_000);
    await timeline.page.evaluate(() => {
      document.body.className = 'vscode-light';
      document.documentElement.style.setProperty('--vscode-editor-background', '#ffffff');
    });
    await settled(timeline.page);
    assert.equal(await pixel(timeline, x, y), CLASS_COLOURS.light.terminal);
    assert.equal(await pixel(timeline, x + 200, y + 100), '#ffffff');
  } finally {
    await timeline.close();
  }
});

test('a failed call differs from one that succeeded by more than its colour', { timeout: 120_000 }, async () => {
  const timeline = await openTimeline(browser, {});
  try {
    const failed = await pointOf(timeline, 'by path — demo [4711]', 4_090_000);
    const row = await timeline.page.locator('.row-lane[data-label^="by path"]').boundingBox();
    assert.ok(row);
    // Above the box, where no box is drawn: the pointer of a failed call.
    const error = await pixel(timeline, failed.x + 1, row.y + 2);
    assert.equal(error, '#ff5555');
    const fine = await pointOf(timeline, 'fd 4 /home/me/sample/build/notes-copy.txt — demo [4711]', 4_190_000);
    const other = await timeline.page.locator('.row-lane[data-label^="fd 4 "]').boundingBox();
    assert.ok(other);
    assert.notEqual(await pixel(timeline, fine.x + 1, other.y + 2), '#ff5555');
  } finally {
    await timeline.close();
  }
});
