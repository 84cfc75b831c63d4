/** The built timeline in a browser, driven by real mouse and keyboard events over a host that keeps a trace in memory. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { ToHost } from '../../extension/trace/timelineProtocol';
import { launchBrowser, openTimeline, pointOf, settled } from './harness';
import type { OpenOptions, Timeline } from './harness';

const COPY = 'fd 4 /home/me/sample/build/notes-copy.txt — demo [4711]';
const PIPE = 'fd 5 pipe:[88123] — demo [4711]';
const TERMINAL = 'fd 0 /dev/pts/3 — demo [4711]';
const BY_PATH = 'by path — demo [4711]';
/** The third write of the copy, and its middle. */
const THIRD_WRITE_NS = (4284 + 2 * 62 + 15) * 1000;

let browser: Browser;
before(async () => {
  browser = await launchBrowser();
});
after(async () => {
  await browser.close();
});

/** A test on a fresh page; it fails on any error of the page, a refused style or script too. */
function timelineTest(name: string, options: OpenOptions, run: (timeline: Timeline) => Promise<void>): void {
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

async function clickAt(timeline: Timeline, label: string, ns: number): Promise<void> {
  const { x, y } = await pointOf(timeline, label, ns);
  await timeline.page.mouse.click(x, y);
  await settled(timeline.page);
}

async function posted<T extends ToHost['type']>(page: Page, type: T): Promise<readonly Extract<ToHost, { type: T }>[]> {
  const all: readonly ToHost[] = await page.evaluate(() => window.testHost.posted);
  return all.filter((message): message is Extract<ToHost, { type: T }> => message.type === type);
}

async function range(timeline: Timeline): Promise<{ readonly t0: number; readonly t1: number }> {
  await settled(timeline.page);
  return { t0: Number(await timeline.canvas.getAttribute('data-t0')), t1: Number(await timeline.canvas.getAttribute('data-t1')) };
}

function near(actual: number, expected: number, tolerance: number): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${String(actual)} is about ${String(expected)}`);
}

function classesShown(page: Page): Promise<readonly string[]> {
  return page.locator('.row-header').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-class') ?? ''));
}

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
