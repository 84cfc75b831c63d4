/** Times and durations as text, and where the axis puts its ticks. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatCount, formatDuration, formatInstant, formatTick, plural, timeTicks } from '../../../webview/model/time';

test('durations', () => {
  const cases: readonly (readonly [number, string])[] = [
    [0, '0 ns'],
    [870, '870 ns'],
    [999, '999 ns'],
    [1000, '1 µs'],
    [1204, '1.204 µs'],
    [30_000, '30 µs'],
    [999_960, '1 ms'],
    [999_500, '999.5 µs'],
    [12_345_678, '12.35 ms'],
    [123_456_789, '123.5 ms'],
    [1_500_000_000, '1.5 s'],
    [59_900_000_000, '59.9 s'],
    [65_000_000_000, '1 min 05 s'],
    [3_725_000_000_000, '1 h 02 min 05 s'],
    [-1500, '−1.5 µs'],
    [Infinity, '∞'],
    [NaN, '∞'],
  ];
  for (const [ns, text] of cases) {
    assert.equal(formatDuration(ns), text, String(ns));
  }
});

test('instants are exact to the nanosecond', () => {
  assert.equal(formatInstant(4_470_000), '0.004 470 000 s');
  assert.equal(formatInstant(12_345_678_901), '12.345 678 901 s');
  assert.equal(formatInstant(0), '0.000 000 000 s');
  assert.equal(formatInstant(3_600_000_000_001), '3600.000 000 001 s');
  assert.equal(formatInstant(-5), '−0.000 000 005 s');
});

test('counts', () => {
  assert.equal(formatCount(0), '0');
  assert.equal(formatCount(999), '999');
  assert.equal(formatCount(1204), '1,204');
  assert.equal(formatCount(12_345_678), '12,345,678');
  assert.equal(plural(1, 'call'), '1 call');
  assert.equal(plural(1204, 'call'), '1,204 calls');
});

test('ticks are on round times, inside of the range, and about as many as asked for', () => {
  for (let power = 2; power < 16; power++) {
    for (const factor of [1, 1.7, 3.3, 7.9]) {
      const span = factor * 10 ** power;
      for (const t0 of [0, span * 3.7, span * 1e5]) {
        const ticks = timeTicks(t0, t0 + span, 8);
        assert.ok(
          ticks.values.length >= 2 && ticks.values.length <= 9,
          `${String(span)} at ${String(t0)}: ${String(ticks.values.length)}`,
        );
        assert.ok(ticks.values.every((value) => value >= t0 - 1e-6 && value <= t0 + span + ticks.stepNs * 1e-6));
        assert.ok(ticks.values.every((value) => Math.abs(value / ticks.stepNs - Math.round(value / ticks.stepNs)) < 1e-6));
      }
    }
  }
});

test('beyond ten seconds ticks are on quarters of a minute and on minutes', () => {
  assert.deepEqual(timeTicks(0, 60e9, 5).values, [0, 15e9, 30e9, 45e9, 60e9]);
  assert.equal(timeTicks(0, 600e9, 8).stepNs, 120e9);
  assert.equal(timeTicks(0, 36_000e9, 8).stepNs, 7200e9);
});

test('neighbouring ticks never have the same label', () => {
  for (let power = 2; power < 15; power++) {
    for (const t0 of [0, 12_345_678_901, 3.2 * 10 ** power]) {
      const ticks = timeTicks(t0, t0 + 10 ** power, 7);
      const labels = ticks.values.map((value) => formatTick(value, ticks));
      assert.equal(new Set(labels).size, labels.length, labels.join(' | '));
      assert.ok(
        labels.every((label) => label.length <= 18),
        labels.join(' | '),
      );
    }
  }
});

test('labels are in the unit of their size, relative where they would be long', () => {
  const near = timeTicks(0, 4e6, 4);
  assert.deepEqual(
    near.values.map((value) => formatTick(value, near)),
    ['0', '1 ms', '2 ms', '3 ms', '4 ms'],
  );
  const deep = timeTicks(12_345_678_000, 12_345_678_400, 4);
  assert.equal(deep.baseNs, 12_345_600_000);
  assert.deepEqual(
    deep.values.map((value) => formatTick(value, deep)),
    ['+78 µs', '+78.1 µs', '+78.2 µs', '+78.3 µs', '+78.4 µs'],
  );
});

test('a range without width has no ticks', () => {
  assert.deepEqual(timeTicks(5, 5, 8).values, []);
  assert.deepEqual(timeTicks(0, NaN, 8).values, []);
  assert.deepEqual(timeTicks(0, 10, 0).values, []);
});
