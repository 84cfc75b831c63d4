// The system call tables of the ABIs that schema.json names, each with its own numbers, words and layouts, from the rows that
// they share. Pure. What must not live here: any fact about a particular system call or struct.
import { parseKind } from './argument-kinds.mjs';

/**
 * What an ABI calls a struct, a list, a variant, a result's variant: NAME@LAYOUT where that is another one than NAME.
 */
export function namesOf(abi, data) {
  const in_ = (table) => (name) => abi.layouts.map((layout) => `${name}@${layout}`).find((n) => table[n] !== undefined) ?? name;
  const names = { word: abi.word, structs: data.structs, struct: in_(data.structs), list: in_(data.flags) };
  return { ...names, variant: (name) => variantName(name, abi, data), result: (name) => resultName(name, abi, data) };
}

/** A variant that is the same under the ABI keeps its name. */
function variantName(name, abi, data) {
  const own = `${name}@${abi.layouts[0]}`;
  if (data.variants[own] !== undefined) return own;
  return abi.layouts.length > 0 && differs(name, abi, data) ? own : name;
}

/** Whether a row of the variant, or of one that it leads to, has another layout under the ABI. */
function differs(name, abi, data) {
  const variant = data.variants[name];
  if (variant === undefined) return false;
  const plain = { ...namesOf(BASE, data), variant: (n) => n };
  const own = { ...namesOf(abi, data), variant: (n) => (differs(n, abi, data) ? `${n}@` : n) };
  const kinds = [...variant.rows.map((row) => row[2]), variant.otherwise[1]];
  return kinds.some((kind) => JSON.stringify(parseKind(kind, plain)) !== JSON.stringify(parseKind(kind, own)));
}

function resultName(name, abi, data) {
  const kinds = [...(data.results[name]?.rows ?? []).map((row) => row[1]), data.results[name]?.otherwise ?? ''];
  const names = namesOf(abi, data);
  const other = kinds.some((kind) => /\(([^)]*)\)/.exec(kind)?.[1] !== undefined && names.list(listOf(kind)) !== listOf(kind));
  return other ? `${name}@${abi.layouts[0]}` : name;
}

const listOf = (kind) => /\(([^)]*)\)/.exec(kind)?.[1];
const BASE = { id: 'x86_64', word: 8, layouts: [] };

/** The ABIs with the numbers that each gives to rows: [{ ...abi, rows: [[number, row]] }], in order of number. */
export function abisOf(data) {
  return data.schema.abis.map((abi) => {
    const rows = abi.id === 'x32' ? x32Rows(data.syscalls) : numbered(data.syscalls, abi.id);
    return { ...abi, rows: rows.sort(([a], [b]) => a - b) };
  });
}

const numbered = (rows, id) => rows.filter((row) => row[id] !== undefined).map((row) => [row[id], row]);

/** x32 has x86-64's numbers and words, but for those calls whose arguments point to words: these have numbers of their own. */
function x32Rows(rows) {
  return rows.flatMap((row) => {
    if (row.x86_64 === undefined) return [];
    return [[row.x32 ?? row.x86_64, row]];
  });
}

/** Under which ABI's layouts a row of `abi` is to be parsed. */
export const layoutOf = (abi, row) => (abi.id === 'x32' && row.x32 === undefined ? BASE : abi);

/** Every variant that is needed: [name, mask, rows, otherwise] with kinds parsed. */
export function variantsOf(data) {
  const found = new Map();
  for (const abi of data.schema.abis) {
    for (const name of Object.keys(data.variants)) {
      const own = name.includes('@') ? name : variantName(name, abi, data);
      if (found.has(own)) continue;
      found.set(
        own,
        parseVariant(data.variants[own] ?? data.variants[name], namesOf(own.includes('@') ? abiOf(own, data) : BASE, data)),
      );
    }
  }
  return [...found].map(([name, variant]) => ({ name, ...variant }));
}

/** The ABI whose layout a name is for. */
const abiOf = (name, data) => data.schema.abis.find((abi) => abi.layouts.includes(name.split('@')[1])) ?? BASE;

function parseVariant(variant, names) {
  const one = ([value, name, kind]) => ({ value: BigInt(value), name, ...parseKind(kind, names) });
  const rows = variant.rows.map(one).sort((a, b) => (a.value < b.value ? -1 : 1));
  const [name, kind] = variant.otherwise;
  return { mask: BigInt(variant.mask ?? '0xffffffffffffffff'), rows, otherwise: { name, ...parseKind(kind, names) } };
}

/** The same of results: name to { mask, rows, otherwise } as text, with the lists' names of the ABI. */
export function resultVariantsOf(data) {
  const found = new Map();
  for (const abi of data.schema.abis) {
    const names = namesOf(abi, data);
    const own = (kind) => (listOf(kind) === undefined ? kind : kind.replace(listOf(kind), names.list(listOf(kind))));
    for (const [name, { mask, rows, otherwise }] of Object.entries(data.results)) {
      const as = names.result(name);
      if (!found.has(as))
        found.set(as, { mask, rows: rows.map(([value, kind]) => [value, own(kind)]), otherwise: own(otherwise) });
    }
  }
  return found;
}
