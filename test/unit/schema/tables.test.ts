/** The generated tables: current, whole, and free of names that lead nowhere. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { describe, it } from 'node:test';
import { compileArgument } from '../../../extension/trace/describe/argument';
import { structText } from '../../../extension/trace/describe/structs';
import { FLAG_LISTS } from '../../../extension/trace/gen/flags';
import { FD_CLASSES, RECORD_COLUMNS } from '../../../extension/trace/gen/schema';
import { STRUCTS } from '../../../extension/trace/gen/structs';
import { RESULT_VARIANTS, SYSCALLS, VARIANTS } from '../../../extension/trace/gen/syscalls';
import { ABIS } from '../../../extension/trace/syscallTable';
import type { ArgumentSpec, FlagList, ResultSpec } from '../../../extension/trace/tables';

void it('what is generated is what the JSON files say now', () => {
  const check = spawnSync(process.execPath, ['native/schema/generate.mjs', '--check'], { encoding: 'utf8' });
  assert.equal(check.status, 0, check.stderr);
});

void describe('system calls', () => {
  void it('every number of the x86-64 ABI that the kernel headers of this machine know has its name', (t) => {
    const header = ['/usr/include/x86_64-linux-gnu/asm/unistd_64.h', '/usr/include/asm/unistd_64.h'].find((file) =>
      fs.existsSync(file),
    );
    if (header === undefined) {
      t.skip('no kernel headers on this machine');
      return;
    }
    const known = new Map(SYSCALLS.map((row) => [row.nr, row.name]));
    const defined = [...fs.readFileSync(header, 'utf8').matchAll(/^#define __NR_(\w+)\s+(\d+)$/gm)];
    assert.ok(defined.length > 300);
    for (const [, name, number] of defined) assert.equal(known.get(Number(number)), name);
  });

  void it('the other ABIs have the numbers of the kernel headers', () => {
    const name = (id: string, nr: number): string | undefined => ABIS.find((abi) => abi.id === id)?.rows.get(nr)?.name;
    const known: readonly (readonly [string, number, string])[] = [
      ['arm64', 56, 'openat'], ['arm64', 63, 'read'], ['arm64', 79, 'newfstatat'], ['arm64', 220, 'clone'], ['arm64', 291, 'statx'],
      ['i386', 5, 'open'], ['i386', 102, 'socketcall'], ['i386', 192, 'mmap2'], ['i386', 195, 'stat64'], ['i386', 403, 'clock_gettime64'],
      ['x32', 0, 'read'], ['x32', 520, 'execve'], ['x32', 547, 'pwritev2'],
    ]; // prettier-ignore
    for (const [id, nr, expected] of known) assert.equal(name(id, nr), expected);
    const sizes = Object.fromEntries(ABIS.map(({ id, rows }) => [id, rows.size]));
    assert.deepEqual(sizes, { x86_64: 385, arm64: 327, i386: 461, x32: 385 });
  });

  void it('numbers and names occur once, up to those of Linux 6.18', () => {
    assert.equal(new Set(SYSCALLS.map((row) => row.nr)).size, SYSCALLS.length);
    for (const { id, rows } of ABIS) assert.equal(new Set([...rows.values()].map((row) => row.name)).size, rows.size, id);
    for (const { id, rows } of ABIS) assert.equal(rows.get(469)?.name, 'file_setattr', id);
  });

  void it('most rows say what their arguments are', () => {
    assert.ok(SYSCALLS.filter((row) => !row.raw).length >= 340);
  });

  void it('rows print each argument that they have at most once', () => {
    for (const row of SYSCALLS) {
      const order = row.print?.map(([, index]) => index) ?? [];
      assert.equal(new Set(order).size, order.length, row.name);
      for (const index of order) assert.ok(index < row.args.length, row.name);
      assert.ok(row.args.length <= 6, row.name);
    }
  });
});

const everyRow = ABIS.flatMap(({ rows }) => [...rows.values()]);

/** Every argument that a row or a variant can have. */
function allArguments(): { readonly where: string; readonly spec: ArgumentSpec }[] {
  const inRows = everyRow.flatMap((row) => row.args.map((spec) => ({ where: `${row.name} ${spec.name}`, spec })));
  const inVariants = Object.entries(VARIANTS).flatMap(([name, variant]) =>
    [...variant.rows, variant.otherwise].map((spec) => ({ where: `${name} ${spec.name}`, spec })),
  );
  return [...inRows, ...inVariants];
}

void describe('names', () => {
  void it('lists, structs and variants that arguments name exist, and each argument has a printer', () => {
    for (const { where, spec } of allArguments()) {
      if (spec.list !== undefined) assert.ok(FLAG_LISTS[spec.list], `${where}: ${spec.list}`);
      if (spec.struct !== undefined) assert.ok(STRUCTS[spec.struct], `${where}: ${spec.struct}`);
      if (spec.variant !== undefined) assert.ok(VARIANTS[spec.variant], `${where}: ${spec.variant}`);
      assert.doesNotThrow(() => compileArgument(spec, 0), where);
    }
  });

  void it('so do those of results', () => {
    const results: ResultSpec[] = everyRow.map((row) => row.ret);
    for (const variant of Object.values(RESULT_VARIANTS)) results.push(variant.otherwise, ...variant.rows.map((row) => row.ret));
    for (const ret of results) {
      if (ret.list !== undefined) assert.ok(FLAG_LISTS[ret.list], ret.list);
      if (ret.variant !== undefined) assert.ok(RESULT_VARIANTS[ret.variant], ret.variant);
    }
  });

  void it('lists that are not used by a row are used by a describer', () => {
    const used = new Set(allArguments().flatMap(({ spec }) => spec.list ?? []));
    for (const row of SYSCALLS) if (row.ret.list !== undefined) used.add(row.ret.list);
    const sources = fs
      .readdirSync('extension/trace/describe')
      .map((file) => fs.readFileSync(`extension/trace/describe/${file}`, 'utf8'));
    const tables = [
      JSON.stringify(STRUCTS),
      JSON.stringify(FLAG_LISTS, (_, v: FlagList) => v.tail?.list ?? v),
      fs.readFileSync('extension/trace/gen/syscalls.ts', 'utf8'),
    ];
    for (const list of Object.keys(FLAG_LISTS)) {
      if (used.has(list) || list.startsWith('sicode-')) continue;
      assert.ok(
        [...sources, ...tables].some((text) => text.includes(`'${list}'`) || text.includes(`(${list})`)),
        list,
      );
    }
  });
});

const WIDTHS = { u8: 1, u16: 2, i16: 2, x16: 2, u32: 4, i32: 4, x32: 4, u64: 8, i64: 8, x64: 8 } as const;

void describe('structs', () => {
  void it('fields lie within their struct', () => {
    for (const [name, spec] of Object.entries(STRUCTS)) {
      for (const field of spec.fields) assert.ok(field.offset + WIDTHS[field.type] <= spec.size, `${name}.${field.name}`);
    }
  });

  void it('each prints, of zeros and of ones, without reading past its size', () => {
    for (const [name, spec] of Object.entries(STRUCTS)) {
      for (const fill of [0, 0xff]) {
        const text = structText(name)(new Uint8Array(spec.size).fill(fill), 0);
        assert.doesNotMatch(text, /undefined|NaN/, `${name}: ${text}`);
      }
    }
  });
});

void describe('flag lists', () => {
  void it('name each value once and fit their width', () => {
    for (const [name, list] of Object.entries(FLAG_LISTS)) {
      for (const entries of [list.values ?? [], list.flags ?? [], ...(list.fields ?? []).map((field) => field.values)]) {
        assert.equal(new Set(entries.map(([, value]) => value)).size, entries.length, name);
        for (const [entry, value] of entries) {
          assert.ok(Number.isSafeInteger(value), `${name} ${entry}`);
          assert.ok(list.bits === 64 || (value >= -(2 ** 31) && value < 2 ** 32), `${name} ${entry}`);
        }
      }
    }
  });
});

void it('classes and kinds have the values that files are written with', () => {
  FD_CLASSES.forEach((fdClass, index) => assert.equal(fdClass.value, index));
  assert.deepEqual(RECORD_COLUMNS.string, [
    ['pos', 'u64'],
    ['length', 'u32'],
  ]);
});
