/** What zooming, panning and following make of the visible stretch of time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bringIntoView, clampRange, fitRange, MIN_SPAN_NS, pan, slideToEnd, zoomAt } from '../../../webview/model/range';

const DURATION = 1_000_000;

test('fit shows the whole trace and a little room after it, an empty one too', () => {
  assert.equal(fitRange(DURATION).t0, 0);
  assert.ok(fitRange(DURATION).t1 > DURATION && fitRange(DURATION).t1 < DURATION * 1.1);
  assert.ok(fitRange(0).t1 >= MIN_SPAN_NS);
});

test('zooming keeps the time under the cursor in its place', () => {
  const range = { t0: 1000, t1: 5000 };
  const nearer = zoomAt(range, 2000, 4);
  assert.deepEqual(nearer, { t0: 1750, t1: 2750 });
  assert.equal((2000 - nearer.t0) / (nearer.t1 - nearer.t0), 0.25);
  assert.deepEqual(zoomAt(nearer, 2000, 1 / 4), range);
});

test('no gesture leaves the trace, or goes nearer than allowed', () => {
  const whole = fitRange(DURATION);
  assert.deepEqual(clampRange({ t0: -500, t1: 500 }, DURATION), { t0: 0, t1: 1000 });
  assert.deepEqual(clampRange({ t0: whole.t1 - 100, t1: whole.t1 + 900 }, DURATION), { t0: whole.t1 - 1000, t1: whole.t1 });
  assert.deepEqual(clampRange({ t0: -1e9, t1: 1e9 }, DURATION), whole);
  const tight = clampRange({ t0: 500, t1: 500.001 }, DURATION);
  assert.equal(tight.t1 - tight.t0, MIN_SPAN_NS);
});

test('panning moves by a share of the width', () => {
  assert.deepEqual(pan({ t0: 100, t1: 300 }, 0.5), { t0: 200, t1: 400 });
  assert.deepEqual(pan({ t0: 100, t1: 300 }, -0.25), { t0: 50, t1: 250 });
});

test('following keeps the width and the end in view', () => {
  const range = slideToEnd({ t0: 100, t1: 1100 }, DURATION);
  assert.equal(range.t1, fitRange(DURATION).t1);
  assert.ok(Math.abs(range.t1 - range.t0 - 1000) < 1e-6);
});

test('bringing into view moves only if it must, and never zooms', () => {
  const range = { t0: 1000, t1: 2000 };
  assert.equal(bringIntoView(range, 1400, 1500), range);
  assert.deepEqual(bringIntoView(range, 3000, 3100), { t0: 2550, t1: 3550 });
  const long = bringIntoView(range, 5000, 9000);
  assert.ok(long.t0 < 5000 && long.t0 > 4800, 'the start of what is longer than the view');
  assert.equal(long.t1 - long.t0, 1000);
  assert.equal(bringIntoView(range, 1100, 9000), range, 'its start is seen already');
});
