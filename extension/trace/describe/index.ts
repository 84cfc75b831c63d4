/**
 * A raw call to the line that strace would print after the pid (without its padding of columns), and to the parts that the
 * views show: names and texts of arguments, result, error. Pure: the same bytes give the same text on any machine.
 */
import type { RawCall } from '../engineProtocol';
import type { DescribedCall } from '../timelineProtocol';
import { abiOf, type Abi, syscallName } from '../syscallTable';
import type { SyscallRow } from '../tables';
import { compileArgument, type Printer } from './argument';
import { resultText } from './result';
import { PLAIN, type Style } from './style';
import { type CallView, viewOf } from './view';
import { errorName, hex, isRestart } from './words';

export { escapedText } from './bytes';
export { sigInfoText, type SignalInfo, waitStatusText } from './signals';
export { type DescriptorTexts, styleOf, type StyleOptions } from './style';
export { syscallName, syscallRow } from '../syscallTable';
export { errorName, errorText, signalName } from './words';

interface Argument {
  readonly name: string;
  /** How it stands in the line: "flags=". */
  readonly prefix: string;
  readonly printer: Printer;
}

/** A row with its printers, in order of printing. */
interface CompiledRow {
  readonly row: SyscallRow | undefined;
  readonly name: string;
  readonly args: readonly Argument[];
  /** From this argument on, strace prints at the return if any of the rest is late; its comma too. */
  readonly entry: number | undefined;
}

/** A line in the pieces in which strace prints it: at entry, at return, and behind " = ". */
export interface CallLine {
  readonly name: string;
  /** "wait4(11118, " */
  readonly entry: string;
  /** "[{WIFEXITED(s) && WEXITSTATUS(s) == 3}], 0, NULL)"; for an unfinished call what would be missing. */
  readonly rest: string;
  /** undefined: unfinished. */
  readonly result: string | undefined;
  /** All arguments are in `entry`. */
  readonly whole: boolean;
}

/** What stands for an argument that the kernel fills in, before it has. */
const UNKNOWN = '?';

/** Rows compiled for one style, by architecture and number. */
interface Compiled {
  readonly style: Style;
  readonly rows: Map<number, Map<number, CompiledRow>>;
}
const plain: Compiled = { style: PLAIN, rows: new Map() };

function compiledRow({ style, rows }: Compiled, nr: number, arch: number): CompiledRow {
  const known = rows.get(arch)?.get(nr);
  if (known !== undefined) return known;
  const abi = abiOf(nr, arch);
  const row = abi?.rows.get(nr & ~abi.bit);
  if (abi === undefined || row === undefined) return compileRaw(syscallName(nr, arch), undefined);
  const compiled = compileRow(row, abi, style);
  const ofArch = rows.get(arch) ?? new Map<number, CompiledRow>();
  rows.set(arch, ofArch.set(nr, compiled));
  return compiled;
}

function compileRow(row: SyscallRow, abi: Abi, style: Style): CompiledRow {
  if (row.raw) return compileRaw(row.name, row);
  const order = row.print ?? row.args.map((_, index) => ['', index] as const);
  const args = order.map(([label, index]) => {
    const spec = row.args[index]!;
    return {
      name: label === '' ? spec.name : label,
      prefix: label === '' ? '' : `${label}=`,
      printer: compileArgument(spec, index, abi.wordBytes, style),
    };
  });
  return { row, name: row.name, args, entry: row.entry };
}

/** Six words, where nothing more is known. */
function compileRaw(name: string, row: SyscallRow | undefined): CompiledRow {
  const args = Array.from({ length: 6 }, (_, index) => ({
    name: `arg${index}`,
    prefix: '',
    printer: { text: (view: CallView) => hex(view.args[index]!), late: () => false },
  }));
  return { row, name, args, entry: undefined };
}

/** `interrupted`: the call that this one goes on with, if it does that. */
export type CallLiner = (call: RawCall, interrupted?: string) => CallLine;

/** What makes the line in pieces: what exports need, and nothing more. */
export function callLiner(style: Style = PLAIN): CallLiner {
  const own: Compiled = style === PLAIN ? plain : { style, rows: new Map() };
  return (call, interrupted) => {
    const compiled = compiledRow(own, call.nr, call.arch);
    const line = lineOf(compiled, viewOf(call), undefined, style);
    return interrupted === undefined || compiled.row?.resumes !== true
      ? line
      : { ...line, entry: resumingEntry(line.name, interrupted) };
  };
}

const resumingEntry = (name: string, interrupted: string): string => `${name}(<... resuming interrupted ${interrupted} ...>`;

/** A line, and the texts of its arguments as they print: what an export that has both needs. */
export function callTexts(call: RawCall): { readonly line: CallLine; readonly args: readonly string[]; readonly errno: number } {
  const view = viewOf(call);
  const args: string[] = [];
  const line = lineOf(compiledRow(plain, call.nr, call.arch), view, (_, text) => void args.push(text));
  return { line, args, errno: view.errno };
}

/** `each` gets every argument that the call has, in order of printing, with its text. */
function lineOf(
  compiled: CompiledRow,
  view: CallView,
  each: ((name: string, text: string) => void) | undefined,
  style: Style = PLAIN,
): CallLine {
  const { args, name } = compiled;
  const from = lateFrom(compiled, view);
  const unfinished = view.ret === undefined;
  let entry = compiled.row?.resumes === true ? resumingEntry(name, 'system call') : `${name}(`;
  let rest = '';
  let printed = 0;
  for (let i = 0; i < args.length; i++) {
    const { name: argument, prefix, printer } = args[i]!;
    const late = from !== undefined && i >= from;
    if (late && unfinished) {
      each?.(argument, printer.late(view) ? UNKNOWN : (printer.text(view) ?? UNKNOWN));
      continue;
    }
    const text = printer.text(view);
    if (text === undefined) continue;
    each?.(argument, text);
    const comma = printed++ > 0 ? ', ' : '';
    if (!late) entry += comma + prefix + text;
    else if (rest === '' && compiled.entry === undefined) [entry, rest] = [entry + comma, prefix + text];
    else rest += comma + prefix + text;
  }
  if (from !== undefined && unfinished && compiled.entry === undefined && printed > 0) entry += ', ';
  return { name, entry, rest: `${rest})`, result: resultText(compiled.row, view, style), whole: from === undefined };
}

/** The first argument that prints at the return; undefined: all print at entry. */
function lateFrom(compiled: CompiledRow, view: CallView): number | undefined {
  const { args, entry, row } = compiled;
  for (let i = 0; i < args.length; i++) {
    if (args[i]!.printer.late(view) || (row?.print !== undefined && entry === i)) return i;
  }
  return undefined;
}

/** "read(3, "abc", 3) = 3"; for a call in progress "read(3,  <unfinished ...>". */
export function lineText(line: CallLine): string {
  return line.result === undefined ? `${line.entry} <unfinished ...>` : `${line.entry}${line.rest} = ${line.result}`;
}

/** The error's name, "ENOENT"; undefined where the call did not fail. Restart codes are no errors of the program's. */
export function errorOf(call: RawCall): string | undefined {
  const { errno } = viewOf(call);
  return errno === 0 || isRestart(errno) ? undefined : errorName(errno);
}

/** Everything the views show of a call. */
export function describeCall(call: RawCall): DescribedCall {
  const compiled = compiledRow(plain, call.nr, call.arch);
  const view = viewOf(call);
  const args: { name: string; text: string }[] = [];
  const line = lineOf(compiled, view, (name, text) => void args.push({ name, text }));
  return { call, name: line.name, text: lineText(line), args, result: line.result ?? 'in progress', errno: errorOf(call) };
}
