/**
 * The timeline inside its webview, as a person sees and uses it: positions are read from its labels and its time axis,
 * everything else is mouse and keyboard. Nothing here selects an event by any other way than a click on the canvas.
 */
import assert from 'node:assert/strict';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { STEP_MS, eventually } from '../workbench/ui';
import { laneKeys, type ExportedCall } from './trace';

export interface LaneRow {
  readonly class: string;
  readonly lane: number;
  readonly fd: number;
  readonly pid: number;
  readonly label: string;
}

/** The visible timeline's document: VS Code's outer frame, then the extension's page. */
export const timeline = (page: Page): FrameLocator =>
  page.frameLocator('iframe.webview.ready[src*="extensionId=syscope.syscope"]:visible').frameLocator('iframe#active-frame');

export const canvas = (page: Page): Locator => timeline(page).locator('canvas.events-canvas');
export const chip = (page: Page, fdClass: string): Locator => timeline(page).locator(`.chip[data-class="${fdClass}"]`);
export const drawer = (page: Page): Locator => timeline(page).locator('.drawer');

/** The lanes that are drawn, top to bottom. */
export async function lanes(page: Page): Promise<readonly LaneRow[]> {
  return timeline(page)
    .locator('.row-lane')
    .evaluateAll((rows) =>
      rows.map((row) => ({
        class: row.getAttribute('data-class') ?? '',
        lane: Number(row.getAttribute('data-lane')),
        fd: Number(row.getAttribute('data-fd')),
        pid: Number(row.getAttribute('data-pid')),
        label: row.getAttribute('data-label') ?? '',
      })),
    );
}

/** Every lane, whichever are in view: scrolls from the top to the end by the wheel. */
export async function allLanes(page: Page): Promise<readonly LaneRow[]> {
  await settledAxis(page);
  const area = await rectangle(canvas(page));
  await page.mouse.move(area.x + area.width / 2, area.y + area.height / 2);
  await page.mouse.wheel(0, -100_000);
  const found = new Map<number, LaneRow>();
  for (let quiet = 0; quiet < 3;) {
    await page.waitForTimeout(80);
    const before = found.size;
    for (const row of await lanes(page)) found.set(row.lane, row);
    quiet = found.size === before ? quiet + 1 : 0;
    await page.mouse.wheel(0, Math.max(40, area.height / 2));
  }
  await page.mouse.wheel(0, -100_000);
  return [...found.values()];
}

/** Waits until the lanes are these (as laneKeys has them): the status line is a round trip ahead of the lanes. */
export async function expectLanes(page: Page, expected: readonly string[]): Promise<readonly LaneRow[]> {
  let rows: readonly LaneRow[] = [];
  for (const end = Date.now() + STEP_MS; ;) {
    rows = await allLanes(page);
    if (laneKeys(rows).join('\n') === expected.join('\n')) return rows;
    if (Date.now() > end) break;
  }
  assert.deepEqual(laneKeys(rows), expected);
  return rows;
}

/** The classes whose panes are there, top to bottom. */
export async function panes(page: Page): Promise<readonly string[]> {
  const headers = timeline(page).locator('.row-header');
  return headers.evaluateAll((rows) => rows.map((row) => row.getAttribute('data-class') ?? ''));
}

export const statusText = async (page: Page): Promise<string> =>
  timeline(page).locator('footer.status').innerText({ timeout: 5000 });

/** The time axis: what the canvas's left and right edges stand for. */
export async function axis(page: Page): Promise<{ readonly t0: number; readonly t1: number }> {
  const element = canvas(page);
  const [t0, t1] = await Promise.all([element.getAttribute('data-t0'), element.getAttribute('data-t1')]);
  return { t0: Number(t0), t1: Number(t1) };
}

interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

async function rectangle(locator: Locator): Promise<Rectangle> {
  const box = await locator.boundingBox({ timeout: STEP_MS });
  if (box === null) throw new Error(`${String(locator)} is not shown`);
  return box;
}

const xOf = (ns: number, range: { readonly t0: number; readonly t1: number }, area: Rectangle): number =>
  area.x + ((ns - range.t0) / (range.t1 - range.t0)) * area.width;

/** Waits until two reads of the axis agree: zooms are drawn a frame later. */
async function settledAxis(page: Page): Promise<{ readonly t0: number; readonly t1: number }> {
  let before = await axis(page);
  return eventually('the time axis stands still', async () => {
    await page.waitForTimeout(60);
    const now = await axis(page);
    const same = now.t0 === before.t0 && now.t1 === before.t1;
    before = now;
    return same ? now : undefined;
  });
}

/** A pane's header stays at the top edge while its lanes scroll under it. */
const HEADER_PIXELS = 24;
const LANE_PIXELS = 24;

/** A lane's label, scrolled into view by the wheel. */
async function showLane(page: Page, row: Locator): Promise<Rectangle> {
  const area = await rectangle(canvas(page));
  return eventually('the lane is in view', async () => {
    const box = (await row.count()) === 0 ? null : await row.first().boundingBox();
    if (box !== null && box.y >= area.y + HEADER_PIXELS && box.y + box.height <= area.y + area.height) return box;
    await page.mouse.move(area.x + area.width / 2, area.y + area.height / 2);
    await page.mouse.wheel(0, box !== null && box.y < area.y + HEADER_PIXELS ? -LANE_PIXELS : LANE_PIXELS);
    await page.waitForTimeout(60);
    return undefined;
  });
}

/** The label of the lane that a call lies on. */
export function laneOf(page: Page, call: Pick<ExportedCall, 'fd' | 'fd_class' | 'pid'>): Locator {
  const fd = call.fd ?? -1;
  return timeline(page).locator(`.row-lane[data-class="${call.fd_class}"][data-fd="${fd}"][data-pid="${call.pid}"]`);
}

const NEIGHBOUR_PIXELS = 14;

/**
 * Zooms in at the call by Ctrl+wheel until it stands apart from its neighbours on the lane. Returns the point to click.
 * others: every call of the trace.
 */
export async function zoomTo(
  page: Page,
  call: ExportedCall,
  others: readonly ExportedCall[],
): Promise<{ readonly x: number; readonly y: number }> {
  const middle = call.start_ns + (call.duration_ns ?? 0) / 2;
  const onLane = others.filter((other) => other.id !== call.id && other.fd === call.fd && other.pid === call.pid);
  const gap = Math.min(
    ...onLane.map((other) =>
      Math.min(Math.abs(other.start_ns - middle), Math.abs(other.start_ns + (other.duration_ns ?? 0) - middle)),
    ),
  );
  const shown = await settledAxis(page);
  if (middle < shown.t0 || middle > shown.t1) await fit(page);
  const row = await showLane(page, laneOf(page, call));
  const area = await rectangle(canvas(page));
  const y = row.y + Math.min(row.height / 2, 12);
  for (let step = 0; step < 60; step++) {
    const range = await settledAxis(page);
    const x = xOf(middle, range, area);
    const pixels = (gap / (range.t1 - range.t0)) * area.width;
    const inside = x > area.x + 2 && x < area.x + area.width - 2;
    if (inside && pixels >= NEIGHBOUR_PIXELS) return { x, y };
    await page.mouse.move(Math.min(Math.max(x, area.x + 1), area.x + area.width - 1), y);
    await page.keyboard.down('Control');
    await page.mouse.wheel(0, -240);
    await page.keyboard.up('Control');
  }
  throw new Error(`the zoom does not reach ${call.text}`);
}

/** Zooms in on the canvas's middle by Ctrl+wheel. */
export async function zoomIn(page: Page): Promise<void> {
  const area = await rectangle(canvas(page));
  const before = await settledAxis(page);
  await page.mouse.move(area.x + area.width / 2, area.y + area.height / 2);
  await page.keyboard.down('Control');
  for (let i = 0; i < 3; i++) await page.mouse.wheel(0, -240);
  await page.keyboard.up('Control');
  const after = await settledAxis(page);
  if (after.t1 - after.t0 >= before.t1 - before.t0) throw new Error('Ctrl+wheel did not zoom in');
}

/** Shows the whole trace (the toolbar's Fit). */
export async function fit(page: Page): Promise<void> {
  await timeline(page).getByRole('button', { name: 'Fit' }).click({ timeout: STEP_MS });
  await settledAxis(page);
}

/** Clicks the call on the canvas and waits until the drawer's Details are about it. */
export async function clickCall(page: Page, call: ExportedCall, others: readonly ExportedCall[]): Promise<void> {
  const point = await zoomTo(page, call, others);
  await page.mouse.click(point.x, point.y);
  const line = drawer(page).locator('.call-line code');
  await eventually(`the details of ${call.text}`, async () =>
    (await line.first().innerText({ timeout: 2000 })) === call.text ? true : undefined,
  );
}
