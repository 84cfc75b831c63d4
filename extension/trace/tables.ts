/**
 * The shapes of the generated tables (gen/syscalls.ts, gen/flags.ts, gen/structs.ts, gen/errno.ts): how native/schema's JSON
 * files look to TypeScript. Types only; what the kinds mean is in native/schema/README.md.
 */
export type ArgumentKind =
  | 'none' | 'int' | 'uint' | 'long' | 'ulong' | 'hex' | 'ptr' | 'size' | 'offset' | 'mode' | 'pid' | 'tid' | 'uid' | 'gid'
  | 'fd' | 'fd-at' | 'signal' | 'flags' | 'enum' | 'path' | 'str' | 'strv' | 'buf' | 'iovec' | 'msghdr' | 'mmsghdr' | 'sockaddr'
  | 'struct' | 'array' | 'variant' | 'ptrv' | 'fdset' | 'dev' | 'dirents' | 'interrupted' | 'sigframe' | 'sigmask'; // prettier-ignore
export type Direction = 'word' | 'in' | 'out' | 'inout';
export type LengthFrom = 'none' | 'arg' | 'arg-pointer' | 'ret' | 'fixed';

export interface ArgumentSpec {
  readonly name: string;
  readonly kind: ArgumentKind;
  readonly direction: Direction;
  readonly lengthFrom: LengthFrom;
  /** The argument that says the length, or that a variant depends on. */
  readonly lengthArg: number;
  readonly elementBytes: number;
  readonly list?: string;
  readonly struct?: string;
  readonly variant?: string;
  readonly form?: string;
}

export interface Variant {
  readonly mask: bigint;
  readonly rows: readonly (ArgumentSpec & { readonly value: bigint })[];
  readonly otherwise: ArgumentSpec;
}

export type ResultKind =
  | 'int' | 'none' | 'bytes' | 'addr' | 'fd' | 'pid' | 'hex' | 'uint' | 'octal' | 'long' | 'noreturn' | 'sigreturn' | 'variant'
  | 'flags' | 'enum' | 'named' | 'ioprio' | 'poll' | 'select' | 'signal' | 'time'; // prettier-ignore
export interface ResultSpec {
  readonly kind: ResultKind;
  readonly list?: string;
  /** For a variant: the argument it depends on, and the table. */
  readonly arg?: number;
  readonly variant?: string;
}
export interface ResultVariant {
  readonly mask: bigint;
  readonly rows: readonly { readonly value: bigint; readonly ret: ResultSpec }[];
  readonly otherwise: ResultSpec;
}

export interface SyscallRow {
  readonly name: string;
  readonly nr: number;
  /** Six words without names or kinds. */
  readonly raw: boolean;
  readonly args: readonly ArgumentSpec[];
  readonly ret: ResultSpec;
  readonly touch: 'none' | 'fd' | 'path' | 'poll';
  readonly sets: readonly string[];
  /** Order and names in which strace prints the arguments, where they differ: [name, index]. */
  readonly print?: readonly (readonly [string, number])[];
  /** How many of the printed arguments strace prints before the call returns; the next comma comes with the rest. */
  readonly entry?: number;
  /** It goes on with a call that was interrupted: strace names that one instead of arguments. */
  readonly resumes?: boolean;
  /** It changes the working directory to where its first argument, a path or a descriptor, leads. */
  readonly directory?: 'path' | 'fd';
}

/** The calls of an ABI other than x86-64: a number and the name of x86-64's row where that serves, else a row. */
export interface AbiTable {
  readonly id: string;
  /** AUDIT_ARCH_*. */
  readonly arch: number;
  readonly bit: number;
  readonly wordBytes: 4 | 8;
  readonly rows: readonly (readonly [number, string] | SyscallRow)[];
}

/** Names of a word's bits or values. Values above 32 bits occur only where bits is 64. */
export interface FlagList {
  /** An enum: names by value. */
  readonly values?: readonly (readonly [string, number])[];
  /** Parts of a flags word that are values, printed first. */
  readonly fields?: readonly {
    readonly mask: number;
    readonly values: readonly (readonly [string, number])[];
    readonly unknown?: string;
    /** A value that has no name is left to the flags. */
    readonly optional?: boolean;
  }[];
  readonly flags?: readonly (readonly [string, number])[];
  /** A value of another list within the word, printed last, left out if 0. */
  readonly tail?: { readonly mask: number; readonly list: string };
  /** Permission bits within the word, printed last in octal. */
  readonly octal?: number;
  readonly zero?: string;
  /** What stands after fields when no flag is set. */
  readonly empty?: string;
  /** Said of a word that has no name here. */
  readonly unknown?: string;
  readonly bits?: 64;
  /** What the values cover of the word is a number of `bits` bits: "21<<MFD_HUGE_SHIFT". */
  readonly shift?: { readonly by: number; readonly bits: number; readonly name: string };
  /** The flags print as if there were no fields: what has no name is said to have none. */
  readonly separate?: boolean;
  /** A value without a name prints in decimal. */
  readonly decimal?: boolean;
  /** A value prints as a number, its name as a comment. */
  readonly numbered?: boolean;
}

export type FieldType = 'u8' | 'u16' | 'u32' | 'u64' | 'i16' | 'i32' | 'i64' | 'x16' | 'x32' | 'x64';
export interface StructField {
  readonly name: string;
  readonly type: FieldType;
  readonly offset: number;
  /** How it prints: flags(LIST), enum(LIST), mode(type), struct(NAME), chars(N), ... */
  readonly form?: string;
}
export interface StructSpec {
  readonly size: number;
  readonly fields: readonly StructField[];
  /** Every field, where strace prints some only unabbreviated (-v). */
  readonly whole?: readonly StructField[];
  /** Of `whole`: fields that are there only if one of these bits is set in the first one. */
  readonly needs?: Readonly<Record<string, number>>;
  /** A way of printing of its own (describe/forms.ts); list and bare print the fields' values in brackets or alone. */
  readonly form?: string;
  readonly of?: string;
  /** There is more that strace abbreviates. */
  readonly more?: boolean;
  /** Written only when the call's result is above 0. */
  readonly positive?: boolean;
  /** If there are fewer bytes, it does not print. */
  readonly least?: number;
  /** Of what goes in and comes out: the field that asks; it alone prints if there is no answer. */
  readonly asked?: string;
}
