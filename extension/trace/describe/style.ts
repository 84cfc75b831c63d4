/**
 * How calls print beyond strace's defaults: what its options -s, -v and -y choose. A style is compiled into the printers of a
 * describer once, so that the default costs nothing.
 */
import { SHOWN } from './bytes';
import type { BytesText } from './fields';
import { fdAt, int32, int64, type WordText } from './words';

/** What stands behind a descriptor's number ("</etc/passwd>"), '' where nothing is known. They speak of the call that prints now. */
export interface DescriptorTexts {
  /** As the call began. */
  readonly of: (fd: number) => string;
  /** A descriptor that the call made. */
  readonly made: (fd: number) => string;
  /** The working directory, for AT_FDCWD. */
  readonly directory: () => string;
}

export interface StyleOptions {
  /** Bytes of a string and, where structs are abbreviated, elements of an array that print, as strace's -s. 32 unless said. */
  readonly stringLimit?: number | undefined;
  /** false: structs and arrays whole, as strace's -v. */
  readonly abbreviate?: boolean | undefined;
  /** As strace's -y; absent: bare numbers. */
  readonly descriptors?: DescriptorTexts | undefined;
}

export interface Style {
  readonly stringLimit: number;
  /** Elements of an array that print. */
  readonly elements: number;
  readonly abbreviate: boolean;
  readonly fd: WordText;
  readonly fdAt: WordText;
  readonly newFd: WordText;
  /** The same of numbers, in structs and sets. */
  readonly fdNumber: (fd: number) => string;
  readonly newFdNumber: (fd: number) => string;
  /** Printers of structs that were compiled for it (structs.ts). */
  readonly structs: Map<string, BytesText>;
}

export function styleOf({ stringLimit = SHOWN, abbreviate = true, descriptors }: StyleOptions = {}): Style {
  const common = {
    stringLimit,
    abbreviate,
    elements: abbreviate ? stringLimit : Infinity,
    structs: new Map<string, BytesText>(),
  };
  if (descriptors === undefined) {
    return { ...common, fd: int32, fdAt, newFd: int64, fdNumber: String, newFdNumber: String };
  }
  const { of, made, directory } = descriptors;
  const number = (word: bigint): number => Number(BigInt.asIntN(32, word));
  const fdNumber = (fd: number): string => `${fd}${of(fd)}`;
  const newFdNumber = (fd: number): string => `${fd}${made(fd)}`;
  return {
    ...common,
    fd: (word) => fdNumber(number(word)),
    fdAt: (word) => (number(word) === AT_FDCWD ? `AT_FDCWD${directory()}` : fdNumber(number(word))),
    newFd: (word) => newFdNumber(number(word)),
    fdNumber,
    newFdNumber,
  };
}

const AT_FDCWD = -100;

/** As strace prints without options. */
export const PLAIN: Style = styleOf();
