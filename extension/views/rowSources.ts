/**
 * Where the views' rows come from: the engine's answers about processes, descriptors and what a trace does not show. No vscode.
 */
import type { OpenTrace } from '../timeline/openTraces';
import type { FilterItem } from '../trace/viewProtocol';
import { processName } from './rowText';
import type { Row } from './rows';

interface Page {
  readonly rows: readonly Row[];
  readonly total: number;
}

/** Descendants beyond are left out of what the descriptors are of. */
const MAX_SCOPE = 2000;

export class ProcessSource {
  async children(trace: OpenTrace, parent: Row | undefined, count: number): Promise<Page> {
    if (parent !== undefined && parent.type !== 'process') return { rows: [], total: 0 };
    const { total, processes } = await trace.request('processChildren', { parent: parent?.row.index, first: 0, count });
    return { total, rows: processes.map((row) => ({ type: 'process', row, parent })) };
  }

  heading(trace: OpenTrace): string | undefined {
    return trace.info.processes > 1 ? String(trace.info.processes) : undefined;
  }
}

/** The descriptors by class: of the processes that were selected last, or of all. */
export class DescriptorSource {
  private scope: readonly number[] = [];
  private names: string | undefined;

  async children(trace: OpenTrace, parent: Row | undefined, count: number): Promise<Page> {
    const processes = this.scope;
    if (parent === undefined) {
      const sums = await trace.request('descriptorSums', { processes });
      return { total: sums.length, rows: sums.map((sum) => ({ type: 'class', sum })) };
    }
    if (parent.type !== 'class') return { rows: [], total: 0 };
    const { classId, descriptors } = parent.sum;
    const rows = await trace.request('descriptors', { processes, classId, first: 0, count });
    const owner = processes.length !== 1;
    return { total: Math.max(descriptors, rows.length), rows: rows.map((row) => ({ type: 'descriptor', row, owner })) };
  }

  heading(): string | undefined {
    return this.names;
  }

  /** A filter to processes narrows the view to theirs, one to descriptors leaves it as it is, none shows all. Returns whether it changed. */
  async follow(trace: OpenTrace | undefined, filter: readonly FilterItem[] | undefined): Promise<boolean> {
    const before = this.scope.join();
    const terms = filter?.flatMap(({ term }) => (term.type === 'process' ? [term] : [])) ?? [];
    if (trace === undefined || filter === undefined) {
      this.scope = [];
      this.names = undefined;
    } else if (terms.length > 0) {
      const scope = new Set(terms.map(({ process }) => process));
      for (const term of terms) if (term.family) await addDescendants(trace, term.process, scope);
      this.scope = [...scope];
      const rows = await trace.request('processRows', { processes: this.scope.slice(0, 1) });
      const others = this.scope.length > 1 ? ` and ${this.scope.length - 1} more` : '';
      this.names = rows[0] === undefined ? undefined : `${processName(rows[0])}${others}`;
    }
    return this.scope.join() !== before;
  }
}

async function addDescendants(trace: OpenTrace, process: number, found: Set<number>): Promise<void> {
  for (const open = [process]; open.length > 0 && found.size < MAX_SCOPE;) {
    const { processes } = await trace.request('processChildren', { parent: open.pop(), first: 0, count: MAX_SCOPE - found.size });
    for (const { index, children } of processes) {
      found.add(index);
      if (children > 0) open.push(index);
    }
  }
}

export class NoticeSource {
  async children(trace: OpenTrace, parent: Row | undefined, count: number): Promise<Page> {
    if (parent === undefined) {
      const notices = await trace.request('notices', {});
      const rows = notices.slice(0, count).map((row, index) => ({ type: 'notice', row, index }) as const);
      return { total: notices.length, rows };
    }
    if (parent.type !== 'notice') return { rows: [], total: 0 };
    const { processes } = parent.row;
    const rows = processes.slice(0, count).map((process) => ({ type: 'noticeProcess', notice: parent.row, process }) as const);
    return { total: processes.length, rows };
  }
}
