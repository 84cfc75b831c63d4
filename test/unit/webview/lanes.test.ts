/** Which panes and lanes are shown, in what order, under which label. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  BUSIEST_LANES,
  classCounts,
  drawnRest,
  countedLanes,
  laneLabel,
  paneSummary,
  panes,
  shortResource,
  shownLanes,
} from '../../../webview/model/lanes';
import type { PaneFilter } from '../../../webview/model/lanes';
import { makeLane } from './fixtures';

const ALL: PaneFilter = { hidden: [], collapsed: [], expanded: [] };
const many = Array.from({ length: 40 }, (_, id) => makeLane(id, { events: id + 1 }));

test('panes are in the order of the classes, calls without a descriptor last', () => {
  const lanes = [
    makeLane(0, { classId: 0 }),
    makeLane(1, { classId: 13 }),
    makeLane(2, { classId: 4 }),
    makeLane(3, { classId: 1 }),
  ];
  assert.deepEqual(
    panes(lanes, ALL).map((pane) => pane.info.id),
    ['file', 'network', 'kernel-file', 'none'],
  );
});

test('a class of a newer version of the format is shown as other', () => {
  assert.deepEqual(
    panes([makeLane(0, { classId: 99 })], ALL).map((pane) => pane.info.id),
    ['other'],
  );
});

test('hidden classes have no pane but a chip, collapsed ones a pane without lanes in sight', () => {
  const lanes = [makeLane(0), makeLane(1, { classId: 4, events: 7, errors: 2 })];
  const filter = { ...ALL, hidden: ['network'], collapsed: ['file'] };
  const shown = panes(lanes, filter);
  assert.deepEqual(
    shown.map((pane) => [pane.info.id, pane.collapsed]),
    [['file', true]],
  );
  assert.deepEqual(shownLanes(shown), []);
  assert.deepEqual(
    classCounts(lanes, filter.hidden).map(({ info, events, errors, hidden }) => [info.id, events, errors, hidden]),
    [
      ['file', 10, 0, false],
      ['network', 7, 2, true],
    ],
  );
});

test('a pane shows its twelve busiest lanes in order of descriptor, and the rest behind one', () => {
  const [pane] = panes(many, ALL);
  assert.equal(pane?.lanes.length, BUSIEST_LANES);
  assert.deepEqual(
    pane.lanes.map((lane) => lane.fd),
    Array.from({ length: 12 }, (_, index) => 28 + index),
  );
  assert.equal(pane.rest.length, 28);
  assert.equal(pane.rest[0]?.fd, 27, 'busiest of the rest first');
  assert.equal(pane.events, (40 * 41) / 2);
  assert.equal(paneSummary(pane), '40 lanes · 820 calls');
});

test('a failed call pulls its lane up', () => {
  const lanes = many.map((lane) => (lane.id === 3 ? { ...lane, errors: 1 } : lane));
  const [pane] = panes(lanes, ALL);
  assert.ok(pane);
  assert.ok(pane.lanes.some((lane) => lane.id === 3));
  assert.equal(paneSummary(pane), '40 lanes · 820 calls · 1 failed call');
});

test('the loader’s calls count where they are shown', () => {
  const lanes = [
    makeLane(0, { events: 5, errors: 2, helperEvents: 3, helperErrors: 1 }),
    makeLane(1, { events: 4, helperEvents: 4 }),
  ];
  assert.equal(countedLanes(lanes, true), lanes);
  assert.deepEqual(
    countedLanes(lanes, false).map(({ id, events, errors }) => [id, events, errors]),
    [[0, 2, 1]],
  );
});

test('a rest of one is shown, and an expanded pane shows all', () => {
  const [pane] = panes(many.slice(0, 13), ALL);
  assert.equal(pane?.lanes.length, 13);
  assert.equal(pane.rest.length, 0);
  const [expanded] = panes(many, { ...ALL, expanded: ['file'] });
  assert.equal(expanded?.lanes.length, 40);
  assert.equal(expanded.expanded, true);
  assert.equal(panes(many.slice(0, 5), { ...ALL, expanded: ['file'] })[0]?.expanded, false, 'nothing to fold');
});

test('the rest is drawn from at most a hundred lanes', () => {
  const lanes = Array.from({ length: 500 }, (_, id) => makeLane(id));
  const [pane] = panes(lanes, ALL);
  assert.ok(pane);
  assert.equal(drawnRest(pane).length, 100);
  assert.equal(shownLanes([pane]).length, 112);
});

test('labels name descriptor, resource, process', () => {
  const lane = makeLane(3, { resource: '/home/me/log.txt', pid: 1234 });
  assert.equal(laneLabel(lane).full, 'fd 3 /home/me/log.txt — cat [1234]');
  assert.equal(laneLabel(lane).name, 'log.txt');
  assert.equal(laneLabel(makeLane(3, { fd: -1, pid: 7 })).full, 'by path — cat [7]');
  assert.equal(laneLabel(makeLane(3, { fd: -1, classId: 0, tid: 8, pid: 7 })).full, 'thread 8 — cat [7]');
  assert.equal(laneLabel(makeLane(3, { processName: '', resource: '' })).full, 'fd 3 — ? [100]');
  assert.equal(laneLabel(makeLane(3, { fd: -1, thread: 2, tid: 8, pid: 7, resource: '' })).full, 'thread 8 — cat [7]');
  const file = laneLabel(makeLane(3, { fd: -1, process: -1, pid: -1, processName: '', resource: '/home/me/log.txt' }));
  assert.deepEqual([file.number, file.name, file.process, file.full], ['', 'log.txt', '', '/home/me/log.txt']);
});

test('resources are shortened only where their last part says enough', () => {
  assert.equal(shortResource('/a/b/c.txt'), 'c.txt');
  assert.equal(shortResource('/etc'), '/etc');
  assert.equal(shortResource('/'), '/');
  assert.equal(shortResource('/dev/pts/3'), '/dev/pts/3');
  assert.equal(shortResource('/proc/self/maps'), '/proc/self/maps');
  assert.equal(shortResource('pipe:[88]'), 'pipe:[88]');
  assert.equal(shortResource('127.0.0.1:80'), '127.0.0.1:80');
});
