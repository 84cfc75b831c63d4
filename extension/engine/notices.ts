/**
 * What a trace does not show, as the views have it: blind spots, losses, warnings and problems with the file, equal ones together.
 * Each row is read once, however often is asked.
 */
import { blindText, isSubject } from '../trace/blind';
import type { NoticeRow } from '../trace/viewProtocol';
import { blindRecord, BLIND_COLUMNS } from './records';
import type { TraceFile } from './traceFile';
import { readProcessRows } from './viewRows';

/** So many sentences of one group, so many groups of a kind. */
const MAX_TEXTS = 20;
const MAX_GROUPS = 1000;
const PAGE = 4096;

interface Group {
  readonly kind: NoticeRow['kind'];
  readonly reason: number;
  count: number;
  uncounted: boolean;
  readonly texts: Set<string>;
  event: number | undefined;
  readonly processes: Map<number, number>;
}

export class Notices {
  private readonly groups = new Map<string, Group>();
  private readonly taken = { blind: 0, lost: 0, warning: 0 };
  /** By thread index: its process. */
  private readonly processes: number[] = [];

  constructor(private readonly file: TraceFile) {}

  read(): NoticeRow[] {
    this.takeBlind();
    this.takeLost();
    this.takeWarnings();
    const groups = [...this.groups.values()].map((group) => this.row(group));
    const problems = this.file.problems().map((text) => ({ ...NONE, kind: 'problem', count: 1, texts: [text] }) as const);
    return [...groups.filter(({ kind }) => kind === 'blind'), ...groups.filter(({ kind }) => kind !== 'blind'), ...problems];
  }

  private takeBlind(): void {
    const { file } = this;
    while (this.taken.blind < file.rowCount('blind')) {
      const count = Math.min(PAGE, file.rowCount('blind') - this.taken.blind);
      for (const row of file.rows('blind', BLIND_COLUMNS, this.taken.blind, count)) {
        if (row === undefined) continue;
        const record = blindRecord(file, row, { pid: -1, tid: -1 });
        const group = this.group('blind', record.reason, '');
        group.count += record.count;
        group.uncounted ||= record.count === 0;
        note(group, isSubject(record.reason) || record.text !== '' ? blindText(record) : '', record.event);
        const process = this.processOf(Number(row.thread));
        if (process !== undefined) group.processes.set(process, (group.processes.get(process) ?? 0) + Math.max(1, record.count));
      }
      this.taken.blind += count;
    }
  }

  private takeLost(): void {
    const rows = this.file.rows('lost', ['reason', 'count', 'text'], this.taken.lost);
    this.taken.lost += rows.length;
    for (const row of rows) {
      if (row === undefined) continue;
      const group = this.group('lost', Number(row.reason), '');
      group.count += Number(row.count);
      note(group, this.file.string(Number(row.text)), undefined);
    }
  }

  private takeWarnings(): void {
    const rows = this.file.rows('warning', ['event', 'code', 'text'], this.taken.warning);
    this.taken.warning += rows.length;
    for (const row of rows) {
      if (row === undefined) continue;
      const text = this.file.string(Number(row.text));
      const group = this.group('warning', Number(row.code), text);
      group.count++;
      note(group, text, row.event > 0n ? Number(row.event) - 1 : undefined);
    }
  }

  /** Of more different ones than are kept, the rest are one group. */
  private group(kind: Group['kind'], reason: number, text: string): Group {
    const own = `${kind} ${reason} ${text}`;
    const key = this.groups.has(own) || this.groups.size < MAX_GROUPS ? own : `${kind} ${reason}`;
    let group = this.groups.get(key);
    if (group === undefined) {
      group = { kind, reason, count: 0, uncounted: false, texts: new Set(), event: undefined, processes: new Map() };
      this.groups.set(key, group);
    }
    return group;
  }

  private processOf(thread: number): number | undefined {
    const { file, processes } = this;
    if (thread >= processes.length && processes.length < file.rowCount('thread'))
      processes.push(...file.rows('thread', ['process'], processes.length).map((row) => Number(row?.process ?? -1n)));
    const process = processes[thread];
    return process === undefined || process < 0 ? undefined : process;
  }

  private row({ kind, reason, count, uncounted, texts, event, processes }: Group): NoticeRow {
    const busiest = [...processes].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, MAX_GROUPS);
    const rows = busiest.map(([process, own]) => ({ process, ...this.personOf(process), count: own }));
    return { kind, reason, count, uncounted, texts: [...texts], event, processes: rows };
  }

  /** By the newest exec's name: as lanes have it. */
  private personOf(process: number): { readonly pid: number; readonly name: string } {
    const [row] = readProcessRows(this.file, [process]);
    return { pid: row?.pid ?? -1, name: row?.name ?? '' };
  }
}

const NONE = { reason: 0, uncounted: false, event: undefined, processes: [] } as const;

function note(group: Group, text: string, event: number | undefined): void {
  if (text !== '' && group.texts.size < MAX_TEXTS) group.texts.add(text);
  group.event ??= event;
}
