/** The timeline's drawer, live traces, restored state and hostile or failing answers, in a browser. */
import assert from 'node:assert/strict';
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

timelineTest('failed calls say so; the stack leads to each frame', {}, async (timeline) => {
  const { page } = timeline;
  await clickAt(timeline, BY_PATH, 4_100_000);
  assert.equal(await page.locator('.result').textContent(), 'failed: ENOENT');
  assert.match((await page.locator('.facts').textContent()) ?? '', /-1 ENOENT \(No such file or directory\)/);
  await page.getByRole('tab', { name: 'Stack' }).click();
  await settled(page);
  const frames = page.locator('.frame');
  assert.equal(await frames.count(), 4);
  assert.match((await frames.nth(1).textContent()) ?? '', /copy_file.*copy\.c:22/);
  assert.equal(await frames.nth(1).getAttribute('aria-current'), 'true');
  await frames.nth(2).click();
  const [click, frame] = await posted(page, 'reveal');
  assert.deepEqual(frame, { type: 'reveal', event: click?.event, frame: 2, focus: false });
});

timelineTest(
  'the events table lists what is on show, follows the selection, and selects',
  { trace: 'busy', height: 800 },
  async (timeline) => {
    const { page } = timeline;
    await page.getByRole('tab', { name: 'Events' }).click();
    await page.locator('.events-row .events-call').first().waitFor();
    const grid = page.getByRole('grid', { name: 'Events' });
    assert.equal(await grid.getAttribute('aria-rowcount'), '11815');
    assert.ok((await page.locator('.events-row').count()) < 40, 'only the rows in sight are there');
    await page.locator('.events-row').nth(2).click();
    await settled(page);
    const shown = await page.locator('.events-row.selected .events-call').getAttribute('title');
    const event = (await posted(page, 'reveal')).at(-1)?.event ?? -1;
    assert.equal(shown, await page.evaluate((id) => window.testHost.calls()[id]?.text, event));
    await page.locator('.chip[data-class="pipe"]').click();
    await page.waitForFunction(() => document.querySelector('.events')?.getAttribute('aria-rowcount') === '1815');
    await page.evaluate(() => window.testHost.send({ type: 'select', event: 11_700 }));
    await settled(page);
    await page.locator('.events-scroller').evaluate((scroller) => (scroller.scrollTop = scroller.scrollHeight));
    await settled(page);
    assert.match((await page.locator('.events-row').last().getAttribute('aria-rowindex')) ?? '', /^181[56]$/);
  },
);

timelineTest(
  'many lanes: twelve, the failing one among them, and the rest on demand',
  { trace: 'busy', height: 900 },
  async ({ page }) => {
    const files = page.locator('.row-lane[data-class="file"]');
    assert.equal(await files.count(), 12);
    assert.equal(await page.locator('.row-lane[data-label="fd 40 /srv/data/table-37.db — server [4711]"]').count(), 1);
    const more = page.locator('.row-rest button');
    assert.match((await more.textContent()) ?? '', /^28 more · [\d,]+ calls$/);
    await more.click();
    await settled(page);
    assert.ok((await files.count()) > 12);
    await page.locator('.lanes').evaluate((lanes) => (lanes.scrollTop = 40 * 24));
    await settled(page);
    assert.ok((await page.locator('.row-lane').count()) < 60, 'lanes out of sight are not there');
  },
);

timelineTest(
  'eight threads on one socket stack to four rows and an overflow',
  { trace: 'busy', height: 900 },
  async (timeline) => {
    const { page } = timeline;
    await page.locator('.row-header[data-class="file"] button').click();
    await page.locator('.row-header[data-class="pipe"] button').click();
    await settled(page);
    const lane = page.locator('.row-lane[data-class="network"]');
    assert.equal(Number(await lane.getAttribute('data-height')), 4 * 2 + 4 * 16 + 3 * 2 + 12 + 2);
  },
);

timelineTest(
  'while recording: the pending read is open-ended, Stop and Follow are there, the line arrives',
  { trace: 'waiting' },
  async (timeline) => {
    const { page } = timeline;
    assert.match((await page.locator('.status').textContent()) ?? '', /Recording.*1 in progress/);
    const { t1 } = await range(timeline);
    await clickAt(timeline, TERMINAL, t1 - 10_000);
    assert.equal(await page.locator('.result').textContent(), 'in progress');
    const before = await range(timeline);
    await page.evaluate(() => window.testHost.showUntil('demo', 5_000_000));
    await page.locator('.row-lane[data-label^="fd 4 "]').waitFor();
    const now = await range(timeline);
    assert.ok(now.t1 > before.t1 * 2, 'the whole trace stays in view as it grows');
    await page.getByRole('button', { name: 'Follow' }).click();
    await page.evaluate(() => window.testHost.showUntil('demo', 9_000_000));
    await settled(page);
    assert.deepEqual(await range(timeline), now, 'held');
    await page.getByRole('button', { name: 'Follow' }).click();
    const followed = await range(timeline);
    near(followed.t1, 9_270_000, 1000);
    near(followed.t1 - followed.t0, now.t1 - now.t0, 1);
    await page.getByRole('button', { name: 'Stop' }).click();
    assert.deepEqual(await posted(page, 'command'), [{ type: 'command', command: 'stop' }]);
  },
);

timelineTest('a call in progress that is selected is completed when it returns', { trace: 'waiting' }, async (timeline) => {
  const { page } = timeline;
  const { t1 } = await range(timeline);
  await clickAt(timeline, TERMINAL, t1 - 10_000);
  const id = (await posted(page, 'reveal')).at(-1)?.event;
  await page.evaluate(() => window.testHost.showUntil('demo', 5_000_000));
  await page.waitForFunction(() => document.querySelector('.result')?.textContent !== 'in progress');
  assert.equal((await posted(page, 'reveal')).at(-1)?.event, id, 'nothing was revealed by itself');
});

timelineTest(
  'filters, zoom, selection and scroll survive a reload; another trace keeps what the host hands on',
  {},
  async (timeline) => {
    const { page } = timeline;
    await clickAt(timeline, COPY, THIRD_WRITE_NS);
    await page.keyboard.press('w');
    await page.locator('.chip[data-class="terminal"]').click();
    await page.getByRole('tab', { name: 'Stack' }).click();
    const before = await range(timeline);
    await page.waitForFunction(() =>
      window.testHost.posted.some((message) => message.type === 'state' && message.state.drawer === 'stack'),
    );
    await page.reload();
    await page.evaluate(() => window.testHost.show('demo'));
    await page.locator('.row-lane').first().waitFor();
    assert.deepEqual(await range(timeline), before);
    assert.equal((await classesShown(page)).includes('terminal'), false);
    assert.equal(await page.getByRole('tab', { name: 'Stack' }).getAttribute('aria-selected'), 'true');
    assert.equal(await page.locator('.frame').count(), 4);
    await page.evaluate(
      (range) =>
        window.testHost.show('busy', {
          version: 1,
          range,
          follow: false,
          hidden: ['file'],
          collapsed: [],
          loader: true,
          selected: undefined,
          drawer: undefined,
          drawerSize: undefined,
          scrollTop: 0,
        }),
      before,
    );
    await page.locator('.row-lane[data-class="network"]').waitFor();
    assert.deepEqual(await range(timeline), before);
    assert.deepEqual(await classesShown(page), ['pipe', 'network']);
  },
);

timelineTest('loader calls are shown on demand', {}, async (timeline) => {
  const { page } = timeline;
  const loader = page.getByRole('button', { name: 'Loader' });
  const label = 'fd 3 /home/me/sample/notes.txt — demo [4711]';
  await clickAt(timeline, label, 250_000);
  assert.equal((await posted(page, 'reveal')).length, 0);
  await loader.click();
  await settled(page);
  assert.equal(await loader.getAttribute('aria-pressed'), 'true');
  await clickAt(timeline, label, 250_000);
  assert.match((await page.locator('.facts').textContent()) ?? '', /dynamic loader/);
});

timelineTest('hovering tells what is there', {}, async (timeline) => {
  const { page } = timeline;
  const { x, y } = await pointOf(timeline, TERMINAL, 2_000_000);
  await page.mouse.move(x, y);
  const tooltip = page.locator('.tooltip');
  await tooltip.waitFor();
  assert.match((await tooltip.textContent()) ?? '', /read.*fd 0.*\/dev\/pts\/3.*demo \[4711\].*2\.4 ms/);
  await page.mouse.move(x, 5);
  await tooltip.waitFor({ state: 'hidden' });
});

timelineTest('hostile names are text: nothing of a trace becomes markup', {}, async ({ page }) => {
  await page.evaluate(() => {
    window.testHost.send({ type: 'notice', severity: 'error', text: '<img src=x onerror="document.title=1"><b>bold</b>' });
  });
  await page.locator('.notice').waitFor();
  assert.equal(await page.locator('.notice img, .notice b').count(), 0);
  assert.match((await page.locator('.notice-text').textContent()) ?? '', /^<img src=x/);
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await page.locator('.notice').waitFor({ state: 'hidden' });
});

timelineTest('an answer that fails is said, and the timeline goes on', {}, async (timeline) => {
  const { page } = timeline;
  await page.evaluate(() => window.testHost.send({ type: 'select', event: 123_456 }));
  await page.locator('#panel-details .empty', { hasText: 'There is no event 123456.' }).waitFor();
  await clickAt(timeline, PIPE, 6_241_000);
  assert.equal(await page.locator('#panel-details h2').textContent(), 'write');
});

timelineTest(
  'the drawer moves to the side of a wide window and can be sized and folded by keyboard',
  { width: 1300, height: 700 },
  async (timeline) => {
    const { page } = timeline;
    await clickAt(timeline, COPY, THIRD_WRITE_NS);
    const drawer = page.locator('.drawer');
    const before = await drawer.boundingBox();
    assert.ok(before !== null && before.height > 500 && before.x > 700, 'at the side');
    await page.getByRole('separator').focus();
    await page.keyboard.press('ArrowLeft');
    await settled(page);
    near((await drawer.boundingBox())?.width ?? 0, before.width + 24, 1);
    await page.setViewportSize({ width: 900, height: 700 });
    await settled(page);
    const below = await drawer.boundingBox();
    assert.ok(below !== null && below.width > 890 && below.y > 200, 'at the foot');
    await page.getByRole('button', { name: 'Close the drawer' }).click();
    await settled(page);
    assert.ok(((await drawer.boundingBox())?.height ?? 99) < 40);
  },
);
