/** The built timeline in a browser, driven by real mouse and keyboard events over a host that keeps a trace in memory. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { pointOf, settled } from './harness';
import {
  COPY,
  PIPE,
  TERMINAL,
  BY_PATH,
  THIRD_WRITE_NS,
  timelineTest,
  clickAt,
  posted,
  range,
  near,
  classesShown,
} from './timelineTest';

timelineTest('panes by class with the descriptors and names; calls without one collapsed', { height: 900 }, async ({ page }) => {
  assert.deepEqual(await classesShown(page), ['file', 'directory', 'pipe', 'network', 'terminal', 'poll', 'kernel-file', 'none']);
  const labels = await page.locator('.row-lane').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-label')));
  for (const label of [COPY, PIPE, TERMINAL, BY_PATH, 'fd 0 pipe:[88123] — demo-child [4712]']) {
    assert.ok(labels.includes(label), label);
  }
  const none = page.locator('.row-header[data-class="none"] button');
  assert.equal(await none.getAttribute('aria-expanded'), 'false');
  await none.click();
  await page.locator('.row-lane[data-class="none"]').first().waitFor();
  assert.equal(await none.getAttribute('aria-expanded'), 'true');
});

timelineTest('a click selects the call under it, reveals its line and shows its details', {}, async (timeline) => {
  const { page } = timeline;
  await clickAt(timeline, COPY, THIRD_WRITE_NS);
  const third = await page.evaluate(
    (ns) =>
      window.testHost.calls().find((call) => call.fd === 4 && call.startNs <= ns && ns < call.startNs + (call.durationNs ?? 0)),
    THIRD_WRITE_NS,
  );
  const [reveal, ...more] = await posted(page, 'reveal');
  assert.deepEqual(reveal, { type: 'reveal', event: third?.id, frame: undefined, focus: false });
  assert.equal(more.length, 0);
  const details = page.locator('#panel-details');
  assert.equal(await details.locator('h2').textContent(), 'write');
  assert.equal(await details.locator('.call-line code').textContent(), third?.text);
  assert.match((await details.locator('.facts').textContent()) ?? '', /notes-copy\.txt/);
  assert.match((await details.locator('.payload-size').textContent()) ?? '', /45 of 4,096 bytes/);
  assert.match((await details.locator('.payload-text').textContent()) ?? '', /The quick brown fox/);
  assert.match((await details.locator('.payload-hex').textContent()) ?? '', /54 68 65 20 71 75 69 63/);
  await details.locator('.source button').click();
  assert.equal((await posted(page, 'reveal')).length, 2);
});

timelineTest('a click three pixels beside a call still hits it, one further beside clears', {}, async (timeline) => {
  const { page } = timeline;
  const { x, y } = await pointOf(timeline, PIPE, 6_240_000);
  await page.mouse.click(x - 2.5, y);
  await settled(page);
  assert.equal((await posted(page, 'reveal')).length, 1);
  await page.mouse.click(x - 6, y);
  await settled(page);
  assert.equal((await posted(page, 'reveal')).length, 1);
  assert.equal(await page.locator('#panel-details .empty').count(), 1);
});

timelineTest(
  'a merged box says how many calls it stands for; double click zooms to them',
  { trace: 'busy' },
  async (timeline) => {
    const { page } = timeline;
    const label = 'fd 8 /srv/data/table-05.db — server [4711]';
    const whole = await range(timeline);
    const width = (await timeline.canvas.boundingBox())?.width ?? 0;
    const merged = await page.evaluate(
      ({ view, pixels }) => {
        const lane = window.testHost.lanes().find((entry) => entry.fd === 8);
        const [boxes] = window.testHost.boxes({ lanes: [lane?.id ?? -1], ...view, pixels, loader: false });
        const at = boxes?.count.findIndex((count, index) => count > 1 && boxes.row[index] === 0) ?? -1;
        return { x0: boxes?.x0[at] ?? NaN, x1: boxes?.x1[at] ?? NaN, count: boxes?.count[at], event: boxes?.event[at] };
      },
      { view: whole, pixels: Math.round(width) },
    );
    const { x, y } = await pointOf(timeline, label, (merged.x0 + merged.x1) / 2);
    await page.mouse.click(x, y);
    await settled(page);
    assert.equal(await page.locator('.detail-merged').textContent(), `1 of ${String(merged.count)}`);
    assert.equal((await posted(page, 'reveal')).at(-1)?.event, merged.event);
    await page.mouse.dblclick(x, y);
    const zoomed = await range(timeline);
    assert.ok(zoomed.t0 < merged.x0 && zoomed.t1 > merged.x1);
    near(zoomed.t1 - zoomed.t0, (merged.x1 - merged.x0) * 1.3, 1);
    await page.getByRole('button', { name: 'Fit' }).click();
    assert.deepEqual(await range(timeline), whole);
  },
);

timelineTest('Ctrl+wheel zooms at the cursor, Shift+wheel pans, the wheel alone scrolls the lanes', {}, async (timeline) => {
  const { page } = timeline;
  const whole = await range(timeline);
  const axis = await timeline.canvas.boundingBox();
  assert.ok(axis);
  const x = Math.round(axis.x + axis.width * 0.4);
  const under = ({ t0, t1 }: { readonly t0: number; readonly t1: number }): number =>
    t0 + ((x - axis.x) / axis.width) * (t1 - t0);
  await page.mouse.move(x, axis.y + 60);
  await page.keyboard.down('Control');
  await page.mouse.wheel(0, -400);
  await page.keyboard.up('Control');
  const zoomed = await range(timeline);
  near((whole.t1 - whole.t0) / (zoomed.t1 - zoomed.t0), 4, 0.2);
  near(under(zoomed), under(whole), (zoomed.t1 - zoomed.t0) / 500);

  await page.keyboard.down('Shift');
  await page.mouse.wheel(0, 100);
  await page.keyboard.up('Shift');
  const panned = await range(timeline);
  assert.ok(panned.t0 > zoomed.t0);
  near(panned.t1 - panned.t0, zoomed.t1 - zoomed.t0, 1);

  const before = await page.locator('.row-lane').first().boundingBox();
  await page.mouse.wheel(0, 60);
  await page.waitForFunction(() => (document.querySelector('.lanes')?.scrollTop ?? 0) > 0);
  assert.deepEqual(await range(timeline), panned);
  const header = await page.locator('.row-header[data-class="file"]').boundingBox();
  const lanes = await page.locator('.lanes').boundingBox();
  near(header?.y ?? 0, lanes?.y ?? 0, 1);
  assert.notEqual((await page.locator('.row-lane').first().boundingBox())?.y, before?.y);
});

timelineTest('Shift+drag pans; a drag marks a range, says what is in it, and zooms to it', {}, async (timeline) => {
  const { page } = timeline;
  await page.getByRole('application').focus();
  for (const _ of [1, 2, 3]) {
    await page.keyboard.press('w');
  }
  const zoomed = await range(timeline);
  const { x, y } = await pointOf(timeline, COPY, (zoomed.t0 + zoomed.t1) / 2);
  await page.keyboard.down('Shift');
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 100, y, { steps: 4 });
  await page.mouse.up();
  await page.keyboard.up('Shift');
  const panned = await range(timeline);
  const width = (await timeline.canvas.boundingBox())?.width ?? 1;
  near(zoomed.t0 - panned.t0, (100 / width) * (zoomed.t1 - zoomed.t0), 2000);

  await page.keyboard.press('f');
  await settled(page);
  const from = await pointOf(timeline, COPY, 4_000_000);
  const to = await pointOf(timeline, COPY, 6_000_000);
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 5 });
  await page.mouse.up();
  await settled(page);
  const pill = page.getByRole('group', { name: 'Selected range' });
  const inside = await page.evaluate(
    () =>
      window.testHost
        .calls()
        .filter((call) => !call.loader && call.startNs <= 6_000_000 && call.startNs + (call.durationNs ?? Infinity) >= 4_000_000)
        .length,
  );
  assert.match((await pill.textContent()) ?? '', new RegExp(`(1\\.99|2|2\\.00).* ms.*${String(inside)} calls`));
  assert.equal((await posted(page, 'reveal')).length, 0, 'a drag is no click');
  await pill.getByRole('button', { name: 'Zoom' }).click();
  const chosen = await range(timeline);
  near(chosen.t0, 4_000_000, 20_000);
  near(chosen.t1, 6_000_000, 20_000);
  assert.equal(await pill.isVisible(), false);
});

timelineTest('the overview’s window moves the view', {}, async (timeline) => {
  const { page } = timeline;
  const overview = await page.locator('.overview').boundingBox();
  assert.ok(overview);
  await page.mouse.move(overview.x + overview.width * 0.999, overview.y + 20);
  await page.mouse.down();
  await page.mouse.move(overview.x + overview.width * 0.5, overview.y + 20, { steps: 4 });
  await page.mouse.up();
  const half = await range(timeline);
  assert.equal(half.t0, 0);
  near(half.t1, 5_360_000, 200_000);
  await page.mouse.move(overview.x + overview.width * 0.25, overview.y + 20);
  await page.mouse.down();
  await page.mouse.move(overview.x + overview.width * 0.5, overview.y + 20, { steps: 4 });
  await page.mouse.up();
  const moved = await range(timeline);
  near(moved.t1 - moved.t0, half.t1 - half.t0, 30_000);
  near(moved.t0, 2_680_000, 200_000);
});

timelineTest('chips hide exactly their class; Alt+click shows one alone', { height: 900 }, async ({ page }) => {
  const chip = (id: string): ReturnType<Page['locator']> => page.locator(`.chip[data-class="${id}"]`);
  await chip('network').click();
  await settled(page);
  assert.deepEqual(await classesShown(page), ['file', 'directory', 'pipe', 'terminal', 'poll', 'kernel-file', 'none']);
  assert.equal(await chip('network').getAttribute('aria-pressed'), 'false');
  await chip('network').click();
  await chip('pipe').click({ modifiers: ['Alt'] });
  await settled(page);
  assert.deepEqual(await classesShown(page), ['pipe']);
  await chip('pipe').click({ modifiers: ['Alt'] });
  await settled(page);
  assert.equal((await classesShown(page)).length, 8);
});

timelineTest('keys: neighbours on the lane, other lanes, to the source with focus, clear', {}, async (timeline) => {
  const { page } = timeline;
  await clickAt(timeline, COPY, THIRD_WRITE_NS);
  const event = async (): Promise<number> => (await posted(page, 'reveal')).at(-1)?.event ?? -1;
  const third = await event();
  await page.keyboard.press('ArrowRight');
  await settled(page);
  const [after] = await page.evaluate((id) => window.testHost.calls().filter((call) => call.fd === 4 && call.id > id), third);
  assert.equal(await event(), after?.id);
  await page.keyboard.press('ArrowLeft');
  await settled(page);
  assert.equal(await event(), third);
  await page.keyboard.press('ArrowUp');
  await settled(page);
  assert.match((await page.locator('.call-line code').textContent()) ?? '', /^read\(3, /);
  await page.keyboard.press('Enter');
  assert.deepEqual((await posted(page, 'reveal')).at(-1)?.focus, true);
  assert.match((await page.locator('#selected-call').textContent()) ?? '', /read\(3,.*source line known/);
  await page.keyboard.press('Escape');
  await settled(page);
  assert.equal(await page.locator('#panel-details .empty').count(), 1);
});

timelineTest('a neighbour that is out of sight is brought into view', {}, async (timeline) => {
  const { page } = timeline;
  await clickAt(timeline, COPY, THIRD_WRITE_NS);
  for (const _ of Array.from({ length: 10 })) {
    await page.keyboard.press('w');
  }
  await settled(page);
  for (const _ of [1, 2, 3]) {
    await page.keyboard.press('ArrowRight');
    await settled(page);
  }
  const { t0, t1 } = await range(timeline);
  const shown = await page.evaluate(
    (id) => window.testHost.calls()[id]?.startNs,
    (await posted(page, 'reveal')).at(-1)?.event ?? 0,
  );
  assert.ok(shown !== undefined && shown >= t0 && shown <= t1, `${String(shown)} in ${String(t0)}..${String(t1)}`);
});
