/**
 * What the views of processes, descriptors and blind spots are made of, and the filter that selecting one of them gives the
 * timeline. Plain data, and the check of a filter that was stored or sent. No I/O, no vscode.
 */
import type { EventId } from './engineProtocol';

/** One thing whose calls are shown; of several, the calls of any. Processes and descriptions are a trace's own numbers. */
export type FilterTerm =
  /** family: its descendants' too. */
  | { readonly type: 'process'; readonly process: number; readonly family: boolean }
  /** A number of a process while it referred to the description (0: while it was not open). */
  | { readonly type: 'descriptor'; readonly process: number; readonly fd: number; readonly description: number }
  /** In whichever process. */
  | { readonly type: 'description'; readonly description: number }
  /** The calls at which blind spots of a reason were noted; process undefined: in any. */
  | { readonly type: 'blind'; readonly reason: number; readonly process: number | undefined };

/** A term, and what the timeline's chip calls it. */
export interface FilterItem {
  readonly term: FilterTerm;
  readonly label: string;
}

export const MAX_FILTER_TERMS = 1000;
const MAX_LABEL = 200;

/** Totals are the program's own calls, as in the summary; the dynamic loader's are in loaderCalls only. */
export interface CallTotals {
  readonly calls: number;
  readonly errors: number;
  readonly received: number;
  readonly sent: number;
}

export interface ProcessRow extends CallTotals {
  readonly index: number;
  readonly parent: number | undefined;
  readonly pid: number;
  /** In its own pid namespace. */
  readonly nsPid: number;
  readonly ppid: number;
  readonly name: string;
  /** Of its newest exec; '' if none was seen. */
  readonly path: string;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly startNs: number;
  /** undefined: it runs, or its end was not seen. */
  readonly endNs: number | undefined;
  /** The wait status (waitpid(2)). */
  readonly status: number | undefined;
  /** A value of ExitCause (gen/schema.ts). */
  readonly cause: number;
  /** Who sent the signal that ended it. */
  readonly sender: number | undefined;
  readonly endEvent: EventId | undefined;
  /** With those of the children that it waited for. */
  readonly userUs: number;
  readonly systemUs: number;
  readonly maxRssKb: number;
  readonly threads: number;
  readonly children: number;
  readonly descriptors: number;
  readonly loaderCalls: number;
}

export interface DescriptorRow extends CallTotals {
  readonly process: number;
  readonly pid: number;
  readonly processName: string;
  readonly fd: number;
  /** 0: the number was not open, as far as is known. */
  readonly description: number;
  readonly classId: number;
  readonly name: string;
  /** undefined: not known when it came to be. */
  readonly startNs: number | undefined;
  /** undefined: open. */
  readonly endNs: number | undefined;
  /** How often the number came to refer to it. */
  readonly generations: number;
  /** A value of FdOp (gen/schema.ts), 0: not known. */
  readonly origin: number;
  /** The call that made it, and that call's number and architecture. */
  readonly event: EventId | undefined;
  readonly eventNr: number;
  readonly eventArch: number;
  readonly firstEvent: EventId | undefined;
  readonly loaderCalls: number;
  /** In how many places the same description is, this one included. */
  readonly holders: number;
  readonly peer: PeerRow | undefined;
}

/** The other end of a pipe, a socket pair or a connection. */
export interface PeerRow {
  readonly description: number;
  readonly name: string;
  /** Who has it, or had it last; undefined: no process that is traced. */
  readonly holder:
    { readonly process: number; readonly pid: number; readonly processName: string; readonly fd: number } | undefined;
}

export interface DescriptorSum extends CallTotals {
  readonly classId: number;
  readonly descriptors: number;
  readonly open: number;
}

/** What the trace does not show: equal ones together. */
export interface NoticeRow {
  readonly kind: 'blind' | 'lost' | 'warning' | 'problem';
  /** A value of BlindReason, LostReason or WarningCode (gen/schema.ts); 0 of a problem with the file. */
  readonly reason: number;
  readonly count: number;
  /** It went on, and how often can't be known. */
  readonly uncounted: boolean;
  /** Whole sentences; of many different ones the first. */
  readonly texts: readonly string[];
  /** The first call that it came with. */
  readonly event: EventId | undefined;
  /** Of blind spots: in which processes, most often first. */
  readonly processes: readonly {
    readonly process: number;
    readonly pid: number;
    readonly name: string;
    readonly count: number;
  }[];
}

/** A filter that was stored or sent: only what is well-formed of it; undefined if nothing is. */
export function parseFilter(value: unknown): readonly FilterItem[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const items = value.slice(0, MAX_FILTER_TERMS).flatMap((item: unknown) => {
    if (!isRecord(item) || typeof item.label !== 'string') return [];
    const term = parseTerm(item.term);
    return term === undefined ? [] : [{ term, label: item.label.slice(0, MAX_LABEL) }];
  });
  return items.length === 0 ? undefined : items;
}

export function parseTerms(value: unknown): readonly FilterTerm[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const terms = value.slice(0, MAX_FILTER_TERMS).flatMap((item: unknown) => parseTerm(item) ?? []);
  return terms.length === 0 ? undefined : terms;
}

export function parseTerm(value: unknown): FilterTerm | undefined {
  if (!isRecord(value)) return undefined;
  const { type, process, fd, description, reason, family } = value;
  switch (type) {
    case 'process':
      return isNumber(process) ? { type, process, family: family === true } : undefined;
    case 'descriptor':
      return isNumber(process) && isNumber(fd) && isNumber(description) ? { type, process, fd, description } : undefined;
    case 'description':
      return isNumber(description) && description > 0 ? { type, description } : undefined;
    case 'blind':
      return isNumber(reason) ? { type, reason, process: isNumber(process) ? process : undefined } : undefined;
    default:
      return undefined;
  }
}

/** What of a filter another run of the program can be shown with: processes and descriptors are other ones then. */
export function carriedOver(items: readonly FilterItem[] | undefined): readonly FilterItem[] | undefined {
  const kept = items?.filter(({ term }) => term.type === 'blind' && term.process === undefined) ?? [];
  return kept.length === 0 ? undefined : kept;
}

export function sameTerm(a: FilterTerm, b: FilterTerm): boolean {
  return termKey(a) === termKey(b);
}

/** The same for equal terms, and only for these. */
export function termKey(term: FilterTerm): string {
  switch (term.type) {
    case 'process':
      return `process ${term.process}${term.family ? ' family' : ''}`;
    case 'descriptor':
      return `descriptor ${term.process} ${term.fd} ${term.description}`;
    case 'description':
      return `description ${term.description}`;
    case 'blind':
      return `blind ${term.reason} ${term.process ?? ''}`;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value < 0xffff_ffff;
}
