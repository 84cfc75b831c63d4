/** What actions make of the state. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DescribedDetails } from '../../../extension/trace/timelineProtocol';
import { fitRange } from '../../../webview/model/range';
import { DEFAULT_VIEW, INITIAL, laneSetOf, reduce, visibleRange } from '../../../webview/model/state';
import type { Action, State } from '../../../webview/model/state';
import { makeBoxes, makeInfo, makeLane } from './fixtures';

const RANGE = { t0: 1000, t1: 5000 };

function after(...actions: readonly Action[]): State {
  return actions.reduce(reduce, INITIAL);
}
const opened: Action = { type: 'init', info: makeInfo(), view: undefined, hasPrevious: false };

function details(id: number): DescribedDetails {
  return { details: { call: { id } }, call: { id } } as unknown as DescribedDetails;
}

test('a fresh trace is shown whole, calls without a descriptor collapsed', () => {
  const state = after(opened);
  assert.deepEqual(visibleRange(state), fitRange(1_000_000));
  assert.deepEqual(state.view.collapsed, ['none']);
  assert.equal(state.view.follow, true);
});

test('the host’s state has the filters and zoom to keep; another trace forgets the rest', () => {
  const view = { ...DEFAULT_VIEW, range: RANGE, hidden: ['network'] };
  const first = after(opened, { type: 'select', event: 4, picked: undefined }, { type: 'span', span: RANGE });
  const second = reduce(first, { type: 'init', info: makeInfo({ path: '/tmp/b' }), view, hasPrevious: true });
  assert.equal(second.epoch, first.epoch + 1);
  assert.deepEqual(second.view, view);
  assert.equal(second.span, undefined);
  assert.equal(second.boxes, undefined);
  assert.equal(second.hasPrevious, true);
});

test('a whole trace that grows stays whole; a zoomed one that is followed slides; one that isn’t stays', () => {
  const grown: Action = { type: 'update', info: makeInfo({ durationNs: 2_000_000 }) };
  assert.deepEqual(visibleRange(after(opened, grown)), fitRange(2_000_000));
  const zoomed = after(opened, { type: 'range', range: RANGE });
  assert.equal(zoomed.view.follow, false, 'who zooms looks at something');
  assert.deepEqual(visibleRange(reduce(zoomed, grown)), RANGE);
  const followed = reduce(reduce(zoomed, { type: 'follow', on: true }), grown);
  const { t0, t1 } = visibleRange(followed);
  assert.equal(t1, fitRange(2_000_000).t1);
  assert.ok(Math.abs(t1 - t0 - 4000) < 1e-6);
});

test('switching follow off holds what is seen; fit shows all again', () => {
  const held = after(opened, { type: 'follow', on: false }, { type: 'update', info: makeInfo({ durationNs: 9e6 }) });
  assert.deepEqual(visibleRange(held), fitRange(1_000_000));
  const fitted = reduce(held, { type: 'fit' });
  assert.equal(fitted.view.range, undefined);
  assert.equal(fitted.view.follow, true);
});

test('chips hide one class, or all but one and back', () => {
  const all = ['file', 'network', 'pipe'];
  const hidden = after(opened, { type: 'hide', classId: 'pipe', hidden: true });
  assert.deepEqual(hidden.view.hidden, ['pipe']);
  assert.deepEqual(reduce(hidden, { type: 'hide', classId: 'pipe', hidden: false }).view.hidden, []);
  const alone = reduce(hidden, { type: 'only', classId: 'pipe', all });
  assert.deepEqual(alone.view.hidden, ['file', 'network']);
  assert.deepEqual(reduce(alone, { type: 'only', classId: 'pipe', all }).view.hidden, []);
});

test('another grouping of the lanes keeps view and selection, and drops what was asked about the former', () => {
  const before = after(
    opened,
    { type: 'lanes', lanes: [makeLane(0, {})] },
    { type: 'range', range: RANGE },
    { type: 'select', event: 4, picked: undefined },
    { type: 'details', details: details(4) },
  );
  const now = reduce(before, { type: 'group', group: 'thread' });
  assert.equal(now.epoch, before.epoch + 1);
  assert.deepEqual([now.lanes, now.boxes, now.details], [[], undefined, undefined]);
  assert.deepEqual([now.view.group, now.view.selected, now.view.range], ['thread', 4, before.view.range]);
  assert.equal(reduce(now, { type: 'group', group: 'thread' }), now);
});

test('selecting opens the drawer unless the person closed it', () => {
  const select: Action = { type: 'select', event: 4, picked: undefined };
  assert.equal(after(opened, select).view.drawer, 'details');
  assert.equal(after(opened, { type: 'drawer', drawer: 'stack' }, select).view.drawer, 'stack');
  assert.equal(
    after(opened, { type: 'drawer', drawer: 'stack' }, { type: 'drawer', drawer: undefined }, select).view.drawer,
    undefined,
  );
});

test('details that come late for another selection are dropped', () => {
  const selected = after(opened, { type: 'select', event: 4, picked: undefined });
  assert.equal(reduce(selected, { type: 'details', details: details(3) }).details, undefined);
  assert.equal(reduce(selected, { type: 'details', details: details(4) }).details?.call.id, 4);
  assert.equal(reduce(selected, { type: 'detailsProblem', event: 3, message: 'x' }).detailsProblem, undefined);
  assert.equal(reduce(selected, { type: 'detailsProblem', event: 4, message: 'x' }).detailsProblem, 'x');
});

test('clearing drops selection and range, not the view', () => {
  const state = after(
    opened,
    { type: 'range', range: RANGE },
    { type: 'select', event: 4, picked: undefined },
    { type: 'details', details: details(4) },
    { type: 'span', span: RANGE },
    { type: 'clear' },
  );
  assert.equal(state.view.selected, undefined);
  assert.equal(state.details, undefined);
  assert.equal(state.span, undefined);
  assert.deepEqual(state.view.range, RANGE);
});

test('totals belong to the range that they were asked for', () => {
  const first = { t0: 1, t1: 2 };
  const totals = { events: 5, errors: 1 };
  const state = after(opened, { type: 'span', span: first });
  assert.deepEqual(reduce(state, { type: 'spanTotals', span: first, totals }).spanTotals, totals);
  const moved = reduce(state, { type: 'span', span: { t0: 1, t1: 3 } });
  assert.equal(reduce(moved, { type: 'spanTotals', span: first, totals }).spanTotals, undefined);
});

test('a lane keeps the most stacking rows that it ever showed', () => {
  const set = (rows: readonly number[]): Action => ({
    type: 'boxes',
    set: {
      range: RANGE,
      pixels: 10,
      revision: 1,
      loader: false,
      byLane: new Map([
        [
          6,
          makeBoxes(
            6,
            rows.map((row) => ({ x0: 0, x1: 1, row })),
          ),
        ],
      ]),
    },
  });
  const grown = after(opened, set([0, 2, 1]));
  assert.equal(grown.rowCounts.get(6), 3);
  const less = reduce(grown, set([0]));
  assert.equal(less.rowCounts, grown.rowCounts, 'the same map: nothing is laid out anew');
});

test('what was selected elsewhere is brought into view', () => {
  const zoomed = after(opened, { type: 'range', range: RANGE });
  const moved = reduce(zoomed, { type: 'show', t0: 500_000, t1: 500_100 });
  const { t0, t1 } = visibleRange(moved);
  assert.ok(t0 < 500_000 && t1 > 500_100);
  assert.equal(t1 - t0, 4000);
  assert.equal(reduce(zoomed, { type: 'show', t0: 2000, t1: 2100 }), zoomed);
});

test('a filter brings other lanes: the view and the selection stay, what was asked before is dropped', () => {
  const filter = [{ term: { type: 'process', process: 2, family: false }, label: 'process cat 7' }] as const;
  const before = after(
    opened,
    { type: 'lanes', lanes: [makeLane(1)] },
    { type: 'range', range: RANGE },
    { type: 'hide', classId: 'pipe', hidden: true },
  );
  const filtered = reduce(reduce(before, { type: 'select', event: 4, picked: undefined }), { type: 'filter', filter });
  assert.equal(filtered.epoch, before.epoch + 1);
  assert.deepEqual([filtered.lanes, filtered.lanesKnown, filtered.view.selected], [[], false, 4]);
  assert.deepEqual([filtered.view.range, filtered.view.hidden], [RANGE, ['pipe']]);
  assert.deepEqual(laneSetOf(filtered.view), { group: 'fd', filter: [filter[0].term] });
  assert.equal(reduce(filtered, { type: 'filter', filter: [...filter] }), filtered, 'the same once more');
  const cleared = reduce(filtered, { type: 'filter', filter: undefined });
  assert.deepEqual([cleared.epoch, laneSetOf(cleared.view)], [before.epoch + 2, { group: 'fd' }]);
});
