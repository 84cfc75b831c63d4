/**
 * A trace's file as often as there are ways to arrange its lanes: grouped otherwise, or of a filter's calls only. Each is the file
 * opened once more, when it is first asked for; filters take each other's place, since two tabs show two at most.
 */
import type { LaneGroup, LaneSet } from '../trace/engineProtocol';
import { termKey } from '../trace/viewProtocol';
import { TraceFile } from './traceFile';
import { termNumbers } from './viewRows';

const MAX_FILTERED = 2;
/** A filter that nobody has asked about for so long is given up: placing calls anew is quicker than reading a long trace once more. */
const IDLE_MS = 2000;

interface Filtered {
  readonly file: TraceFile;
  readonly group: LaneGroup;
  /** Of its terms. */
  key: string;
  /** It has what the last refresh saw. */
  fresh: boolean;
  usedMs: number;
}

export class LaneFiles {
  private readonly grouped = new Map<LaneGroup, TraceFile>();
  /** The one that was used last is last. */
  private readonly filtered: Filtered[] = [];

  constructor(private readonly whole: TraceFile) {}

  file({ group = 'fd', filter = [] }: LaneSet): TraceFile {
    if (filter.length > 0) return this.filteredFile(group, filter);
    if (group === 'fd') return this.whole;
    const known = this.grouped.get(group) ?? this.open(group);
    this.grouped.set(group, known);
    return known;
  }

  /** A filter that nobody asks about any more costs nothing: it takes in what is new when it is asked about. */
  refresh(): void {
    for (const file of this.grouped.values()) file.refresh();
    for (const entry of this.filtered) entry.fresh = false;
  }

  close(): void {
    for (const file of this.grouped.values()) file.close();
    for (const { file } of this.filtered) file.close();
    this.grouped.clear();
    this.filtered.length = 0;
  }

  private filteredFile(group: LaneGroup, filter: NonNullable<LaneSet['filter']>): TraceFile {
    const key = filter.map(termKey).join('\n');
    const known = this.filtered.find((entry) => entry.group === group && entry.key === key);
    const entry = known ?? this.reusable(group);
    if (known === undefined) {
      entry.key = '';
      entry.file.setFilter(termNumbers(filter), filter.length);
      entry.key = key;
    } else if (!entry.fresh) {
      entry.file.refresh();
    }
    entry.fresh = true;
    entry.usedMs = performance.now();
    this.filtered.splice(this.filtered.indexOf(entry), 1);
    this.filtered.push(entry);
    return entry.file;
  }

  /** One to be given another filter: the one of its group that was used longest ago, or a new one while there are few. */
  private reusable(group: LaneGroup): Filtered {
    const own = this.filtered.filter((entry) => entry.group === group);
    const [oldest] = own;
    if (oldest !== undefined && (own.length >= MAX_FILTERED || performance.now() - oldest.usedMs > IDLE_MS)) return oldest;
    const entry = { file: this.open(group), group, key: '', fresh: true, usedMs: 0 };
    this.filtered.push(entry);
    return entry;
  }

  private open(group: LaneGroup): TraceFile {
    return new TraceFile(this.whole.native, this.whole.path, group);
  }
}
