/** A view's selection on the built timeline: what is left, the chip by mouse and keyboard, what screen readers hear. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { ViewState } from '../../extension/trace/timelineProtocol';
import type { FilterItem } from '../../extension/trace/viewProtocol';
import { settled } from './harness';
import { COPY, PIPE, THIRD_WRITE_NS, classesShown, clickAt, posted, timelineTest } from './timelineTest';

const PIPE_ITEM: FilterItem = {
  term: { type: 'descriptor', process: 0, fd: 5, description: 1 },
  label: 'fd 5 pipe:[88123] of demo 4711',
};
const CHILD_ITEM: FilterItem = { term: { type: 'process', process: 1, family: false }, label: 'process demo-child 4712' };
const NOBODY: FilterItem = { term: { type: 'process', process: 99, family: false }, label: 'process <b>nobody</b> 9' };

async function filterTo(page: Page, filter: readonly FilterItem[] | undefined): Promise<void> {
  await page.evaluate((items) => {
    window.testHost.send({ type: 'filter', filter: items });
  }, filter);
  await settled(page);
}

const labels = (page: Page): Promise<readonly (string | null)[]> =>
  page.locator('.row-lane').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-label')));
const chipsShown = (page: Page): Promise<readonly (string | null)[]> =>
  page.locator('.chip').evaluateAll((chips) => chips.map((chip) => chip.getAttribute('data-class')));
const said = (page: Page): Promise<string> => page.locator('.stage [role="status"]').innerText();
const storedFilter = (page: Page): Promise<unknown> =>
  page.evaluate(async () => {
    await new Promise((resolve) => setTimeout(resolve, 400)); // the view is stored when it rests
    return (window.testHost.stored() as { readonly view: ViewState }).view.filter;
  });

timelineTest('lanes, counts, events and classes are those of the filter; a chip names it', {}, async ({ page }) => {
  const all = await chipsShown(page);
  await filterTo(page, [PIPE_ITEM]);
  assert.deepEqual(await labels(page), [PIPE]);
  assert.deepEqual(await classesShown(page), ['pipe']);
  assert.deepEqual(await chipsShown(page), ['pipe']);
  const own = await page.evaluate(() => window.testHost.calls().filter((call) => call.pid === 4711 && call.fd === 5).length);
  await page.getByRole('tab', { name: 'Events' }).click();
  await settled(page);
  assert.equal(await page.locator('.events').getAttribute('aria-rowcount'), String(own + 1));
  assert.match((await page.locator('.row-header').innerText()).replace(/\s+/g, ' '), new RegExp(`1 lane · ${own} calls`));
  assert.equal(await page.locator('.filter-chip').innerText(), PIPE_ITEM.label);
  assert.equal(await said(page), `Only calls of ${PIPE_ITEM.label} are shown.`);
  assert.deepEqual(await storedFilter(page), [PIPE_ITEM]);
  await page.getByRole('button', { name: `Remove the filter: ${PIPE_ITEM.label}` }).click();
  await settled(page);
  assert.deepEqual(await chipsShown(page), all);
  assert.equal(await page.locator('.filter-chip').count(), 0);
  assert.equal(await said(page), 'Filter cleared: every call is shown.');
  assert.equal(await storedFilter(page), undefined);
  assert.equal((await posted(page, 'state')).at(-1)?.state.filter, undefined, 'the host knows');
});

timelineTest('several are chips of their own, reached and removed by the keyboard', {}, async ({ page }) => {
  await filterTo(page, [PIPE_ITEM, CHILD_ITEM]);
  const both = await labels(page);
  assert.ok(
    both.includes(PIPE) && both.length > 1 && both.every((label) => label === PIPE || label?.includes('[4712]') === true),
  );
  await page.locator('.filter-chip button').first().focus();
  await page.keyboard.press('Escape');
  await settled(page);
  assert.ok(!(await labels(page)).includes(PIPE));
  assert.deepEqual(await storedFilter(page), [CHILD_ITEM]);
  assert.equal(await page.evaluate(() => document.activeElement?.className), 'events-canvas', 'the focus is not lost');
  await page.locator('.filter-chip button').focus();
  await page.keyboard.press('Enter');
  await settled(page);
  assert.equal(await page.locator('.filter-chip').count(), 0);
});

timelineTest('a selected call stays selected; classes are hidden as well', {}, async (timeline) => {
  const { page } = timeline;
  await clickAt(timeline, COPY, THIRD_WRITE_NS);
  await filterTo(page, [PIPE_ITEM]);
  assert.equal(await page.locator('#panel-details h2').textContent(), 'write');
  await filterTo(page, [CHILD_ITEM]);
  const [first = ''] = await classesShown(page);
  await page.locator(`.chip[data-class="${first}"]`).click();
  await settled(page);
  assert.ok(!(await classesShown(page)).includes(first));
});

timelineTest('nothing that fits is said, as text', {}, async ({ page }) => {
  await filterTo(page, [NOBODY]);
  assert.equal(await page.locator('.row-lane').count(), 0);
  assert.match(await page.locator('.empty-filter').innerText(), /No calls to show of process <b>nobody<\/b> 9\./);
  await page.getByRole('button', { name: 'Clear Filter' }).click();
  await settled(page);
  assert.ok((await labels(page)).includes(PIPE));
});
