/**
 * Described calls: golden lines (test/golden/describe/*.txt; UPDATE_GOLDEN=1 writes them anew), and calls of random bytes, which
 * must come out as printable text whatever they are.
 */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { describeCall } from '../../../extension/trace/describe';
import type { CopiedData, RawCall } from '../../../extension/trace/engineProtocol';
import { ABIS } from '../../../extension/trace/syscallTable';
import { formatCall, parseCall, parseGolden } from './callText';

const folder = path.resolve('test/golden/describe');
const update = process.env['UPDATE_GOLDEN'] === '1';

void describe('golden lines', () => {
  const files = fs.readdirSync(folder).filter((name) => name.endsWith('.txt'));
  assert.ok(files.length >= 10);
  for (const file of files) {
    const text = fs.readFileSync(path.join(folder, file), 'utf8');
    if (update) fs.writeFileSync(path.join(folder, file), rewritten(text));
    const calls = parseGolden(update ? rewritten(text) : text);
    void it(`${file}: ${calls.length} calls`, () => {
      assert.ok(calls.length > 0);
      for (const { call, expected, source } of calls) assert.equal(describeCall(call).text, expected, source.join('\n'));
    });
  }
});

/** The same file, each block's ">" line as it is now. */
function rewritten(text: string): string {
  return text
    .split(/\n\n/)
    .map((block) => {
      const lines = block.trimEnd().split('\n');
      const kept = lines.filter((line) => !line.startsWith('> '));
      const source = kept.filter((line) => line !== '' && !line.startsWith('#'));
      return source.length === 0 ? kept.join('\n') : [...kept, `> ${describeCall(parseCall(source)).text}`].join('\n');
    })
    .join('\n\n')
    .concat('\n');
}

void describe('parts', () => {
  void it('names and texts of arguments, result, error', () => {
    const call = parseCall(['openat 0xffffff9c 0x7ffe0010 0 = -2', '  in 1 0x7ffe0010 1 61']);
    const described = describeCall(call);
    assert.equal(described.name, 'openat');
    assert.deepEqual(described.args, [
      { name: 'dirfd', text: 'AT_FDCWD' },
      { name: 'pathname', text: '"a"' },
      { name: 'flags', text: 'O_RDONLY' },
    ]);
    assert.equal(described.result, '-1 ENOENT (No such file or directory)');
    assert.equal(described.errno, 'ENOENT');
  });

  void it('a call in progress has no result yet, and what the kernel will fill in is not known', () => {
    const described = describeCall(parseCall(['read 0 0x7ffe0010 100 = ?']));
    assert.equal(described.result, 'in progress');
    assert.equal(described.errno, undefined);
    assert.deepEqual(
      described.args.map((arg) => arg.text),
      ['0', '?', '100'],
    );
  });

  void it('a restart code is no error of the program', () => {
    assert.equal(describeCall(parseCall(['pause = -514'])).errno, undefined);
  });

  void it('of an architecture without a table the words alone', () => {
    const call = { ...parseCall(['read 1 2 3 = 4']), arch: 0x28 };
    assert.equal(describeCall(call).text, 'syscall_0x0(0x1, 0x2, 0x3, 0, 0, 0) = 4');
  });

  void it('a call as text reads back as itself', () => {
    const call = parseCall(['read 3 0x7ffe0010 5 = 5', '  out 1 0x7ffe0010 5 68656c6c6f']);
    assert.deepEqual(parseCall(formatCall(call)), call);
  });
});

/** mulberry32: a small generator of repeatable numbers below 1. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const WORDS = [
  0n,
  1n,
  2n,
  3n,
  0x10n,
  0x7fffn,
  0x5401n,
  0x7ffe0010n,
  0x7fffffffn,
  0xffffffffn,
  0x7fffffffffffffffn,
  0xffffffffffffffffn,
];

void it('random words and bytes always give one line of printable ASCII', () => {
  const seed = Number(process.env['SEED'] ?? 20261126);
  const random = generator(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  const bytes = (): Uint8Array => Uint8Array.from({ length: Math.floor(random() * 160) }, () => Math.floor(random() * 256));
  const word = (): bigint => (random() < 0.7 ? pick(WORDS) : BigInt(Math.floor(random() * 2 ** 32)));
  const rows = ABIS.flatMap((abi) => [...abi.rows].map(([nr, row]) => ({ nr: nr | abi.bit, arch: abi.arch, row })));
  for (const { nr, arch, row } of rows) {
    for (let round = 0; round < 6; round++) {
      const args = Array.from({ length: 6 }, word);
      const ret = pick([undefined, 0n, 1n, 5n, 100n, -2n, -4n, -11n, -512n, -516n, -4095n, -5000n, 0x7ffe0000n]);
      const data = args.flatMap((address, arg): CopiedData[] =>
        (['in', 'out'] as const).map((direction) => ({
          direction,
          arg,
          address,
          full: pick([0, 8, 160, 100000]),
          bytes: bytes(),
          errno: pick([0, 0, 14]),
        })),
      );
      const call: RawCall = { ...parseCall(['read = 0']), nr, arch, args, ret, data };
      const { text, args: described } = describeCall(call);
      const where = `SEED=${seed} ${formatCall(call).join('\n')}`;
      assert.match(text, /^[\x20-\x7e]+$/, where);
      assert.ok(text.length < 20000, where);
      assert.ok(text.startsWith(`${row.name}(`), where);
      for (const arg of described) assert.match(arg.text, /^[\x20-\x7e]*$/, where);
    }
  }
});
