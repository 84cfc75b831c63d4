/**
 * The views of processes, descriptors and blind spots in the real workbench: what they show of a saved trace, and that selecting
 * a row leaves exactly its calls on the timeline.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { START_MS, STEP_MS, eventually, openFile, runCommand, screenshot } from '../workbench/ui';
import { compile, openSample, step, traceComplete } from './sample';
import { drawer, expectLanes, timeline } from './timeline';
import { callKeys, exportCalls, type ExportedCall, theCall } from './trace';

const TRACE = 'views.syscope';

/** The sample below a shell that kills itself when it is over. */
function recordKilled(folder: string): void {
  compile(folder);
  const args = ['record', '-o', path.join(folder, TRACE), '--', '/bin/sh', '-c', './sample; kill -9 $$'];
  const result = spawnSync(path.join(process.cwd(), 'dist/syscope'), args, { cwd: folder, input: 'Ada\n', timeout: 60_000 });
  assert.equal(result.signal, 'SIGKILL');
}

const view = (page: Page, name: string): Locator => page.locator(`.pane:has(> .pane-header[aria-label^="${name}"])`);
const row = (page: Page, name: string, label: RegExp): Locator =>
  view(page, name).locator('.monaco-list-row[aria-label]').filter({ hasText: label });
const chips = (page: Page): Locator => timeline(page).locator('.filter-chip');

async function click(target: Locator): Promise<void> {
  await target.first().click({ timeout: STEP_MS });
}

/** The events list's own number of rows. */
async function expectEvents(page: Page, calls: readonly ExportedCall[]): Promise<void> {
  await drawer(page).getByRole('tab', { name: 'Events' }).click({ timeout: STEP_MS });
  await eventually(`${calls.length} calls are listed`, async () => {
    const rows = await drawer(page).locator('.events').getAttribute('aria-rowcount');
    return Number(rows) === calls.length + 1 ? true : undefined;
  });
}

void test('views of processes, descriptors and blind spots', async (context) => {
  const workbench = await openSample({ prepare: recordKilled });
  const { page, folder } = workbench;
  const say = (name: string, run: () => Promise<void>): Promise<void> => step(context, () => page, name, run);
  let calls: readonly ExportedCall[] = [];
  try {
    await say('the tree of processes, with how each ended', async () => {
      await openFile(page, TRACE);
      calls = exportCalls(path.join(folder, TRACE));
      await traceComplete(page, START_MS);
      await runCommand(page, 'Focus on Processes View');
      const shell = row(page, 'Processes', /^sh \d+/);
      await shell.waitFor({ timeout: START_MS });
      assert.match((await shell.getAttribute('aria-label')) ?? '', /^process sh \d+, killed by SIGKILL, \d+ calls/);
      await row(page, 'Processes', /^sample \d+/)
        .first()
        .waitFor({ timeout: STEP_MS });
    });
    const opened = theCall(
      calls,
      'the open of the notes',
      ({ text }) => text.startsWith('openat') && text.includes('"notes.txt"'),
    );
    const ofSample = calls.filter(({ pid }) => pid === opened.pid);
    await say('a process leaves its lanes, and narrows the descriptors to its own', async () => {
      await click(row(page, 'Processes', new RegExp(`^sample ${opened.pid}`)));
      await expectLanes(page, callKeys(ofSample));
      assert.equal(await chips(page).innerText(), `process sample ${opened.pid}`);
      await expectEvents(page, ofSample);
      await eventually('the descriptors are of the process', async () =>
        (await view(page, 'Descriptors').locator('.pane-header').innerText()).includes(`sample ${opened.pid}`) ? true : undefined,
      );
    });
    await say('a descriptor leaves exactly its lane and its calls', async () => {
      const fd = opened.fd ?? -1;
      const own = ofSample.filter((call) => call.fd === fd && call.resource === opened.resource);
      await click(row(page, 'Descriptors', /^File/));
      await page.keyboard.press('ArrowRight');
      const notes = row(page, 'Descriptors', new RegExp(`^fd ${fd} notes\\.txt`));
      await notes.waitFor({ timeout: STEP_MS });
      assert.match(
        (await notes.getAttribute('aria-label')) ?? '',
        /^File, fd \d+ .*notes\.txt, .* in, \d+ calls, closed, opened by openat$/,
      );
      await click(notes);
      await expectLanes(page, callKeys(own));
      await expectEvents(page, own);
      assert.match(await chips(page).innerText(), new RegExp(`^fd ${fd} notes\\.txt of sample ${opened.pid}$`));
      await screenshot(page, 'views-descriptor');
    });
    await say('the chip goes by the mouse or by Escape, and all is back', async () => {
      await click(chips(page).getByRole('button'));
      await expectLanes(page, callKeys(calls));
      await chips(page).waitFor({ state: 'detached', timeout: STEP_MS });
      await click(row(page, 'Processes', /^sh \d+/));
      await expectLanes(page, callKeys(calls.filter(({ pid }) => pid === calls[0]?.pid)));
      await chips(page).getByRole('button').focus();
      await page.keyboard.press('Escape');
      await expectLanes(page, callKeys(calls));
      await expectEvents(page, calls);
    });
  } finally {
    await workbench.close();
  }
});
