/** Which box a click means. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AUDIT_ARCH_X86_64 } from '../../../extension/trace/syscallTable';
import { boxOfEvent, boxSpan, BoxFlag, HIT_TOLERANCE, hitBox, MIN_BOX_WIDTH, nearestBox, pick } from '../../../webview/model/hit';
import { stackBand } from '../../../webview/model/layout';
import { makeBoxes } from './fixtures';

/** One pixel a nanosecond. */
const RANGE = { t0: 0, t1: 1000 };
const WIDTH = 1000;
const FIRST = stackBand(0, false).top + 8;
const SECOND = stackBand(1, false).top + 8;
const PLAIN = { named: false, flat: false };

function hit(boxes: ReturnType<typeof makeBoxes>, x: number, y: number, place = PLAIN): number | undefined {
  return hitBox(boxes, x, y, place, RANGE, WIDTH)?.index;
}

test('a box is hit within three pixels of its edges and not beyond', () => {
  const boxes = makeBoxes(1, [{ x0: 100, x1: 200 }]);
  assert.equal(hit(boxes, 100 - HIT_TOLERANCE, FIRST), 0);
  assert.equal(hit(boxes, 100 - HIT_TOLERANCE - 1, FIRST), undefined);
  assert.equal(hit(boxes, 200 + HIT_TOLERANCE, FIRST), 0);
  assert.equal(hit(boxes, 200 + HIT_TOLERANCE + 1, FIRST), undefined);
  assert.equal(hit(boxes, 150, FIRST + 40), undefined, 'far below');
});

test('a call shorter than a pixel is as wide as it is drawn', () => {
  const boxes = makeBoxes(1, [{ x0: 100, x1: 100.001 }]);
  const span = boxSpan(boxes, 0, RANGE, WIDTH);
  assert.equal(span.right - span.left, MIN_BOX_WIDTH);
  assert.equal(hit(boxes, 100 + MIN_BOX_WIDTH + HIT_TOLERANCE, FIRST), 0);
});

test('of two near boxes the nearer one is hit, of two stacked ones that at the height', () => {
  const boxes = makeBoxes(1, [
    { x0: 100, x1: 110 },
    { x0: 114, x1: 120 },
    { x0: 105, x1: 118, row: 1 },
  ]);
  assert.equal(hit(boxes, 111, FIRST), 0);
  assert.equal(hit(boxes, 113, FIRST), 1);
  assert.equal(hit(boxes, 110, SECOND), 2);
});

test('a call in progress reaches to the right edge, but lies under what comes after', () => {
  const boxes = makeBoxes(1, [
    { x0: 300, x1: 300, flags: BoxFlag.pending },
    { x0: 600, x1: 610 },
  ]);
  assert.equal(hit(boxes, 950, FIRST), 0);
  assert.equal(hit(boxes, 605, FIRST), 1);
  assert.equal(hit(boxes, 200, FIRST), undefined);
});

test('the strip of names above a lane’s boxes belongs to its first row', () => {
  const boxes = makeBoxes(1, [{ x0: 100, x1: 200 }]);
  assert.equal(hit(boxes, 150, 4, { named: true, flat: false }), 0);
  assert.equal(hit(boxes, 250, 4, { named: true, flat: false }), undefined);
});

test('a flat place has every stacking row on one line', () => {
  const boxes = makeBoxes(1, [{ x0: 100, x1: 200, row: 3 }]);
  assert.equal(hit(boxes, 150, FIRST), undefined);
  assert.equal(hit(boxes, 150, FIRST, { named: false, flat: true }), 0);
});

test('an event is found by its own box, else by the merged box around its start', () => {
  const boxes = makeBoxes(1, [
    { x0: 100, x1: 200, count: 30, event: 7 },
    { x0: 300, x1: 400, count: 1, event: 50 },
  ]);
  assert.equal(boxOfEvent(boxes, 50, undefined), 1);
  assert.equal(boxOfEvent(boxes, 9, 150), 0);
  assert.equal(boxOfEvent(boxes, 9, 350), undefined, 'a box of one call is that call’s alone');
  assert.equal(boxOfEvent(boxes, 9, undefined), undefined);
});

test('the box nearest in time', () => {
  const boxes = makeBoxes(1, [
    { x0: 100, x1: 200 },
    { x0: 300, x1: 400 },
  ]);
  assert.equal(nearestBox(boxes, 0), 0);
  assert.equal(nearestBox(boxes, 240), 0);
  assert.equal(nearestBox(boxes, 260), 1);
  assert.equal(nearestBox(boxes, 900), 1);
  assert.equal(nearestBox(makeBoxes(1, []), 5), undefined);
});

test('a picked box says what it stands for', () => {
  const boxes = makeBoxes(4, [{ x0: 100, x1: 200, count: 1204, errors: 3, flags: BoxFlag.error | BoxFlag.loader, event: 99 }]);
  assert.deepEqual(pick(boxes, 0), {
    lane: 4,
    event: 99,
    count: 1204,
    errors: 3,
    nr: 1,
    arch: AUDIT_ARCH_X86_64,
    t0: 100,
    t1: 200,
    pending: false,
    loader: true,
  });
});
