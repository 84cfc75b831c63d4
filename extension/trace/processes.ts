/**
 * What each process of a trace was: its command line, how it ended, what it used. Pure: records in, plain data and lines out.
 * What must not live here: what its calls cost (summary.ts).
 */
import { signalName } from './describe';
import { endText } from './export/strace';
import { ExitCause } from './gen/schema';
import type { ExitRecord, TraceRecord } from './source';

export interface ProcessSummary {
  readonly process: number;
  readonly pid: number;
  readonly ppid: number;
  readonly name: string;
  /** Of its last exec, or of what it was before; of a fork that did not exec: its parent's, unless that is not known. */
  readonly argv: readonly string[];
  readonly argvCut: boolean;
  /** undefined: it had not ended. */
  readonly exit: ExitRecord | undefined;
}
export type ProcessSummaries = Map<number, ProcessSummary>;

export function addProcessRecord(processes: ProcessSummaries, record: TraceRecord): void {
  if (record.type === 'process') {
    const { process, pid, ppid, name } = record;
    const parent = record.parent === undefined ? undefined : processes.get(record.parent);
    const { argv, argvCut } =
      record.argv.length > 0 ? { argv: record.argv, argvCut: false } : (parent ?? { argv: [], argvCut: false });
    processes.set(process, { process, pid, ppid, name, argv, argvCut, exit: undefined });
  } else if (record.type === 'exec') {
    const known = processes.get(record.process);
    const { name, argv, argvCut } = record;
    if (known !== undefined) processes.set(record.process, { ...known, name, argv, argvCut });
  } else if (record.type === 'exit' && record.scope === 'process') {
    const known = processes.get(record.process);
    if (known !== undefined) processes.set(record.process, { ...known, exit: record });
  }
}

/** "exited with 1", "killed by SIGTERM, sent by 12": how it ended, and by what. */
export function exitText(exit: ExitRecord): string {
  const text = endText(exit.status);
  if (exit.cause === ExitCause.signal && exit.sender !== undefined) return `${text}, sent by ${exit.sender}`;
  return text;
}

/** A command line as a shell would take it, more or less: words with anything odd in them in quotes. */
export function commandLine({ argv, argvCut }: ProcessSummary): string {
  const words = argv.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`));
  return `${words.join(' ')}${argvCut ? '…' : ''}`;
}

/** For JSON: the names are those of the export. */
export function processJson(process: ProcessSummary): object {
  const { pid, ppid, name, argv, exit } = process;
  const signo = exit === undefined ? 0 : exit.status & 0x7f;
  return {
    pid,
    ppid,
    name,
    argv,
    code: exit !== undefined && signo === 0 ? (exit.status >>> 8) & 0xff : undefined,
    signal: signo === 0 ? undefined : signalName(signo),
    sender: exit?.sender,
    user_us: exit?.userUs,
    system_us: exit?.systemUs,
    max_rss_kb: exit?.maxRssKb,
  };
}
