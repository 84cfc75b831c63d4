/** Which trace takes whose tab. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Launches } from '../../../extension/views/launches';

const launches = (replaceable: readonly string[]): Launches => new Launches((trace) => replaceable.includes(trace));

test('a run of the same configuration takes the place of the last one, if that is over and shown', () => {
  const some = launches(['a']);
  assert.equal(some.begin('a', 'main', undefined), undefined);
  assert.equal(some.started('a'), undefined);
  assert.equal(some.begin('x', 'other', undefined), undefined);
  assert.equal(some.begin('b', 'main', undefined), 'a');
  assert.equal(some.started('b'), 'a');
  assert.equal(some.started('b'), undefined);
  assert.equal(some.begin('c', 'main', undefined), undefined, 'b still runs');
});

test('a restarted session says itself which trace it replaces; a trace file used again does not replace itself', () => {
  const some = launches([]);
  assert.equal(some.begin('b', 'main', 'a'), 'a');
  assert.equal(some.started('b'), 'a');
  assert.equal(some.begin('b', 'main', 'b'), undefined);
});

test('what was not started leaves the one before in its place', () => {
  const some = launches(['a']);
  some.begin('a', 'main', undefined);
  some.started('a');
  assert.equal(some.begin('b', 'main', undefined), 'a');
  some.failed('b');
  assert.equal(some.begin('c', 'main', undefined), 'a');
  some.failed('never begun');
});
