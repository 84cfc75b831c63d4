/**
 * The command line without its process: `export` and `summary` on a trace source that the caller opens, with the streams that
 * it gives. Returns an exit status: 0, 1 for what went wrong, 2 for wrong usage. Every failure is one sentence on stderr.
 */
import fs from 'node:fs';
import type { Writable } from 'node:stream';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { addBlind, type BlindTallies, blindLines, blindTotals } from '../trace/blind';
import type { Chunk } from '../trace/export/chunks';
import { exportCsv } from '../trace/export/csv';
import { exportJsonLines } from '../trace/export/jsonl';
import { exportStrace, type StraceOptions } from '../trace/export/strace';
import { BlindReason } from '../trace/gen/schema';
import { SUMMARY_GROUPS, type SummaryGroup, type TraceRecord, type TraceSource } from '../trace/source';
import { summarize } from '../trace/summary';
import { printable, summaryJson, summaryText } from '../trace/summaryText';
import { isBrokenPipe, openOutput, type Output } from './output';

export interface CommandLine {
  /** Throws an Error whose message is a whole sentence. */
  open(path: string): Promise<TraceSource>;
  readonly stdout: Writable;
  readonly stderr: Writable;
}

type Exporter = (source: TraceSource, options: StraceOptions) => AsyncIterable<Chunk>;
const EXPORTERS: Readonly<Record<string, Exporter>> = { jsonl: exportJsonLines, strace: exportStrace, csv: exportCsv };
const FORMATS = 'strace, jsonl and csv';
/** Parts of the command line contract that a later version brings. */
const LATER_FORMATS: ReadonlySet<string> = new Set(['chrome', 'folded', 'parquet']);
const LATER_GROUPS: ReadonlySet<string> = new Set(['line', 'stream']);

export async function runCommandLine(args: readonly string[], io: CommandLine): Promise<number> {
  try {
    await program(io).parseAsync(args.map(asKnown), { from: 'user' });
    return 0;
  } catch (error) {
    return failure(error, io);
  }
}

/** strace's own spellings of options of more than one letter, and of those whose value is optional. */
const SPELLINGS: Readonly<Record<string, string>> = {
  '-ttt': '--timestamps',
  '-y': '--decode-fds=path',
  '--decode-fds': '--decode-fds=path',
  '-yy': '--decode-fds=all',
};
const asKnown = (arg: string): string => SPELLINGS[arg] ?? arg;

/** Commander has already said what was wrong with the arguments. */
function failure(error: unknown, io: CommandLine): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (isBrokenPipe(error)) return 0; // the reader has seen enough
  say(io, error instanceof Error ? error.message : String(error));
  return 1;
}

function say(io: CommandLine, text: string): void {
  io.stderr.write(`syscope: ${printable(text)}\n`);
}

function program(io: CommandLine): Command {
  const command = new Command('syscope');
  command.description('Reads traces of system calls that "syscope record" wrote.').exitOverride();
  command.configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text) });
  command
    .command('export')
    .description('writes a trace in another format')
    .argument('<TRACE>', 'the trace file')
    .addOption(new Option('--format <format>', FORMATS).argParser(parseFormat).makeOptionMandatory())
    .option('-o, --output <FILE>', 'write to this file instead of standard output')
    .option('--timestamps', 'strace: the time before each line; -ttt is the same')
    .option('-T, --durations', 'strace: how long each call took')
    .addOption(
      new Option(
        '-s, --string-limit <N>',
        'strace: so many bytes of a string, instead of 32; at most what was recorded',
      ).argParser(parseLimit),
    )
    .option('-v, --no-abbrev', 'strace: structs and arrays whole')
    .addOption(
      new Option(
        '--decode-fds <WHICH>',
        'strace: what descriptors refer to, by path (-y), or with addresses too: all (-yy)',
      ).choices(['path', 'all']),
    )
    .option('-k, --stacks', 'strace: the stack behind each call')
    .action(async (trace: string, options: ExportOptions, self: Command) => {
      const given = options.format === 'strace' ? [] : straceOptions(self);
      if (given.length > 0) self.error(`error: strace's options (${given.join(', ')}) are of the strace format only.`);
      await runExport(io, trace, options);
    });
  command
    .command('summary')
    .description('says what the calls of a trace cost')
    .argument('<TRACE>', 'the trace file')
    .addOption(
      new Option('--by <groups>', `${SUMMARY_GROUPS.join(', ')}; several with commas between, as in process,class`)
        .argParser(parseGroups)
        .default(['class'], 'class'),
    )
    .option('--json', 'write JSON instead of a table')
    .action(async (trace: string, options: { by: readonly SummaryGroup[]; json?: boolean }) => runSummary(io, trace, options));
  for (const sub of command.commands) sub.exitOverride();
  return command;
}

/** Those of strace's options that were given. */
const straceOptions = (command: Command): string[] =>
  command.options
    .filter(
      (option) => option.description.startsWith('strace: ') && command.getOptionValueSource(option.attributeName()) === 'cli',
    )
    .map(({ long }) => long ?? '');

const MAX_LIMIT = 2 ** 31 - 1;

function parseLimit(value: string): number {
  const limit = /^\d+$/.test(value) ? Number(value) : NaN;
  if (limit <= MAX_LIMIT) return limit;
  throw new InvalidArgumentError(`The limit is a whole number of bytes, up to ${MAX_LIMIT}.`);
}

function parseFormat(value: string): string {
  if (EXPORTERS[value] !== undefined) return value;
  if (LATER_FORMATS.has(value)) throw new InvalidArgumentError(`This version cannot write ${value} yet: use ${FORMATS}.`);
  throw new InvalidArgumentError(`Formats are ${FORMATS}.`);
}

function parseGroups(value: string): readonly SummaryGroup[] {
  const groups = value.split(',').map(parseGroup);
  if (new Set(groups).size < groups.length) throw new InvalidArgumentError('A group is named twice.');
  return groups;
}

function parseGroup(value: string): SummaryGroup {
  const group = SUMMARY_GROUPS.find((known) => known === value);
  if (group !== undefined) return group;
  const groups = SUMMARY_GROUPS.join(', ');
  if (LATER_GROUPS.has(value)) throw new InvalidArgumentError(`This version cannot group by ${value} yet: use ${groups}.`);
  throw new InvalidArgumentError(`Groups are ${groups}.`);
}

interface ExportOptions extends StraceOptions {
  readonly format: string;
  readonly output?: string;
}

async function runExport(io: CommandLine, trace: string, options: ExportOptions): Promise<void> {
  if (options.output !== undefined && isSameFile(options.output, trace)) {
    throw new Error(`The output ${options.output} is the trace itself: choose another file.`);
  }
  await withSource(io, trace, async (source) => {
    const notices = new Map<string, number>();
    const blind: BlindTallies = new Map();
    const watched: TraceSource = { ...bound(source), records: (query) => watching(source.records(query), notices, blind) };
    const output = await openOutput(options.output, io.stdout);
    await writeAll(output, EXPORTERS[options.format]!(watched, options));
    if (options.format !== 'strace') return;
    for (const [text, count] of notices) say(io, count > 1 ? `${text} (${count} times)` : text);
    for (const text of blindLines(blindTotals(blind))) say(io, `not seen: ${text}`);
  });
}

/** What the strace format has no line for is said on stderr, so that nothing is missing silently. */
async function* watching(
  pages: AsyncIterable<readonly TraceRecord[]>,
  notices: Map<string, number>,
  blind: BlindTallies,
): AsyncGenerator<readonly TraceRecord[]> {
  for await (const page of pages) {
    for (const record of page) {
      // Time calls through the vDSO are seen by no tracer: strace doesn't say so of every program either.
      if (record.type === 'blind' && record.reason !== BlindReason.vdsoTime) addBlind(blind, record);
      if (record.type !== 'lost' && record.type !== 'warning') continue;
      const text = `${record.type}: ${record.text}`;
      notices.set(text, (notices.get(text) ?? 0) + (record.type === 'warning' ? 1 : record.count));
    }
    yield page;
  }
}

/** A source's members, for a copy that overrides one of them. */
const bound = (source: TraceSource): Omit<TraceSource, 'records'> => ({
  info: source.info,
  stacks: (calls) => source.stacks(calls),
  descriptors: () => source.descriptors(),
  summary: (by) => source.summary(by),
  close: () => source.close(),
});

/** A chunk is written while the next one is made: the one before must then have been written. */
async function writeAll(output: Output, chunks: AsyncIterable<Chunk>): Promise<void> {
  let written = Promise.resolve();
  try {
    for await (const chunk of chunks) {
      await written;
      written = output.write(chunk);
      written.catch(() => undefined); // it is looked at above, or below
    }
    await written;
  } catch (error) {
    await output.abandon();
    throw error;
  }
  await output.finish();
}

async function runSummary(
  io: CommandLine,
  trace: string,
  options: { by: readonly SummaryGroup[]; json?: boolean },
): Promise<void> {
  await withSource(io, trace, async (source) => {
    const summary = await summarize(source, options.by);
    const output = await openOutput(undefined, io.stdout);
    await output.write(options.json === true ? summaryJson(summary) : summaryText(summary));
    await output.finish();
  });
}

async function withSource(io: CommandLine, trace: string, use: (source: TraceSource) => Promise<void>): Promise<void> {
  const source = await io.open(trace);
  try {
    const { state, damage } = source.info;
    if (state === 'recording') say(io, `${trace} is still being recorded: this is what was there until now.`);
    if (state === 'interrupted') say(io, `The recording of ${trace} was interrupted: this is what was there until then.`);
    for (const sentence of damage) say(io, sentence);
    await use(source);
  } finally {
    await source.close();
  }
}

function isSameFile(a: string, b: string): boolean {
  try {
    const [one, other] = [fs.statSync(a), fs.statSync(b)];
    return one.dev === other.dev && one.ino === other.ino;
  } catch {
    return false; // one of them does not exist: then they differ
  }
}
