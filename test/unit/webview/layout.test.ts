/** Where headers and lanes lie, which are seen, and what is under a point. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LaneId } from '../../../extension/trace/engineProtocol';
import { panes } from '../../../webview/model/lanes';
import type { PaneFilter } from '../../../webview/model/lanes';
import {
  GENERATION_HEIGHT,
  HEADER_HEIGHT,
  laneHeight,
  layout,
  rowAt,
  rowOfLane,
  scrollToRow,
  stackBand,
  stickyHeader,
  timeToX,
  visibleRows,
  xToTime,
} from '../../../webview/model/layout';
import type { Layout } from '../../../webview/model/layout';
import { onOtherLane, under } from '../../../webview/picking';
import type { Picture } from '../../../webview/picking';
import { makeBoxes, makeLane } from './fixtures';

const ALL: PaneFilter = { hidden: [], collapsed: [], expanded: [] };
const LANES = [
  ...Array.from({ length: 20 }, (_, id) => makeLane(id)),
  makeLane(20, { classId: 4 }),
  makeLane(21, { classId: 0 }),
];

function arranged(rowCounts: ReadonlyMap<LaneId, number> = new Map(), filter = ALL): Layout {
  return layout(panes(LANES, filter), rowCounts);
}

/** "header file", "lane 3", … with top and height. */
function names(of: Layout): readonly string[] {
  return of.rows.map((row) => (row.kind === 'lane' ? `lane ${String(row.lane.id)}` : `${row.kind} ${row.pane.info.id}`));
}

test('a pane is a header, its lanes, and the rest; panes follow each other without overlap', () => {
  const all = arranged();
  assert.deepEqual(names(all).slice(0, 2), ['header file', 'lane 0']);
  assert.deepEqual(names(all).slice(12), ['lane 11', 'rest file', 'header network', 'lane 20', 'header none', 'lane 21']);
  let end = 0;
  for (const row of all.rows) {
    assert.ok(row.top >= end, `${row.kind} at ${String(row.top)} after ${String(end)}`);
    end = row.top + row.height;
  }
  assert.ok(all.height >= end);
});

test('a collapsed pane is its header; an expanded one ends with a way back', () => {
  const folded = names(arranged(new Map(), { ...ALL, collapsed: ['file'] }));
  assert.deepEqual(folded.slice(0, 2), ['header file', 'header network']);
  const open = names(arranged(new Map(), { ...ALL, expanded: ['file'] }));
  assert.deepEqual(open.slice(20, 23), ['lane 19', 'fewer file', 'header network']);
});

test('a lane grows with its stacking rows, to four and a thin one, and with names of generations', () => {
  assert.ok(laneHeight(2, false) > laneHeight(1, false));
  assert.equal(laneHeight(5, false), laneHeight(9, false));
  assert.ok(laneHeight(5, false) > laneHeight(4, false));
  assert.equal(laneHeight(1, true) - laneHeight(1, false), GENERATION_HEIGHT);
  for (const [rows, named] of [
    [1, false],
    [4, true],
    [5, false],
  ] as const) {
    const last = stackBand(rows - 1, named);
    assert.ok(last.top + last.height < laneHeight(rows, named), 'the last row lies inside of the lane');
  }
  assert.ok(stackBand(0, false).top + stackBand(0, false).height < stackBand(1, false).top, 'rows do not touch');
});

test('a lane whose number was reused is named', () => {
  const twice = makeLane(5, {
    generations: [
      { startNs: 0, endNs: 10, resource: 'a' },
      { startNs: 20, endNs: 30, resource: 'b' },
    ],
  });
  const [, row] = layout(panes([twice], ALL), new Map()).rows;
  assert.ok(row?.kind === 'lane' && row.named);
});

test('visible rows are those that meet the window, however far it is scrolled', () => {
  const all = arranged(new Map([[3, 4]]));
  for (let top = 0; top < all.height; top += 7) {
    const expected = all.rows.filter((row) => row.top + row.height > top && row.top < top + 100);
    assert.deepEqual(visibleRows(all, top, 100), expected, String(top));
  }
});

test('the header of the pane at the top edge stays, and is pushed out by the next pane', () => {
  const all = arranged();
  assert.equal(stickyHeader(all, 0), undefined);
  assert.deepEqual([stickyHeader(all, 40)?.pane.info.id, stickyHeader(all, 40)?.top], ['file', 0]);
  const file = all.rows[0];
  assert.ok(file?.kind === 'header');
  assert.equal(stickyHeader(all, file.paneBottom - 10)?.top, 10 - HEADER_HEIGHT);
  assert.equal(stickyHeader(all, file.paneBottom + 1), undefined, 'between two panes');
});

test('rows are found by height and by lane, the rest for lanes behind it', () => {
  const all = arranged();
  const third = rowOfLane(all, 2);
  assert.ok(third);
  assert.equal(rowAt(all, third.top + 1), third);
  assert.equal(rowOfLane(all, 19)?.kind, 'rest');
  assert.equal(rowOfLane(all, 777), undefined);
  assert.equal(rowAt(all, all.height + 50), undefined);
});

test('scrolling to a row moves as little as it must and keeps it clear of the header', () => {
  const all = arranged();
  const row = rowOfLane(all, 10);
  assert.ok(row);
  assert.equal(scrollToRow(row, row.top - 100, 300), row.top - 100, 'in sight');
  assert.equal(scrollToRow(row, row.top + 50, 300), row.top - HEADER_HEIGHT, 'above');
  assert.equal(scrollToRow(row, 0, 100), row.top + row.height - 100, 'below');
});

test('time and place are each other’s inverse', () => {
  const range = { t0: 1000, t1: 3000 };
  assert.equal(timeToX(1500, range, 800), 200);
  assert.equal(xToTime(200, range, 800), 1500);
});

function picture(boxes: readonly ReturnType<typeof makeBoxes>[]): Picture {
  const byLane = new Map(boxes.map((entry) => [entry.lane, entry]));
  const range = { t0: 0, t1: 1000 };
  return { layout: arranged(), boxes: { range, pixels: 1000, revision: 1, loader: false, byLane }, range, width: 1000 };
}

test('under a point lies the nearest box of that lane, of a rest lane the nearest of all behind it', () => {
  const shown = picture([
    makeBoxes(2, [{ x0: 100, x1: 120 }]),
    makeBoxes(15, [{ x0: 500, x1: 510 }]),
    makeBoxes(17, [{ x0: 514, x1: 520 }]),
  ]);
  const lane = rowOfLane(shown.layout, 2);
  const rest = rowOfLane(shown.layout, 15);
  assert.ok(lane && rest);
  assert.equal(under(shown, 110, lane.top + 10).hit?.box.event, 2000);
  assert.equal(under(shown, 300, lane.top + 10).hit, undefined);
  assert.equal(under(shown, 300, lane.top + 10).row, lane);
  assert.equal(under(shown, 511, rest.top + 10).hit?.box.lane, 15);
  assert.equal(under(shown, 513, rest.top + 10).hit?.box.lane, 17);
  assert.equal(under(shown, 110, 5).hit, undefined, 'a header');
});

test('up and down go to the nearest call of the next lane that has any', () => {
  const shown = picture([
    makeBoxes(2, [{ x0: 100, x1: 120 }]),
    makeBoxes(6, [
      { x0: 10, x1: 20 },
      { x0: 300, x1: 320 },
    ]),
  ]);
  const second = rowOfLane(shown.layout, 2);
  assert.equal(onOtherLane(shown, second, 110, 1)?.event, 6000);
  assert.equal(onOtherLane(shown, second, 260, 1)?.event, 6001);
  assert.equal(onOtherLane(shown, second, 110, -1), undefined);
  assert.equal(onOtherLane(shown, rowOfLane(shown.layout, 6), 110, -1)?.event, 2000);
  assert.equal(onOtherLane(shown, undefined, 0, 1)?.event, 2000, 'without a selection: the first');
});
