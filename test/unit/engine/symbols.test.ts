/** The symbol helper's client with made-up helpers: answers, and everything that a helper can do wrong. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { parseAnswer, Symbols, type SymbolOptions } from '../../../extension/engine/symbols';
import { temporaryFile } from './temporary';

/** A helper whose behaviour is a JavaScript function of the module and the addresses that it is asked for. */
function symbols(t: TestContext, answer: string, options: SymbolOptions = {}): { client: Symbols; log: string[] } {
  const script = temporaryFile(
    t,
    'helper.cjs',
    `const answer = ${answer};
     require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
       const [module, buildId, list] = line.split('\\t');
       answer(module, list.split(','), buildId);
     });`,
  );
  const log: string[] = [];
  const client = new Symbols({ program: process.execPath, args: [script], log: (text) => log.push(text), ...options });
  t.after(() => {
    client.dispose();
  });
  return { client, log };
}

const ECHO = `(module, list) => {
  for (const a of list) console.log(JSON.stringify({ address: a, frames: [{ function: module + '@' + a, file: '/f.c', line: 5, column: 2, inlined: false }] }));
  console.log('');
}`;

test('answers come in order, and are remembered', async (t) => {
  const { client } = symbols(
    t,
    `(module, list, id) => { globalThis.n = (globalThis.n ?? 0) + 1; (${ECHO})(module + ':' + id + ':' + n, list); }`,
  );
  const [a, b] = await Promise.all([client.lookUp('/m', 'ab', [0x10n, 0x20n]), client.lookUp('/n', '', [0x30n])]);
  assert.deepEqual(a[0], {
    frames: [{ function: '/m:ab:1@10', file: '/f.c', line: 5, column: 2, inlined: false }],
    problem: undefined,
  });
  assert.equal(a[1]?.frames[0]?.function, '/m:ab:1@20');
  assert.equal(b[0]?.frames[0]?.function, '/n::2@30');
  const again = await client.lookUp('/m', 'ab', [0x20n, 0x40n, 0x20n]);
  assert.deepEqual(
    again.map((answer) => answer.frames[0]?.function),
    ['/m:ab:1@20', '/m:ab:3@40', '/m:ab:1@20'],
  );
});

test('a path with tabs, newlines and backslashes stays one line', async (t) => {
  const { client } = symbols(t, ECHO);
  const [answer] = await client.lookUp('/a\tb\nc\\d', '', [1n]);
  assert.equal(answer?.frames[0]?.function, '/a\\tb\\nc\\\\d@1');
});

test('more addresses than fit a request', async (t) => {
  const { client } = symbols(t, ECHO);
  const addresses = Array.from({ length: 1000 }, (_, i) => BigInt(i));
  const answers = await client.lookUp('/m', '', addresses);
  assert.deepEqual(
    answers.map((answer) => answer.frames[0]?.function),
    addresses.map((address) => `/m@${address.toString(16)}`),
  );
});

const UNKNOWN = { frames: [], problem: 'no-debug-info' };

test('a helper that dies is started again, and not asked about that module any more', async (t) => {
  const { client, log } = symbols(
    t,
    `(module, list) => { if (module === '/bad') process.kill(process.pid, 'SIGSEGV'); else (${ECHO})(module, list); }`,
  );
  assert.deepEqual(await client.lookUp('/bad', '', [1n]), [UNKNOWN]);
  assert.equal((await client.lookUp('/good', '', [1n]))[0]?.frames[0]?.function, '/good@1');
  assert.deepEqual(await client.lookUp('/bad', '', [2n]), [UNKNOWN]);
  assert.equal(log.filter((line) => line.includes('/bad')).length, 1);
});

test('so is one that answers too much, and one that never ends a line', async (t) => {
  const wrong = `(module, list) => {
    if (module === '/much') for (let i = 0; i < 5; i++) console.log('{}');
    else if (module === '/long') process.stdout.write('x'.repeat(5 << 20));
    else (${ECHO})(module, list);
  }`;
  const { client, log } = symbols(t, wrong);
  const answers = await Promise.all(['/much', '/long', '/good'].map((module) => client.lookUp(module, '', [1n])));
  assert.deepEqual(answers.slice(0, 2), [[UNKNOWN], [UNKNOWN]]);
  assert.equal(answers[2]?.[0]?.frames[0]?.function, '/good@1');
  assert.equal(log.length, 2, log.join('\n'));
});

test('one that hangs is given up after a time', async (t) => {
  const { client, log } = symbols(t, '() => undefined', { timeoutMs: 200 });
  assert.deepEqual(await client.lookUp('/hangs', '', [1n]), [UNKNOWN]);
  assert.deepEqual(await client.lookUp('/hangs', '', [2n]), [UNKNOWN]);
  assert.deepEqual(log, ['syscope-symbols was stopped at /hangs: it did not answer within 0.2 s.']);
});

test('no helper at all: nothing is known, and it is said once a module', async (t) => {
  const { client, log } = symbols(t, ECHO, { program: '/no/such/helper', args: [] });
  assert.deepEqual(await client.lookUp('/m', '', [1n]), [UNKNOWN]);
  assert.deepEqual(await client.lookUp('/m', '', [1n]), [UNKNOWN]);
  assert.equal(log.length, 1);
  assert.match(log[0]!, /ENOENT/);
});

test('after dispose nothing is answered, and nothing hangs', async (t) => {
  const { client } = symbols(t, '() => undefined');
  const waiting = client.lookUp('/m', '', [1n]);
  client.dispose();
  assert.deepEqual(await waiting, [UNKNOWN]);
  assert.deepEqual(await client.lookUp('/n', '', [1n]), [UNKNOWN]);
});

test('answers that are not as agreed', () => {
  for (const line of ['', 'x', '5', 'null', '[]', '{"frames":5}', '{"frames":[5,null]}']) {
    const { frames } = parseAnswer(line);
    assert.deepEqual(frames, [], line);
  }
  const odd = parseAnswer('{"frames":[{"function":5,"file":"","line":-3,"column":1e99,"inlined":"yes"}],"problem":"other"}');
  assert.deepEqual(odd, {
    frames: [{ function: undefined, file: undefined, line: 0, column: 0, inlined: false }],
    problem: undefined,
  });
  assert.equal(parseAnswer('{"frames":[],"problem":"module-changed"}').problem, 'module-changed');
});
