/**
 * One argument to its text: a case per kind of native/schema/README.md, compiled once per row. No system call is known by name
 * here; what a call's argument is, its row says.
 */
import { STRUCTS } from '../gen/structs';
import { VARIANTS } from '../gen/syscalls';
import type { ArgumentSpec, Variant } from '../tables';
import { i32, quoted, quotedHex, quotedString, u32, u64, wordAt } from './bytes';
import { iovecText, messagesText, messageText } from './messages';
import { direntsText } from './dirents';
import { countPointers, setBytes, setText } from './sets';
import { sigsetText } from './signals';
import { lengthText, sockaddrText } from './sockaddr';
import { structText } from './structs';
import { PLAIN, type Style } from './style';
import { copied, copiedBytes, type CallView } from './view';
import * as words from './words';

export interface Printer {
  /** undefined: the argument does not exist in this call. */
  readonly text: (view: CallView) => string | undefined;
  /** It prints only when the call has returned. */
  readonly late: (view: CallView) => boolean;
}

const never = (): boolean => false;
const always = (): boolean => true;

/** The printer of argument `index`. `wordBytes`: of the ABI's argument words. */
export function compileArgument(spec: ArgumentSpec, index: number, wordBytes: 4 | 8 = 8, style: Style = PLAIN): Printer {
  if (spec.kind === 'variant') return compileVariant(spec, index, wordBytes, style);
  const late = isLate(spec) ? always : never;
  const pair = pairText(spec, index);
  if (pair !== undefined) return { text: pair, late };
  const word = wordText(spec, wordBytes, style);
  if (word !== undefined) return { text: (view) => word(view.args[index]!), late };
  const text = pointerText(spec, index, style);
  return { text, late };
}

const LATE_FORMS: ReadonlySet<string> = new Set(['socklen', 'ifconf', 'uring']);

function isLate(spec: ArgumentSpec): boolean {
  if (spec.direction === 'out' || (spec.direction === 'inout' && spec.kind === 'mmsghdr')) return true;
  const row = STRUCTS[spec.struct ?? ''];
  return spec.direction === 'inout' && (row?.asked !== undefined || LATE_FORMS.has(row?.form ?? ''));
}

/** A 64-bit value in two words of 32, low then high; `swapped`: the other way round. */
function pairText(spec: ArgumentSpec, index: number): ((view: CallView) => string) | undefined {
  if (spec.form !== 'pair' && spec.form !== 'swapped') return undefined;
  const [low, high] = spec.form === 'pair' ? [index, index + 1] : [index + 1, index];
  const text = spec.kind === 'hex' ? words.hex : words.int64;
  return (view) => text((view.args[high]! << 32n) | (view.args[low]! & 0xffffffffn));
}

function compileVariant(spec: ArgumentSpec, index: number, wordBytes: 4 | 8, style: Style): Printer {
  const variant: Variant | undefined = VARIANTS[spec.variant ?? ''];
  if (variant === undefined) throw new Error(`no such variant: ${spec.variant ?? ''}`);
  const printers = new Map(variant.rows.map((row) => [row.value, compileArgument(row, index, wordBytes, style)]));
  const otherwise = compileArgument(variant.otherwise, index, wordBytes, style);
  const of = (view: CallView): Printer => printers.get(view.args[spec.lengthArg]! & variant.mask) ?? otherwise;
  return { text: (view) => of(view).text(view), late: (view) => of(view).late(view) };
}

/** Kinds that are words; undefined for those that point to something. */
function wordText(spec: ArgumentSpec, wordBytes: 4 | 8, style: Style): ((word: bigint) => string | undefined) | undefined {
  switch (spec.kind) {
    case 'none':
      return () => undefined;
    case 'int':
    case 'pid':
    case 'tid':
      return WORD_FORMS[spec.form ?? ''] ?? words.int32;
    case 'fd':
      return WORD_FORMS[spec.form ?? ''] ?? style.fd;
    case 'uint':
      return words.uint32;
    case 'long':
    case 'offset':
      return wordBytes === 4 ? words.int32 : words.int64;
    case 'ulong':
      return WORD_FORMS[spec.form ?? ''] ?? words.uint64;
    case 'size':
      return words.uint64;
    case 'hex':
      if (spec.form === 'pages') return (word) => words.hex(word * 4096n);
      return WORD_FORMS[spec.form ?? ''] ?? words.hex;
    case 'ptr':
      return words.address;
    case 'mode':
      return spec.form === 'type'
        ? (word) => words.modeWithType(Number(word & 0xffffn))
        : (word) => words.mode(Number(word & 0xffffn));
    case 'uid':
    case 'gid':
      return spec.form === '16' ? words.id16 : words.id;
    case 'fd-at':
      return style.fdAt;
    case 'signal':
      return words.signal;
    case 'dev':
      return words.device;
    case 'flags':
    case 'enum':
      return spec.form === 'htons' ? words.networkOrder(spec.list ?? '') : words.namesOf(spec.list ?? '');
    default:
      return undefined;
  }
}

/** Words that print in a way of their own. */
const WORD_FORMS: Readonly<Record<string, words.WordText>> = {
  'futex-op': words.futexWakeOp,
  swap: words.swapFlags,
  32: (word) => words.hex(word & 0xffffffffn),
  quota: words.quotaCommand,
  ioprio: words.ioPriority,
  signal: words.signalOrNumber,
};

type ViewText = (view: CallView) => string;

/** What the argument points to, or the address where that is not known. */
function pointerText(spec: ArgumentSpec, index: number, style: Style): ViewText {
  const inner = contentText(spec, index, style);
  return (view) => {
    const base = view.args[index]!;
    return base === 0n && spec.kind !== 'sigframe' ? 'NULL' : (inner(view, base) ?? words.address(base));
  };
}

type ContentText = (view: CallView, base: bigint) => string | undefined;

function contentText(spec: ArgumentSpec, index: number, style: Style): ContentText {
  const direction = spec.direction === 'out' ? 'out' : 'in';
  switch (spec.kind) {
    case 'path':
      return (view, base) => stringText(view, index, base, direction, Infinity);
    case 'str':
      if (spec.form === 'comm') return (view, base) => threadName(view, index, base, style.stringLimit);
      return (view, base) => stringText(view, index, base, direction, direction === 'out' ? Infinity : style.stringLimit);
    case 'strv':
      return (view, base) => stringsText(view, index, base, spec.elementBytes, style);
    case 'ptrv':
      return (view, base) => pointersText(view, index, base, spec.elementBytes, style.abbreviate);
    case 'buf':
      return bufferText(spec, index, direction, style.stringLimit);
    case 'dirents':
      return (view, base) => direntsText(view, index, base, spec.form === 'old', style.abbreviate);
    case 'iovec':
      return (view, base) => vectorText(view, spec, index, base, direction, style);
    case 'msghdr':
      return (view, base) =>
        receivedOr(
          view,
          direction,
          () => messageText({ view, arg: index, direction, wordBytes: wordOf(spec), style }, base, moved(view, direction)),
          base,
          index,
          wordOf(spec),
        );
    case 'mmsghdr':
      return (view, base) =>
        messagesText({ view, arg: index, direction, wordBytes: wordOf(spec), style }, base, messageCount(view, spec));
    case 'sockaddr':
      return (view, base) => socketAddress(view, spec, index, base, direction);
    case 'fdset':
      return spec.form === 'nodes'
        ? (view, base) => nodeMask(view, index, base, direction)
        : (view, base) => descriptorSet(view, spec, index, base, style);
    case 'sigframe':
      return (view) => signalFrame(view, index);
    case 'sigmask':
      return (view, base) => maskAndSize(view, index, base, spec.elementBytes);
    case 'struct':
    case 'interrupted':
      return structPrinter(spec, index, direction, style);
    case 'array':
      return arrayPrinter(spec, index, direction, style);
    default:
      return () => undefined;
  }
}

/** Of what is made of the ABI's words, how long these are. */
const wordOf = (spec: ArgumentSpec): number =>
  spec.elementBytes <= 8 || spec.elementBytes === 28 || spec.elementBytes === 32 ? 4 : 8;

const moved = (view: CallView, direction: 'in' | 'out'): bigint | undefined =>
  direction === 'out' ? (view.ret ?? 0n) : undefined;

function stringText(view: CallView, index: number, base: bigint, direction: 'in' | 'out', shown: number): string | undefined {
  const data = view.failed && direction === 'out' ? undefined : copied(view, direction, index, base);
  return data === undefined || data.errno !== 0 ? undefined : quotedString(data.bytes, data.full, shown);
}

const COMM_BYTES = 15; // TASK_COMM_LEN without its NUL, prctl(2)

/** The kernel reads so many bytes of a thread's name, and whether more follow is not known. */
function threadName(view: CallView, index: number, base: bigint, shown: number): string | undefined {
  const data = copied(view, 'in', index, base);
  if (data === undefined || data.errno !== 0) return undefined;
  const bytes = data.bytes.subarray(0, COMM_BYTES);
  return quotedString(bytes, bytes.length + (bytes.length < COMM_BYTES ? 0 : 1), shown);
}

function stringsText(view: CallView, index: number, base: bigint, size: number, style: Style): string | undefined {
  const vector = copied(view, 'in', index, base);
  if (vector === undefined) return undefined;
  const count = countPointers(vector.bytes, size);
  const known = count ?? Math.floor(vector.bytes.length / size);
  if (known === 0 && count === undefined) return undefined;
  const parts: string[] = [];
  for (let i = 0; i < known && i < style.elements; i++) {
    const pointer = wordAt(vector.bytes, i * size, size);
    parts.push(stringText(view, index, pointer, 'in', style.stringLimit) ?? words.address(pointer));
  }
  if (known > style.elements) parts.push('...');
  else if (count === undefined) parts.push('... /* unterminated */');
  return `[${parts.join(', ')}]`;
}

function pointersText(view: CallView, index: number, base: bigint, size: number, abbreviate: boolean): string | undefined {
  const vector = copied(view, 'in', index, base);
  if (vector === undefined) return undefined;
  const count = countPointers(vector.bytes, size);
  if (count === undefined && vector.bytes.length < size) return undefined;
  if (count === undefined) return `${words.address(base)} /* ${Math.floor(vector.bytes.length / size)} vars, unterminated */`;
  if (count === 0 && !abbreviate) return '[]';
  return `${words.address(base)} /* ${count} ${count === 1 ? 'var' : 'vars'} */`;
}

function bufferText(spec: ArgumentSpec, index: number, direction: 'in' | 'out', shown: number): ContentText {
  const known = (view: CallView, base: bigint): ReturnType<typeof copied> => {
    const data = view.failed && direction === 'out' ? undefined : copied(view, direction, index, base);
    return data === undefined || data.errno !== 0 ? undefined : data;
  };
  switch (spec.form) {
    case 'hex':
      return (view, base) =>
        withBytes(known(view, base), (bytes, full) => quotedHex(bytes, full, shown)) ?? emptyText(view, spec, direction);
    case 'cpuset':
      return (view, base) => withBytes(known(view, base), (bytes) => setText(bytes));
    case 'sockint':
      return (view, base) =>
        withBytes(known(view, base), (bytes, full) => (bytes.length >= 4 ? `[${i32(bytes, 0)}]` : quotedHex(bytes, full, shown)));
    case 'sockopt':
      return (view, base) =>
        withBytes(known(view, base), (bytes, full) =>
          full === 4 && bytes.length === 4 ? `[${i32(bytes, 0)}]` : quoted(bytes, full, shown),
        );
    default:
      return (view, base) =>
        withBytes(known(view, base), (bytes, full) => quoted(bytes, full, shown)) ?? emptyText(view, spec, direction);
  }
}

function withBytes(data: ReturnType<typeof copied>, text: (bytes: Uint8Array, full: number) => string): string | undefined {
  return data === undefined ? undefined : text(data.bytes, data.full);
}

/** Nothing was copied because there was nothing: '""'. */
function emptyText(view: CallView, spec: ArgumentSpec, direction: 'in' | 'out'): string | undefined {
  if (direction === 'out') return view.ret === 0n ? '""' : undefined;
  return spec.lengthFrom === 'arg' && view.args[spec.lengthArg] === 0n ? '""' : undefined;
}

function vectorText(
  view: CallView,
  spec: ArgumentSpec,
  index: number,
  base: bigint,
  direction: 'in' | 'out',
  style: Style,
): string | undefined {
  const count = view.args[spec.lengthArg]!;
  if (count === 0n) return '[]';
  const vector = copied(view, 'in', index, base);
  if (vector === undefined || vector.bytes.length < spec.elementBytes || count > 1024n) return undefined;
  // A failed read moved nothing: strace shows where the buffers are.
  const place = { view, arg: index, direction, wordBytes: wordOf(spec), style };
  return iovecText(place, vector.bytes, Number(count), view.failed ? undefined : moved(view, direction));
}

/** A receiving call that failed has only what it was given: the room for the sender's name. */
function receivedOr(
  view: CallView,
  direction: 'in' | 'out',
  text: () => string | undefined,
  base: bigint,
  index: number,
  size: number,
): string | undefined {
  if (direction === 'in' || !view.failed) return text();
  const header = copiedBytes(view, 'in', index, base, size + 4);
  return header === undefined ? undefined : `{msg_namelen=${i32(header, size)}}`;
}

function messageCount(view: CallView, spec: ArgumentSpec): number {
  const given = view.args[spec.lengthArg]! & 0xffffffffn;
  const done = view.ret === undefined || view.failed ? given : view.ret;
  return Number(done < given ? done : given);
}

/** A length that the kernel may have changed lies in the argument that `lengthArg` names. */
function socketAddress(
  view: CallView,
  spec: ArgumentSpec,
  index: number,
  base: bigint,
  direction: 'in' | 'out',
): string | undefined {
  if (view.failed && direction === 'out') return undefined;
  const data = copied(view, direction, index, base);
  if (data === undefined) return undefined;
  if (direction === 'in') {
    const given = Number(BigInt.asIntN(32, view.args[spec.lengthArg]!));
    return given < 0 ? undefined : sockaddrText(data.bytes, given);
  }
  const length = view.args[spec.lengthArg]!;
  const given = copiedBytes(view, 'in', spec.lengthArg, length, 4);
  const left = copiedBytes(view, 'out', spec.lengthArg, length, 4);
  const room = given === undefined ? data.full : u32(given, 0);
  return sockaddrText(data.bytes, Math.min(room, left === undefined ? data.full : u32(left, 0)));
}

function descriptorSet(view: CallView, spec: ArgumentSpec, index: number, base: bigint, style: Style): string | undefined {
  const count = Number(BigInt.asIntN(32, view.args[spec.lengthArg]!));
  if (count < 0) return undefined;
  const bytes = copiedBytes(view, 'in', index, base, Math.min(setBytes(count), 128));
  return bytes === undefined ? undefined : setText(bytes, count, style.fdNumber);
}

/** Memory nodes, as the words of the mask. */
function nodeMask(view: CallView, index: number, base: bigint, direction: 'in' | 'out'): string | undefined {
  if (view.failed && direction === 'out') return undefined;
  const bytes = copiedBytes(view, direction, index, base, 8);
  if (bytes === undefined) return undefined;
  const masks = Array.from(
    { length: Math.floor(bytes.length / 8) },
    (_, i) =>
      `0x${u64(bytes, i * 8)
        .toString(16)
        .padStart(14, '0')}`,
  );
  return `[${masks.join(', ')}]`;
}

function signalFrame(view: CallView, index: number): string {
  const mask = view.call.data.find((d) => d.arg === index && d.bytes.length >= 8);
  return mask === undefined ? '' : `{mask=${sigsetText(u64(mask.bytes, 0))}}`;
}

/** What pselect6's last argument points to: the address of a signal set, and its size. */
function maskAndSize(view: CallView, index: number, base: bigint, size: number): string | undefined {
  const pair = copiedBytes(view, 'in', index, base, size);
  if (pair === undefined) return undefined;
  const [pointer, bytes] = [wordAt(pair, 0, size / 2), wordAt(pair, size / 2, size / 2)];
  const mask = pointer === 0n ? undefined : copiedBytes(view, 'in', index, pointer, 8);
  return `{sigmask=${mask === undefined ? words.address(pointer) : sigsetText(u64(mask, 0))}, sigsetsize=${bytes}}`;
}

function structPrinter(spec: ArgumentSpec, index: number, direction: 'in' | 'out', style: Style): ContentText {
  const name = spec.struct ?? '';
  const row = STRUCTS[name];
  const text = structText(name, style);
  const least = PARTIAL_FORMS.has(row?.form ?? '') ? 1 : (row?.least ?? (spec.lengthFrom === 'arg' ? 8 : spec.elementBytes));
  const plain: ContentText = (view, base) => {
    const wrote = spec.kind === 'interrupted' || !view.failed;
    if (direction === 'out' && (!wrote || (row?.positive === true && (view.ret ?? 0n) <= 0n))) return undefined;
    const bytes = copiedBytes(view, direction, index, base, least);
    return bytes === undefined ? undefined : text(bytes, 0);
  };
  if (spec.direction !== 'inout') return plain;
  if (row?.asked !== undefined) return askedPrinter(spec, index, row.asked, style);
  const change = CHANGES[row?.form ?? ''];
  return change === undefined ? plain : (view, base) => change(view, index, base, plain, spec.elementBytes);
}

/** Structs of which less may be there. */
const PARTIAL_FORMS: ReadonlySet<string> = new Set(['partial', 'tcp_info']);

/** What was asked, and once it is there, the answer. */
function askedPrinter(spec: ArgumentSpec, index: number, asked: string, style: Style): ContentText {
  const [question, answer] = [structText(spec.struct ?? '', style, asked), structText(spec.struct ?? '', style)];
  return (view, base) => {
    const bytes = copiedBytes(view, view.failed || view.ret === undefined ? 'in' : 'out', index, base, spec.elementBytes);
    return bytes === undefined ? undefined : (view.failed || view.ret === undefined ? question : answer)(bytes, 0);
  };
}

/** Structs of which strace shows both what went in and what came out. */
const CHANGES: Readonly<
  Record<string, (view: CallView, index: number, base: bigint, plain: ContentText, size: number) => string | undefined>
> = {
  socklen: (view, index, base) => {
    const before = copiedBytes(view, 'in', index, base, 4);
    const after = view.failed ? undefined : copiedBytes(view, 'out', index, base, 4);
    return before === undefined ? undefined : lengthText(i32(before, 0), after === undefined ? undefined : i32(after, 0));
  },
  ifconf: (view, index, base, _, size) => {
    const bytes = copiedBytes(view, view.failed ? 'in' : 'out', index, base, size);
    return bytes === undefined ? undefined : structText('ifconf', PLAIN)(bytes, 0);
  },
  uring: (view, index, base, plain, size) => {
    const bytes = view.failed ? undefined : copiedBytes(view, 'out', index, base, size);
    return bytes === undefined ? plain(view, base) : structText('uring-params', PLAIN)(bytes, 0);
  },
  'moved-offset': (view, index, base, plain, size) => {
    const after = view.failed || view.ret === 0n ? undefined : copiedBytes(view, 'out', index, base, size);
    const text = plain(view, base);
    return text === undefined || after === undefined ? text : `${text} => [${BigInt.asIntN(size * 8, wordAt(after, 0, size))}]`;
  },
  clone_args: (view, index, base, plain) => {
    const text = plain(view, base);
    const given = copiedBytes(view, 'in', index, base, 64);
    return text === undefined || given === undefined || view.failed || view.ret === undefined
      ? text
      : text + cloneResult(view.ret, given);
  },
};

/** The thread id that clone3 stored where its flags asked it to. It is the result, so it needs no copy. */
function cloneResult(ret: bigint, given: Uint8Array): string {
  return (u64(given, 0) & 0x100000n) === 0n || ret === 0n ? '' : ` => {parent_tid=[${ret}]}`;
}

function arrayPrinter(spec: ArgumentSpec, index: number, direction: 'in' | 'out', style: Style): ContentText {
  const element = structText(spec.struct ?? '', style);
  const list = STRUCTS[spec.struct ?? '']?.form === 'list';
  return (view, base) => {
    if (direction === 'out' && view.failed) return undefined;
    const count = spec.lengthFrom === 'ret' ? (view.ret ?? 0n) : BigInt.asIntN(32, view.args[spec.lengthArg]!);
    if (count === 0n) return '[]';
    const bytes = copiedBytes(view, direction, index, base, spec.elementBytes);
    if (bytes === undefined || count < 0n) return undefined;
    const known = Math.floor(bytes.length / spec.elementBytes);
    const parts: string[] = [];
    for (let i = 0; i < known && i < style.elements; i++) parts.push(element(bytes, i * spec.elementBytes));
    const texts = list ? parts.map((p) => p.slice(1, -1)) : parts;
    if (count > BigInt(texts.length)) texts.push('...');
    return `[${texts.join(', ')}]`;
  };
}
