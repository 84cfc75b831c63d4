/**
 * What a person does in the workbench, by real mouse and keyboard: commands, the Run view, the terminal, editors.
 * Selectors are those of VS Code 1.139's DOM. What must not live here: the timeline's inside (test/ui/timeline.ts).
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { installExtension, launchBrowser, startServer, workbenchUrl, type Payload, type WorkbenchServer } from './host.mjs';

/** The first wait for anything, while the workbench starts on a loaded machine. */
export const START_MS = 90_000;
/** A wait for something that the workbench does by itself. */
export const STEP_MS = 30_000;

export interface Workbench {
  readonly page: Page;
  readonly server: WorkbenchServer;
  /** The opened folder, private to this workbench. */
  readonly folder: string;
  readonly dataDir: string;
  /** Opens the same folder again in another page of the same server. */
  reopen(payload?: Payload): Promise<Page>;
  close(): Promise<void>;
}

export interface WorkbenchOptions {
  readonly vsix: string;
  /** Copied, so that the repository stays as it is. */
  readonly workspace: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly trust?: boolean;
  /** Runs in the copied folder before the window opens, e.g. to compile. */
  readonly prepare?: (folder: string) => void;
  readonly viewport?: { readonly width: number; readonly height: number };
}

/** A server with the packed extension, a window on a copy of the workspace. */
export async function openWorkbench(options: WorkbenchOptions): Promise<Workbench> {
  const base = fs.mkdtempSync(path.join(os.tmpdir(), 'wb-'));
  const folder = path.join(base, 'sample');
  const dataDir = path.join(base, 'vscode');
  fs.cpSync(options.workspace, folder, { recursive: true });
  options.prepare?.(folder);
  fs.mkdirSync(dataDir);
  installExtension(dataDir, options.vsix);
  const server = await startServer({ dataDir, settings: options.settings ?? {}, trust: options.trust ?? true });
  let browser: Browser | undefined;
  try {
    browser = await launchBrowser();
    const context = await browser.newContext({ viewport: options.viewport ?? { width: 1500, height: 950 } });
    const open = async (payload?: Payload): Promise<Page> => {
      const page = await context.newPage();
      await page.goto(workbenchUrl(server, folder, payload), { timeout: START_MS });
      await page.locator('.monaco-workbench').waitFor({ timeout: START_MS });
      return page;
    };
    const page = await open();
    const close = async (): Promise<void> => {
      await browser?.close();
      await server.stop();
      fs.rmSync(base, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    };
    return { page, server, folder, dataDir, reopen: open, close };
  } catch (error) {
    await browser?.close();
    await server.stop();
    throw error;
  }
}

/** Polls until the condition gives something, or fails with what it was waiting for. */
export async function eventually<T>(what: string, probe: () => Promise<T | undefined>, limitMs = STEP_MS): Promise<T> {
  let last: unknown;
  for (const end = Date.now() + limitMs; Date.now() < end;) {
    try {
      const value = await probe();
      if (value !== undefined) return value;
      last = undefined;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${what}: not within ${limitMs / 1000} s${last instanceof Error ? ` (${last.message})` : ''}`);
}

/** A picture for people to look at, in test/.out. */
export async function screenshot(page: Page, name: string): Promise<void> {
  const folder = process.env['SYSCOPE_SHOTS'] ?? path.join(process.cwd(), 'test/.out');
  fs.mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: path.join(folder, `${name}.png`) });
}

/** Runs a command from the palette by its title; again while the extension's commands are not registered yet. */
export async function runCommand(page: Page, title: string, limitMs = START_MS): Promise<void> {
  const box = page.locator('.quick-input-widget');
  const row = page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first();
  for (const end = Date.now() + limitMs; ;) {
    try {
      await page.keyboard.press('F1');
      await box.locator('input').first().fill(`>${title}`, { timeout: 5000 });
      await row.click({ timeout: 5000 });
      break;
    } catch (error) {
      if (Date.now() > end) throw error;
      await page.keyboard.press('Escape');
    }
  }
  await box.waitFor({ state: 'hidden', timeout: STEP_MS });
}

/**
 * The Run view's green arrow, which waits for the extensions to be there (F5 in a window's first seconds is lost). While a
 * window starts, the view is built anew more than once: tried again until the click was taken.
 */
export async function startDebugging(page: Page, configuration: string): Promise<void> {
  const action = page.locator('.start-debug-action-item', { hasText: configuration });
  await eventually(
    `the Run view offers ${configuration}`,
    async () => {
      await page.keyboard.press('Control+Shift+D');
      await action.locator('.codicon-debug-start').click({ timeout: 10_000 });
      return true;
    },
    2 * START_MS,
  );
}

/** Through the palette, as a person does: the window saves what is open before it goes. */
export async function reloadWindow(page: Page): Promise<void> {
  const title = 'Developer: Reload Window';
  const row = page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first();
  await eventually('the palette offers to reload', async () => {
    await page.keyboard.press('F1');
    await page.locator('.quick-input-widget input').first().fill(`>${title}`, { timeout: 5000 });
    await row.waitFor({ timeout: 5000 });
    return true;
  });
  const loaded = page.waitForEvent('load', { timeout: START_MS });
  await row.click();
  await loaded;
  await page.locator('.monaco-workbench').waitFor({ timeout: START_MS });
}

/** Starts a configuration by its name through quick open ("debug NAME"). */
export async function startFromPalette(page: Page, configuration: string): Promise<void> {
  const box = page.locator('.quick-input-widget');
  await eventually(`the configuration ${configuration}`, async () => {
    await page.keyboard.press('Control+P');
    await box.locator('input').first().fill(`debug ${configuration}`, { timeout: 5000 });
    await page.locator('.quick-input-list .monaco-list-row', { hasText: configuration }).first().click({ timeout: 5000 });
    return true;
  });
  await box.waitFor({ state: 'hidden', timeout: STEP_MS });
}

export const debugToolbar = (page: Page): Locator => page.locator('.debug-toolbar');

export async function pressToolbar(page: Page, label: RegExp): Promise<void> {
  await debugToolbar(page).getByRole('button', { name: label }).first().click({ timeout: STEP_MS });
}

export async function waitForEndOfSession(page: Page): Promise<void> {
  await debugToolbar(page).waitFor({ state: 'hidden', timeout: STEP_MS });
}

/** Opens a file at the workspace's top by a double click in the Explorer. */
export async function openFile(page: Page, name: string): Promise<void> {
  await page.keyboard.press('Control+Shift+E');
  const row = page.locator('.explorer-folders-view .monaco-list-row', { has: page.getByText(name, { exact: true }) });
  await row.waitFor({ timeout: START_MS });
  await row.dblclick();
  await tab(page, name).waitFor({ timeout: START_MS });
}

/** An editor's tab by the file's name. */
export const tab = (page: Page, name: string | RegExp): Locator =>
  typeof name === 'string' ? page.locator(`.tab[data-resource-name="${name}"]`) : page.locator('.tab', { hasText: name });

/** "Ln 7, Col 1" of the status bar; it is the active editor's. */
export const cursorText = (page: Page): Locator => page.locator('#status\\.editor\\.selection');

/** The lines that a text editor's group shows, by their text; VS Code draws blanks as no-break spaces. */
export async function visibleLines(
  page: Page,
  name: string,
): Promise<readonly { readonly line: number; readonly text: string; readonly highlighted: boolean }[]> {
  const editor = page.locator(`.editor-instance:visible [data-uri$="/${name}"]`).first();
  return editor.evaluate((root) => {
    const rows = new Map<string, string>();
    for (const row of root.querySelectorAll<HTMLElement>('.view-lines .view-line'))
      rows.set(row.style.top, row.textContent.replaceAll('\u00a0', ' '));
    const marked = new Set(
      [...root.querySelectorAll<HTMLElement>('.view-overlays > div')]
        .filter((row) => row.querySelector('[class*="ced-"]') !== null)
        .map((row) => row.style.top),
    );
    return [...root.querySelectorAll<HTMLElement>('.margin-view-overlays > div')].flatMap((row) => {
      const number = row.querySelector('.line-numbers')?.textContent ?? '';
      const text = rows.get(row.style.top);
      return text === undefined || number === '' ? [] : [{ line: Number(number), text, highlighted: marked.has(row.style.top) }];
    });
  });
}

/** What the visible terminal shows, a line each; nothing if there is none. */
export async function terminalText(page: Page): Promise<string> {
  const [text = ''] = await page.locator('.terminal-wrapper.active .xterm-rows').allInnerTexts();
  return text.replaceAll('\u00a0', ' ');
}

/** Types into the visible terminal as a person does: click it, then the keys. */
export async function typeInTerminal(page: Page, text: string): Promise<void> {
  await page.locator('.terminal-wrapper.active .xterm-screen').first().click({ timeout: STEP_MS });
  await page.keyboard.type(text);
}

/** Texts of the notifications that are shown. */
export async function notifications(page: Page): Promise<readonly string[]> {
  return page.locator('.notification-list-item-message').allInnerTexts();
}

/** The workbench's themes by the class that it gives itself. */
export const THEMES = {
  vs: 'Light Modern',
  'vs-dark': 'Dark Modern',
  'hc-black': 'Default High Contrast',
  'hc-light': 'Default High Contrast Light',
} as const;
export type ThemeClass = keyof typeof THEMES;

/** Through the theme picker, as a person does. */
export async function setTheme(page: Page, theme: ThemeClass): Promise<void> {
  const input = page.locator('.quick-input-widget input').first();
  await eventually(`the theme ${THEMES[theme]}`, async () => {
    await page.keyboard.press('Control+K');
    await page.keyboard.press('Control+T');
    await input.fill(THEMES[theme], { timeout: 5000 });
    await page
      .locator('.quick-input-list .monaco-list-row')
      .getByText(THEMES[theme], { exact: true })
      .first()
      .click({ timeout: 3000 });
    await page.locator(`.monaco-workbench.${theme}`).waitFor({ timeout: 5000 });
    return true;
  });
}
