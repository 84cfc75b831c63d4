/**
 * The row of a call: by the architecture that its event has (AUDIT_ARCH), since one program may make calls of several ABIs.
 * Pure. No system call is known by name here.
 */
import { OTHER_ABIS, SYSCALLS } from './gen/syscalls';
import type { SyscallRow } from './tables';

export const AUDIT_ARCH_X86_64 = 0xc000003e;
export const AUDIT_ARCH_AARCH64 = 0xc00000b7;
export const AUDIT_ARCH_I386 = 0x40000003;

/** The calls of one ABI. */
export interface Abi {
  readonly id: string;
  /** AUDIT_ARCH_*. */
  readonly arch: number;
  /** The bit that its numbers have set: x32's, under x86-64's architecture. */
  readonly bit: number;
  /** Bytes of an argument's word. */
  readonly wordBytes: 4 | 8;
  readonly rows: ReadonlyMap<number, SyscallRow>;
}

const x86 = new Map(SYSCALLS.map((row) => [row.nr, row]));
const byName = new Map(SYSCALLS.map((row) => [row.name, row]));

/** Every ABI that there is a table of, x86-64 first. */
export const ABIS: readonly Abi[] = [
  { id: 'x86_64', arch: AUDIT_ARCH_X86_64, bit: 0, wordBytes: 8, rows: x86 },
  ...OTHER_ABIS.map(({ rows, ...abi }) => ({
    ...abi,
    rows: new Map(rows.map((row) => ('name' in row ? [row.nr, row] : [row[0], byName.get(row[1])!]))),
  })),
];

const byArch = new Map(ABIS.map(({ arch }) => [arch, ABIS.filter((abi) => abi.arch === arch)]));
const NONE: readonly Abi[] = [];

/** The ABI of a call; undefined: there is no table of it. */
export function abiOf(nr: number, arch: number): Abi | undefined {
  const own = byArch.get(arch) ?? NONE;
  return own.find((abi) => hasBit(nr, abi.bit)) ?? own.find((abi) => abi.bit === 0);
}

/** Of a number that is not negative. */
const hasBit = (nr: number, bit: number): boolean => (nr & bit) !== 0 && nr >>> 0 < 0x80000000;

/** The row of a number, if it is one of this architecture's. */
export function syscallRow(nr: number, arch: number): SyscallRow | undefined {
  const abi = abiOf(nr, arch);
  return abi?.rows.get(nr & ~abi.bit);
}

/** The call's name, "syscall_0x258" if it has none. A number is an int to the kernel: a negative one prints as the register held it. */
export function syscallName(nr: number, arch: number): string {
  const row = syscallRow(nr, arch);
  if (row !== undefined) return row.name;
  const abi = abiOf(nr, arch);
  const word = abi?.wordBytes === 8 ? BigInt.asUintN(64, BigInt(nr | 0)) : BigInt(nr >>> 0);
  return `syscall_0x${word.toString(16)}`;
}
