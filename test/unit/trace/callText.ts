/**
 * Raw calls as text, for golden files: what the kernel saw, without a trace file. A call is a line of words and the bytes that
 * were copied; the line it is described as follows behind ">".
 *
 *   read 3 0x7ffe0010 0x5 = 5            name (or number; "arm64:read" of another ABI), words, result ("?": unfinished)
 *     out 1 0x7ffe0010 5 68656c6c6f      direction, argument, address, true length, bytes in hex ("!14": unreadable, with errno)
 *   > read(3, "hello", 5) = 5
 */
import { ABIS, type Abi, abiOf, AUDIT_ARCH_X86_64 } from '../../../extension/trace/syscallTable';
import type { CopiedData, RawCall } from '../../../extension/trace/engineProtocol';

const BLANK: Omit<RawCall, 'nr' | 'args' | 'ret' | 'data'> = {
  id: 0,
  process: 0,
  pid: 100,
  thread: 0,
  tid: 100,
  arch: AUDIT_ARCH_X86_64,
  startNs: 0,
  durationNs: 1000,
  fd: -1,
  classId: 0,
  description: 0,
  resource: undefined,
  origin: 0,
  stack: 0,
  ip: 0n,
  enterFlags: 0,
  exitFlags: 0,
};

export interface GoldenCall {
  /** The lines that make the call. */
  readonly source: readonly string[];
  readonly call: RawCall;
  readonly expected: string;
}

/** A call from its lines, without the expected one. */
export function parseCall(lines: readonly string[]): RawCall {
  const [words = '', result = '?'] = lines[0]!.split(' = ');
  const [head = '', ...args] = words.split(' ');
  const colon = head.indexOf(':');
  const abi = ABIS.find(({ id }) => id === (colon === -1 ? 'x86_64' : head.slice(0, colon)))!;
  const nr = numberOf(abi, head.slice(colon + 1));
  if (Number.isNaN(nr)) throw new Error(`no such call: ${lines[0]!}`);
  const given = args.map((word) => BigInt.asUintN(64, BigInt(word)));
  while (given.length < 6) given.push(0n);
  const ret = result === '?' ? undefined : BigInt(result);
  const call = { ...BLANK, nr, arch: abi.arch, args: given, ret, data: lines.slice(1).map(parseData) };
  return ret === undefined ? { ...call, durationNs: undefined } : call;
}

function numberOf(abi: Abi, name: string): number {
  for (const [nr, row] of abi.rows) if (row.name === name) return nr | abi.bit;
  return Number(name);
}

function parseData(line: string): CopiedData {
  const [direction, arg, address, full, hex = ''] = line.trim().split(' ');
  if (direction !== 'in' && direction !== 'out') throw new Error(`no such direction: ${line}`);
  const errno = hex.startsWith('!') ? Number(hex.slice(1)) : 0;
  const bytes = Uint8Array.from(Buffer.from(errno === 0 ? hex : '', 'hex'));
  return { direction, arg: Number(arg), address: BigInt(address!), full: Number(full), bytes, errno };
}

/** The blocks of a golden file, which are apart by empty lines; lines with # are comments. */
export function parseGolden(text: string): GoldenCall[] {
  const blocks = text.split(/\n\s*\n/).map((block) => block.split('\n').filter((line) => line !== '' && !line.startsWith('#')));
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => {
      const expected = lines.find((line) => line.startsWith('> '))?.slice(2) ?? '';
      const source = lines.filter((line) => !line.startsWith('> '));
      return { source, call: parseCall(source), expected };
    });
}

/** A call's lines, as parseCall reads them. */
export function formatCall(call: RawCall): string[] {
  const abi = abiOf(call.nr, call.arch)!;
  const row = abi.rows.get(call.nr & ~abi.bit);
  const count = row === undefined || row.raw ? 6 : row.args.length;
  const words = call.args.slice(0, count).map((word) => (word < 10n ? String(word) : `0x${word.toString(16)}`));
  while (words.length > 0 && words[words.length - 1] === '0') words.pop();
  const prefix = abi.id === 'x86_64' ? '' : `${abi.id}:`;
  const head = `${[prefix + (row?.name ?? `0x${call.nr.toString(16)}`), ...words].join(' ')} = ${call.ret ?? '?'}`;
  const data = call.data.map((d) => {
    const bytes = d.errno === 0 ? Buffer.from(d.bytes).toString('hex') : `!${d.errno}`;
    return `  ${d.direction} ${d.arg} 0x${d.address.toString(16)} ${d.full} ${bytes}`.trimEnd();
  });
  return [head, ...data];
}
