/**
 * More than one recording: two sessions at once, a window that is reloaded in the middle of one, and programs that can't be
 * started.
 */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import {
  START_MS,
  STEP_MS,
  eventually,
  notifications,
  openFile,
  reloadWindow,
  screenshot,
  startFromPalette,
  tab,
  typeInTerminal,
  type Workbench,
} from '../workbench/ui';
import { compile, openSample, samplePids, startSample, step, traceComplete } from './sample';
import { lanes, statusText, timeline } from './timeline';

const SECOND = 'Trace once more';
const MISSING = 'Trace nothing';

/** Two more configurations: the sample under another name, and a program that isn't there. */
function addConfigurations(folder: string): void {
  compile(folder);
  const file = path.join(folder, '.vscode/launch.json');
  const launch = JSON.parse(fs.readFileSync(file, 'utf8')) as { configurations: Record<string, unknown>[] };
  const first = launch.configurations[0] ?? {};
  launch.configurations.push({ ...first, name: SECOND }, { ...first, name: MISSING, program: '${workspaceFolder}/not-there' });
  fs.writeFileSync(file, JSON.stringify(launch));
}

const waiting = (workbench: Workbench, limitMs = STEP_MS): Promise<unknown> =>
  eventually(
    'a call in progress',
    async () => ((await statusText(workbench.page)).includes('1 in progress') ? true : undefined),
    limitMs,
  );

async function shownPids(workbench: Workbench): Promise<readonly number[]> {
  return [...new Set((await lanes(workbench.page)).map((lane) => lane.pid))];
}

/** Reloads the window, and shows the timeline of the active tab again. */
async function reload(page: Page): Promise<void> {
  const name = await tab(page, /\.syscope/)
    .and(page.locator('.active'))
    .first()
    .getAttribute('data-resource-name');
  await reloadWindow(page);
  await tab(page, name ?? /\.syscope/)
    .first()
    .click({ timeout: START_MS });
}

void test('sessions side by side', async (context) => {
  const workbench = await openSample({ prepare: addConfigurations });
  const { page } = workbench;
  const say = (name: string, run: () => Promise<void>): Promise<void> => step(context, () => page, name, run);
  let first: readonly number[] = [];
  let second: readonly number[] = [];
  try {
    await say('two at once keep apart: each tab shows its own process', async () => {
      await openFile(page, 'main.c');
      await startSample(workbench);
      await waiting(workbench);
      first = samplePids(workbench);
      assert.equal(first.length, 1);
      await eventually('its lanes', async () => ((await shownPids(workbench)).join() === first.join() ? true : undefined));
      await startFromPalette(page, SECOND);
      second = await eventually('the second process', () => {
        const now = samplePids(workbench).filter((pid) => !first.includes(pid));
        return Promise.resolve(now.length === 1 ? now : undefined);
      });
      await eventually('the second timeline', async () => {
        const shown = await shownPids(workbench);
        return shown.length === 1 && shown[0] === second[0] ? true : undefined;
      });
      await waiting(workbench);
      assert.equal(await tab(page, /\.syscope/).count(), 2);
      await screenshot(page, 'two-sessions');
    });

    await say('a line typed into the second’s terminal ends the second only', async () => {
      await typeInTerminal(page, 'Bob\n');
      await eventually('the second is gone', () =>
        Promise.resolve(samplePids(workbench).join() === first.join() ? true : undefined),
      );
      await traceComplete(page);
      await tab(page, /\.syscope/)
        .first()
        .click();
      await eventually('the first still waits', async () => {
        const text = await statusText(page);
        return text.includes('Recording') && (await shownPids(workbench)).join() === first.join() ? true : undefined;
      });
    });

    await say('a reload leaves the recording running; the timeline’s own Stop ends it', async () => {
      await reload(page);
      await eventually(
        'the tab comes back, still recording',
        async () => ((await statusText(page)).includes('Recording') ? true : undefined),
        START_MS,
      );
      assert.deepEqual(samplePids(workbench), first);
      await timeline(page).getByRole('button', { name: 'Stop', exact: true }).click();
      await eventually('the first is gone', () => Promise.resolve(samplePids(workbench).length === 0 ? true : undefined));
      await traceComplete(page, START_MS);
    });

    await say('a program that is not there is said in a sentence', async () => {
      await startFromPalette(page, MISSING);
      const texts = await eventually('a message', async () => {
        const dialog = await page.locator('.monaco-dialog-box .dialog-message-container').allInnerTexts();
        const all = [...dialog, ...(await notifications(page))];
        return all.some((text) => text.includes('not-there')) ? all : undefined;
      });
      console.log(texts.join('\n'));
      assert.ok(
        texts.some((text) =>
          /not-there.*(does not exist|no such|not found|isn.t there|is not there)|no program|cannot be found/i.test(
            text.replaceAll('\n', ' '),
          ),
        ),
        texts.join('\n'),
      );
      await screenshot(page, 'no-program');
    });
  } finally {
    await workbench.close();
  }
});
