/**
 * A trace for exports and summaries (trace/source.ts), read in this process: the command line needs no child.
 * What must not live here: formats.
 */
import path from 'node:path';
import type { TraceSource } from '../trace/source';
import { descriptorHistory } from './descriptorHistory';
import { readInfo } from './info';
import { loadNative } from './native';
import { readRecords } from './records';
import { Stacks } from './stacks';
import { readSummary } from './summaries';
import { Symbols } from './symbols';
import { TraceFile } from './traceFile';

export interface TraceSourceOptions {
  readonly nativeFolder?: string;
}

/** Opens a trace. Rejects with a whole sentence if it can't be opened. */
export function openTraceSource(file: string, options: TraceSourceOptions = {}): Promise<TraceSource> {
  const { nativeFolder } = options;
  return new Promise((resolve) => {
    const trace = new TraceFile(loadNative(nativeFolder), file, 'rows');
    const symbols = new Symbols(nativeFolder === undefined ? {} : { program: path.join(nativeFolder, 'syscope-symbols') });
    const stacks = new Stacks(trace, symbols);
    resolve({
      info: readInfo(trace),
      // eslint-disable-next-line @typescript-eslint/require-await -- the interface is asynchronous for readers that are
      records: async function* (query) {
        yield* readRecords(trace, query);
      },
      stacks: (calls) => Promise.all(calls.map((call) => stacks.resolve(call))),
      descriptors: () => descriptorHistory(trace),
      // eslint-disable-next-line @typescript-eslint/require-await -- as above
      summary: async (by) => readSummary(trace, by),
      close: () => {
        symbols.dispose();
        trace.close();
        return Promise.resolve();
      },
    });
  });
}
