/** What the timeline's browser tests share: a page a test, the places of the demo trace's calls, what the page posted. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { ToHost } from '../../extension/trace/timelineProtocol';
import { launchBrowser, openTimeline, pointOf, settled } from './harness';
import type { OpenOptions, Timeline } from './harness';

export const COPY = 'fd 4 /home/me/sample/build/notes-copy.txt — demo [4711]';
export const PIPE = 'fd 5 pipe:[88123] — demo [4711]';
export const TERMINAL = 'fd 0 /dev/pts/3 — demo [4711]';
export const BY_PATH = 'by path — demo [4711]';
/** The third write of the copy, and its middle. */
export const THIRD_WRITE_NS = (4284 + 2 * 62 + 15) * 1000;

let browser: Browser;
before(async () => {
  browser = await launchBrowser();
});
after(async () => {
  await browser.close();
});

/** A test on a fresh page; it fails on any error of the page, a refused style or script too. */
export function timelineTest(name: string, options: OpenOptions, run: (timeline: Timeline) => Promise<void>): void {
  test(name, { timeout: 90_000 }, async () => {
    const timeline = await openTimeline(browser, options);
    try {
      await run(timeline);
      assert.deepEqual(timeline.errors, []);
    } finally {
      await timeline.close();
    }
  });
}

export async function clickAt(timeline: Timeline, label: string, ns: number): Promise<void> {
  const { x, y } = await pointOf(timeline, label, ns);
  await timeline.page.mouse.click(x, y);
  await settled(timeline.page);
}

export async function posted<T extends ToHost['type']>(page: Page, type: T): Promise<readonly Extract<ToHost, { type: T }>[]> {
  const all: readonly ToHost[] = await page.evaluate(() => window.testHost.posted);
  return all.filter((message): message is Extract<ToHost, { type: T }> => message.type === type);
}

export async function range(timeline: Timeline): Promise<{ readonly t0: number; readonly t1: number }> {
  await settled(timeline.page);
  return { t0: Number(await timeline.canvas.getAttribute('data-t0')), t1: Number(await timeline.canvas.getAttribute('data-t1')) };
}

export function near(actual: number, expected: number, tolerance: number): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${String(actual)} is about ${String(expected)}`);
}

export function classesShown(page: Page): Promise<readonly string[]> {
  return page.locator('.row-header').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-class') ?? ''));
}
