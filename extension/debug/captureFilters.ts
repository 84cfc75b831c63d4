/**
 * What is recorded, as a configuration says it (`capture.calls` and its like): to the words that the tracer takes, with a
 * sentence for what it would refuse, so that nothing is started on a misspelt name. Pure. What the words mean is the tracer's
 * business: native/tracer/call_set.h, path_set.h, process_set.h.
 */
import { FD_CLASSES } from '../trace/gen/schema';
import { SYSCALL_SETS } from '../trace/gen/syscalls';
import { ABIS } from '../trace/syscallTable';

export const FILTER_NAMES = ['calls', 'paths', 'classes', 'processes'] as const;
export type FilterName = (typeof FILTER_NAMES)[number];

/** The values of the option of each name, in order; none: everything. */
export type CaptureFilters = Readonly<Record<FilterName, readonly string[]>>;

export const NO_FILTERS: CaptureFilters = { calls: [], paths: [], classes: [], processes: [] };

const CALLS = new Set(ABIS.flatMap((abi) => [...abi.rows.values()].map((row) => row.name)));
const CLASSES: readonly string[] = FD_CLASSES.map((each) => each.id);
const PROCESS_KEYS = ['pid', 'name', 'parent', 'ppid'];

/** The items of one filter as the tracer's values: a list is one value, each choice of processes one of its own. */
export function filterValues(name: FilterName, items: readonly string[]): readonly string[] {
  if (name === 'processes' || items.length === 0) return items;
  return [(name === 'paths' && items.length > 1 ? items.map((item) => item.replaceAll(',', '\\,')) : items).join(',')];
}

/** Undefined: the tracer takes it. Else the end of a sentence that begins with the attribute's name. */
export function filterProblem(name: FilterName, value: string): string | undefined {
  switch (name) {
    case 'calls':
      return firstProblem(splitCalls(value), callProblem);
    case 'classes':
      return firstProblem(value.replace(/^!/, '').split(','), classProblem);
    case 'processes':
      return firstProblem(value.split(','), processProblem);
    case 'paths':
      return value.split(/(?<!\\),/).includes('') ? 'has an empty path' : undefined;
  }
}

function firstProblem(words: readonly string[], problem: (word: string) => string | undefined): string | undefined {
  for (const word of words) {
    const found = problem(word);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A comma between slashes belongs to the expression. */
function splitCalls(text: string): readonly string[] {
  const items: string[] = [];
  for (let at = 0; at <= text.length;) {
    const match = /!?(?:\/(?:\\.|[^\\])*?\/(?=,|$)|[^,]*)/sy;
    match.lastIndex = at;
    const item = match.exec(text)?.[0] ?? '';
    items.push(item);
    at += item.length + 1;
  }
  return items;
}

function callProblem(item: string): string | undefined {
  const word = item.replace(/^!/, '');
  if (word.startsWith('/')) return regexProblem(word.slice(1).replace(/\/$/, ''));
  if (word === '') return 'has an empty name';
  if (CALLS.has(word) || word === 'all' || word === 'none') return undefined;
  const set = word.startsWith('%') ? word.slice(1) : word;
  if (SYSCALL_SETS.includes(set)) return undefined;
  const prefix = word.startsWith('%') ? '%' : '';
  const near = nearest(set, prefix === '' ? [...SYSCALL_SETS, ...CALLS] : SYSCALL_SETS);
  return `names "${word}", which is no call and no set of calls${meant(near === undefined ? undefined : prefix + near)}`;
}

/** An expression of POSIX that JavaScript refuses is rare; what is broken in both is what people mistype. */
function regexProblem(expression: string): string | undefined {
  try {
    new RegExp(expression);
    return undefined;
  } catch {
    return `has "${expression}", which is no regular expression`;
  }
}

function classProblem(word: string): string | undefined {
  if (CLASSES.includes(word)) return undefined;
  return `names "${word}", which is no class of descriptors${meant(nearest(word, CLASSES))}`;
}

function processProblem(term: string): string | undefined {
  const match = /^([^=!]*)(!?=)(.*)$/s.exec(term);
  const [, key = term, , value = ''] = match ?? [];
  if (match === null || !PROCESS_KEYS.includes(key)) {
    const near = nearest(key, PROCESS_KEYS);
    return `has "${term}": processes are chosen by ${PROCESS_KEYS.join(', ')}, each with = or != and a value${near === key ? '' : meant(near)}`;
  }
  if (value === '') return `has "${term}", which lacks its value`;
  return (key === 'pid' || key === 'ppid') && !/^\d{1,10}$/.test(value) ? `has "${term}", which is no process id` : undefined;
}

const meant = (word: string | undefined): string => (word === undefined ? '' : `; did you mean "${word}"?`);

/** The word that was probably meant: a third of its letters may be wrong, but one always (as native/tracer/nearest.c). */
function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let limit = (word.length < 3 ? 1 : Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < limit) [best, limit] = [candidate, distance];
  }
  return best;
}

/** Letters put in, left out, replaced or swapped with their neighbour. */
export function editDistance(a: string, b: string): number {
  let beforeThat: number[] = [];
  let before = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = before[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? beforeThat[j - 2]! + 1 : Infinity;
      row.push(Math.min(replaced, before[j]! + 1, row[j - 1]! + 1, swapped));
    }
    [beforeThat, before] = [before, row];
  }
  return before[b.length]!;
}
