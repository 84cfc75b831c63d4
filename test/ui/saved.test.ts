/**
 * A saved trace in the real workbench: reopened, in the four kinds of theme, after the program was compiled again, and in a
 * workspace that isn't trusted.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import {
  START_MS,
  THEMES,
  eventually,
  openFile,
  runCommand,
  screenshot,
  setTheme,
  visibleLines,
  type ThemeClass,
  type Workbench,
} from '../workbench/ui';
import { compile, openSample, step, traceComplete } from './sample';
import { allLanes, canvas, clickCall, drawer, expectLanes, fit, lanes, timeline } from './timeline';
import { callKeys, exportCalls, lineOf, theCall } from './trace';

const TRACE = 'saved.syscope';

function recordSample(folder: string): void {
  compile(folder);
  const args = ['record', '-o', path.join(folder, TRACE), '--', path.join(folder, 'sample')];
  execFileSync(path.join(process.cwd(), 'dist/syscope'), args, {
    cwd: folder,
    input: 'Ada\n',
    stdio: ['pipe', 'ignore', 'inherit'],
    timeout: 60_000,
  });
}

/** How many different colours the canvas shows: a blank one has a handful. */
async function coloursOnCanvas(workbench: Workbench): Promise<number> {
  return canvas(workbench.page).evaluate((element) => {
    const surface = element as HTMLCanvasElement;
    const pixels = surface.getContext('2d')?.getImageData(0, 0, surface.width, surface.height).data ?? new Uint8ClampedArray();
    const words = new Uint32Array(pixels.buffer);
    return new Set(words).size;
  });
}

async function highlightedLine(workbench: Workbench, file: string, line: number): Promise<void> {
  await eventually(`${file}:${line} is highlighted`, async () =>
    (await visibleLines(workbench.page, file)).some((row) => row.line === line && row.highlighted) ? true : undefined,
  );
}

/** One further or back in the toolbar's choice, with the keyboard. */
async function lanesBy(page: Page, key: 'ArrowDown' | 'ArrowUp'): Promise<void> {
  const choice = timeline(page).getByRole('combobox', { name: 'Lanes by' });
  const before = await choice.inputValue();
  await choice.focus();
  await page.keyboard.press(key);
  await eventually('another grouping', async () => ((await choice.inputValue()) !== before ? true : undefined));
}

void test('a saved trace', async (context) => {
  const workbench = await openSample({ prepare: recordSample });
  const { page, folder } = workbench;
  const say = (name: string, run: () => Promise<void>): Promise<void> => step(context, () => page, name, run);
  const calls = exportCalls(path.join(folder, TRACE));
  const write = theCall(
    calls,
    'the write to the child',
    ({ name, fd_class: fdClass, text }) => name === 'write' && fdClass === 'pipe' && text.includes('"Ada"'),
  );
  const line = lineOf(path.join(folder, 'pipe_child.c'), 'check(write(to_child[1]');
  try {
    await say('shows every lane of its export', async () => {
      await openFile(page, 'pipe_child.c');
      await openFile(page, TRACE);
      await traceComplete(page, START_MS);
      await expectLanes(page, callKeys(calls));
    });

    for (const theme of Object.keys(THEMES) as ThemeClass[]) {
      await say(`is drawn in the theme ${THEMES[theme]}`, async () => {
        await setTheme(page, theme);
        await fit(page);
        await eventually('the canvas is drawn', async () => ((await coloursOnCanvas(workbench)) >= 12 ? true : undefined));
        await screenshot(page, `theme-${theme}`);
      });
    }

    await say('has lanes by thread, by resource, and by descriptor again', async () => {
      await lanesBy(page, 'ArrowDown');
      await expectLanes(page, callKeys(calls.map((call) => ({ ...call, fd: -1 }))));
      assert.ok((await lanes(page)).every((row) => row.label.startsWith('thread ')));
      await screenshot(page, 'by-thread');
      await lanesBy(page, 'ArrowDown');
      const resources = (of: string): readonly string[] =>
        [
          ...new Set(calls.flatMap((call) => (call.fd_class === of && call.resource !== undefined ? [call.resource] : []))),
        ].sort();
      const shown = await eventually('lanes by resource', async () => {
        const rows = (await allLanes(page)).filter((row) => row.class === 'pipe').map((row) => row.label);
        return rows.every((label) => label.startsWith('pipe:')) && rows.length > 0 ? rows : undefined;
      });
      assert.deepEqual([...shown].sort(), resources('pipe'), 'both ends of a pipe, in both processes, are one');
      await screenshot(page, 'by-resource');
      await lanesBy(page, 'ArrowUp');
      await lanesBy(page, 'ArrowUp');
      await expectLanes(page, callKeys(calls));
    });

    await say('leads to its source lines', async () => {
      await runCommand(page, 'View: Move Editor into Next Group');
      await clickCall(page, write, calls);
      await highlightedLine(workbench, 'pipe_child.c', line);
      await screenshot(page, 'timeline');
    });

    await say('leads to the same lines after the program was compiled again', async () => {
      await page.keyboard.press('Escape');
      execFileSync('make', ['-s', '-B', '-C', folder, 'CFLAGS=-g -O0'], { stdio: 'pipe', timeout: 60_000 });
      await runCommand(page, 'View: Close All Editors');
      await openFile(page, TRACE);
      await traceComplete(page, START_MS);
      await expectLanes(page, callKeys(calls));
      await clickCall(page, write, calls);
      assert.match(await drawer(page).locator('.source').innerText(), new RegExp(`pipe_child\\.c:${line}\\b.*ask_child`, 's'));
      await highlightedLine(workbench, 'pipe_child.c', line);
    });
  } finally {
    await workbench.close();
  }
});

void test('a workspace that is not trusted: traces are viewed, nothing runs', async (context) => {
  const workbench = await openSample({ prepare: recordSample, trust: false });
  const { page, folder } = workbench;
  const say = (name: string, run: () => Promise<void>): Promise<void> => step(context, () => page, name, run);
  try {
    await say('the trace is shown and leads to its lines', async () => {
      await page.getByText('Restricted Mode', { exact: true }).first().waitFor({ timeout: 60_000 });
      await openFile(page, TRACE);
      const calls = exportCalls(path.join(folder, TRACE));
      await traceComplete(page, START_MS);
      const sync = theCall(calls, 'the fsync', ({ name }) => name === 'fsync');
      await clickCall(page, sync, calls);
      await highlightedLine(workbench, 'copy.c', lineOf(path.join(folder, 'copy.c'), 'check(fsync(target)'));
      await timeline(page).locator('footer.status').waitFor();
    });
  } finally {
    await workbench.close();
  }
});
