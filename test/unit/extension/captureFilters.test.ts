/** The capture.* attributes that choose what is recorded: what reaches the tracer, and what is said of a misspelt name. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { checkAttach, checkLaunch } from '../../../extension/debug/attributes';
import { editDistance, filterValues } from '../../../extension/debug/captureFilters';
import { sessionWords } from '../../../extension/debug/sessionFile';
import { FD_CLASSES } from '../../../extension/trace/gen/schema';
import { SYSCALL_SETS } from '../../../extension/trace/gen/syscalls';

const launch = (capture: unknown): ReturnType<typeof checkLaunch> => checkLaunch({ program: '/bin/ls', capture });
const problemsOf = (capture: unknown): string => launch(capture).problems.join(' ');

/** The words of the session file that choose. */
function chosen(capture: unknown): readonly string[] {
  const { value, problems } = launch(capture);
  assert.deepEqual(problems, []);
  assert.ok(value);
  return sessionWords(value, '/', '/t', '/c').filter((word) => /^(calls|paths|classes|processes|payload)=/.test(word));
}

test('without filters the session file chooses nothing', () => {
  assert.deepEqual(chosen({}), ['payload=256']);
  assert.deepEqual(chosen({ calls: '', paths: [] }), ['payload=256']);
});

test('texts and lists become the words of the session file', () => {
  const capture = {
    payload: 'none',
    calls: ['%file', '!openat', '/^get.{1,2}id$/'],
    paths: ['/etc', '/tmp/a,b'],
    classes: 'network,pipe',
    processes: ['name=bash', 'parent!=make,pid=7'],
  };
  assert.deepEqual(chosen(capture), [
    'payload=0',
    'calls=%file,!openat,/^get.{1,2}id$/',
    'paths=/etc,/tmp/a\\,b',
    'classes=network,pipe',
    'processes=name=bash',
    'processes=parent!=make,pid=7',
  ]);
  assert.deepEqual(chosen({ payload: 'all' }), ['payload=16777216']);
  assert.deepEqual(chosen({ payload: 4096, payloadBytes: 1 }), ['payload=4096']);
  assert.deepEqual(filterValues('processes', ['a', 'b']), ['a', 'b']);
});

test('every set, call and class is taken, as the tracer takes them', () => {
  for (const set of SYSCALL_SETS) assert.equal(problemsOf({ calls: `%${set}` }), '', set);
  assert.equal(problemsOf({ calls: '!read,write,_llseek,%%stat,all,none,/a,b/' }), '');
  assert.equal(problemsOf({ classes: FD_CLASSES.map(({ id }) => id) }), '');
  assert.equal(problemsOf({ classes: '!terminal,file' }), '');
});

test('a misspelt name is said with the one that was probably meant', () => {
  const cases: readonly (readonly [object, string])[] = [
    [{ calls: 'opneat' }, '"capture.calls" names "opneat", which is no call and no set of calls; did you mean "openat"?'],
    [
      { calls: 'file,%netwrk' },
      '"capture.calls" names "%netwrk", which is no call and no set of calls; did you mean "%network"?',
    ],
    [{ calls: '!fiel' }, '"capture.calls" names "fiel", which is no call and no set of calls; did you mean "file"?'],
    [{ calls: 'xxxxxxxxxxxx' }, '"capture.calls" names "xxxxxxxxxxxx", which is no call and no set of calls.'],
    [{ calls: 'read,,write' }, '"capture.calls" has an empty name.'],
    [{ calls: '/(/' }, '"capture.calls" has "(", which is no regular expression.'],
    [{ classes: ['pip'] }, '"capture.classes" names "pip", which is no class of descriptors; did you mean "pipe"?'],
    [{ paths: ['/etc', ''] }, '"capture.paths" has an empty path.'],
    [
      { processes: 'nmae=x' },
      '"capture.processes" has "nmae=x": processes are chosen by pid, name, parent, ppid, each with = or != and a value; did you mean "name"?',
    ],
    [{ processes: 'pid=x' }, '"capture.processes" has "pid=x", which is no process id.'],
    [{ processes: 'name=' }, '"capture.processes" has "name=", which lacks its value.'],
    [{ calls: 7 }, '"capture.calls" must be a text or a list of texts, without NUL characters.'],
    [{ payload: 'some' }, '"capture.payload" must be a whole number from 0 to 16777216, "none" or "all".'],
  ];
  for (const [capture, sentence] of cases) assert.equal(problemsOf(capture), sentence);
});

test('attaching takes the same', () => {
  const { value, problems } = checkAttach({ processId: 7, capture: { calls: 'network' } });
  assert.deepEqual(problems, []);
  assert.deepEqual(value?.capture.filters.calls, ['network']);
});

test('the distance of words counts swapped neighbours as one', () => {
  assert.equal(editDistance('opneat', 'openat'), 1);
  assert.equal(editDistance('', 'abc'), 3);
  assert.equal(editDistance('kitten', 'sitting'), 3);
});

test('package.json declares them for launch and attach, with the sets and classes that there are', () => {
  const manifest = JSON.parse(fs.readFileSync('package.json', 'utf8')) as {
    contributes: {
      debuggers: { configurationAttributes: Record<string, { properties: { capture: { properties: object } } }> }[];
    };
  };
  const attributes = manifest.contributes.debuggers[0]!.configurationAttributes;
  const [atLaunch, atAttach] = ['launch', 'attach'].map((request) => attributes[request]!.properties.capture.properties);
  assert.deepEqual(atLaunch, atAttach);
  const text = JSON.stringify(atLaunch);
  for (const name of ['payload', 'calls', 'paths', 'classes', 'processes']) assert.ok(name in atLaunch!, name);
  assert.ok(text.includes(JSON.stringify(FD_CLASSES.map(({ id }) => id))));
  assert.ok(text.includes(JSON.stringify(SYSCALL_SETS.slice(0, 8))));
});
