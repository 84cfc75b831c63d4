// The grammar of argument kinds ("buf:out(ret)", "flags(open)", "array:in(pollfd,1)") in syscalls.json and variants.json,
// and what each means for the tracer's copying. Pure. What must not live here: any fact about a particular system call.

/** Kinds whose argument is just a word. Values of enum arg_kind: the order here; append only. */
const WORDS = [
  'none',
  'int',
  'uint',
  'long',
  'ulong',
  'hex',
  'ptr',
  'size',
  'offset',
  'mode',
  'pid',
  'tid',
  'uid',
  'gid',
  'fd',
  'fd-at',
  'signal',
  'flags',
  'enum',
];
const COPIED = ['path', 'str', 'strv', 'buf', 'iovec', 'msghdr', 'mmsghdr', 'sockaddr', 'struct', 'array'];
const LATER = ['variant', 'ptrv', 'fdset', 'dev', 'dirents', 'interrupted', 'sigframe', 'sigmask'];
export const ARG_KINDS = [...WORDS, ...COPIED, ...LATER];
export const DIRECTIONS = ['word', 'in', 'out', 'inout'];
export const LENGTHS = ['none', 'arg', 'arg-pointer', 'ret', 'fixed'];

const IMPLIED_DIRECTION = { path: 'in', str: 'in', strv: 'in', ptrv: 'in', interrupted: 'out', sigframe: 'in', sigmask: 'in' };
const ELEMENT_BYTES = { dirents: 1, sigframe: 8, fdset: 8, buf: 1, str: 1, path: 1, sockaddr: 1 };
/** What is made of the ABI's words, by their size. */
const WORD_BYTES = {
  8: { strv: 8, ptrv: 8, sigmask: 16, iovec: 16, msghdr: 56, mmsghdr: 64 },
  4: { strv: 4, ptrv: 4, sigmask: 8, iovec: 8, msghdr: 28, mmsghdr: 32 },
};

/**
 * Parses one kind. Returns { text, kind, direction, lengthFrom, lengthArg, elementBytes } and, where the kind has one, list, struct, variant, form.
 * @param names structs.json, and what an ABI calls a struct, a list or a variant (abis.mjs). Throws an Error that names the kind
 * when it cannot be parsed or resolved.
 */
export function parseKind(text, names) {
  const match = /^([a-z-]+)(?::(in|out|inout))?(?:\(([^)]*)\))?$/.exec(text);
  const kind = match?.[1];
  if (kind === undefined || !ARG_KINDS.includes(kind)) throw new Error(`no such argument kind: ${text}`);
  const params = match[3] === undefined ? [] : match[3].split(',').map((p) => p.trim());
  const direction = match[2] ?? IMPLIED_DIRECTION[kind] ?? 'word';
  const parsed = {
    text,
    kind,
    direction,
    lengthFrom: 'none',
    lengthArg: 0,
    elementBytes: ELEMENT_BYTES[kind] ?? WORD_BYTES[names.word][kind] ?? 0,
  };
  switch (kind) {
    case 'flags':
    case 'enum':
      return { ...parsed, list: names.list(need(params[0], text)), ...form(params[1]) };
    case 'variant':
      return { ...parsed, lengthArg: argument(params[0], text), variant: names.variant(need(params[1], text)) };
    case 'struct':
    case 'array':
    case 'interrupted':
      return { ...parsed, struct: names.struct(need(params[0], text)), ...count(params, names, text, kind) };
    case 'msghdr':
      return { ...parsed, lengthFrom: 'fixed' };
    case 'sockaddr':
      return { ...parsed, lengthFrom: direction === 'in' ? 'arg' : 'arg-pointer', lengthArg: argument(params[0], text) };
    case 'buf':
    case 'dirents':
      return { ...parsed, ...length(params[0], text), ...form(params[1]) };
    case 'iovec':
    case 'mmsghdr':
      return { ...parsed, ...length(params[0], text) };
    case 'fdset':
      return { ...parsed, ...length(params[0], text), ...form(params[1]) };
    case 'str':
      return direction === 'in' ? { ...parsed, ...form(params[0]) } : { ...parsed, ...length(params[0], text) };
    default:
      return { ...parsed, ...form(params[0]) };
  }
}

/** How the argument prints, where a kind has more than one way. */
const form = (value) => (value === undefined ? {} : { form: value });

function need(value, text) {
  if (value === undefined || value === '') throw new Error(`a parameter is missing: ${text}`);
  return value;
}

function argument(value, text) {
  if (!/^[0-5]$/.test(value ?? '')) throw new Error(`not an argument's index: ${text}`);
  return Number(value);
}

/** ret · N (argument N's value) · *N (the u32 that argument N points to). */
function length(value, text) {
  if (value === 'ret') return { lengthFrom: 'ret' };
  if (value?.startsWith('*')) return { lengthFrom: 'arg-pointer', lengthArg: argument(value.slice(1), text) };
  return { lengthFrom: 'arg', lengthArg: argument(value, text) };
}

function count(params, names, text, kind) {
  const struct = names.structs[names.struct(need(params[0], text))];
  if (struct === undefined) throw new Error(`no such struct: ${text}`);
  const elementBytes = struct.size;
  if (kind !== 'array' && params[1] === undefined) return { elementBytes, lengthFrom: 'fixed' };
  return { elementBytes, ...length(params[1], text) };
}
