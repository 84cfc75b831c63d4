/**
 * Opens the built webview (dist/webview) in headless Chromium on a page with the extension's CSP, VS Code's variables for
 * one of its four kinds of theme, and the host of page.ts.
 */
import fs from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import type { Browser, Locator, Page } from 'playwright-core';
import { launchBrowser } from '../workbench/host.mjs';
import type { TestHost } from './page';
import { THEMES } from './themes';
import type { ThemeName } from './themes';

declare global {
  interface Window {
    readonly testHost: TestHost;
  }
}

const ORIGIN = 'http://timeline.test';
/** What extension/timeline gives its page, the nonce apart. */
const POLICY = `default-src 'none'; style-src ${ORIGIN}; script-src ${ORIGIN}; img-src ${ORIGIN} data:; font-src ${ORIGIN}`;

export interface OpenOptions {
  readonly theme?: ThemeName;
  readonly trace?: string;
  readonly width?: number;
  readonly height?: number;
}

export interface Timeline {
  readonly page: Page;
  readonly canvas: Locator;
  /** Errors of the page: exceptions, refused styles, anything on the console's error level. */
  readonly errors: readonly string[];
  close(): Promise<void>;
}

export { launchBrowser };

export async function openTimeline(browser: Browser, options: OpenOptions = {}): Promise<Timeline> {
  const context = await browser.newContext({ viewport: { width: options.width ?? 1000, height: options.height ?? 700 } });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') {
      errors.push(message.text());
    }
  });
  const files = await pageFiles(options.theme ?? 'dark');
  await page.route(`${ORIGIN}/**`, async (route) => {
    const name = new URL(route.request().url()).pathname;
    const file = files.get(name);
    await (file === undefined
      ? route.fulfill({ status: 404, body: '' })
      : route.fulfill({ contentType: file.type, body: file.body, headers: { 'content-security-policy': POLICY } }));
  });
  await page.goto(`${ORIGIN}/`);
  const canvas = page.locator('canvas.events-canvas');
  await page.evaluate((name) => window.testHost.show(name), options.trace ?? 'demo');
  await page.locator('.row-lane').first().waitFor();
  await settled(page);
  return { page, canvas, errors, close: () => context.close() };
}

/** Waits until no request is on its way and what came has been drawn. */
export async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));
    for (let before = -1, quiet = 0; quiet < 6; before = window.testHost.requests.length) {
      await frame();
      quiet = window.testHost.requests.length === before ? quiet + 1 : 0;
    }
  });
}

interface ServedFile {
  readonly type: string;
  readonly body: string;
}

let hostScript: Promise<string> | undefined;

async function pageFiles(theme: ThemeName): Promise<ReadonlyMap<string, ServedFile>> {
  hostScript ??= build({
    entryPoints: ['test/webview/page.ts'],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
  }).then((result) => result.outputFiles[0]?.text ?? '');
  const { className, variables } = THEMES[theme];
  const root = Object.entries(variables).map(([name, value]) => `--vscode-${name}: ${value};`);
  const html = `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Timeline</title>
<link rel="stylesheet" href="/theme.css"><link rel="stylesheet" href="/timeline.css"></head>
<body class="${className}"><script src="/host.js"></script><script src="/timeline.js"></script></body></html>`;
  const built = (name: string): string => fs.readFileSync(path.join('dist/webview', name), 'utf8');
  return new Map([
    ['/', { type: 'text/html', body: html }],
    ['/theme.css', { type: 'text/css', body: `:root { ${root.join(' ')} }` }],
    ['/host.js', { type: 'text/javascript', body: await hostScript }],
    ['/timeline.js', { type: 'text/javascript', body: built('timeline.js') }],
    ['/timeline.css', { type: 'text/css', body: built('timeline.css') }],
  ]);
}

/** Where a moment of a lane lies in the page, from what the timeline says of itself: its lanes' rectangles and its time axis. */
export async function pointOf(
  timeline: Timeline,
  label: string,
  ns: number,
): Promise<{ readonly x: number; readonly y: number }> {
  const row = timeline.page.locator(`.row-lane[data-label=${JSON.stringify(label)}]`);
  const box = await row.boundingBox();
  const canvas = await timeline.canvas.boundingBox();
  if (box === null || canvas === null) {
    throw new Error(`no lane "${label}"`);
  }
  const t0 = Number(await timeline.canvas.getAttribute('data-t0'));
  const t1 = Number(await timeline.canvas.getAttribute('data-t1'));
  return { x: canvas.x + ((ns - t0) / (t1 - t0)) * canvas.width, y: box.y + Number(await row.getAttribute('data-row-top')) + 8 };
}
