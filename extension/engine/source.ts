/**
 * A trace for exports and summaries (trace/source.ts), read in this process: the command line needs no child.
 * What must not live here: formats.
 */
import path from 'node:path';
import type { EventId, ResolvedStack } from '../trace/engineProtocol';
import type { TraceSource } from '../trace/source';
import { readInfo } from './info';
import { loadNative } from './native';
import { readCalls } from './rawCalls';
import { readRecords } from './records';
import { Stacks } from './stacks';
import { Symbols } from './symbols';
import { TraceFile } from './traceFile';

export interface TraceSourceOptions {
  readonly nativeFolder?: string;
}

/** Opens a trace. Rejects with a whole sentence if it can't be opened. */
export function openTraceSource(file: string, options: TraceSourceOptions = {}): Promise<TraceSource> {
  const { nativeFolder } = options;
  return new Promise((resolve) => {
    const trace = new TraceFile(loadNative(nativeFolder), file);
    const symbols = new Symbols(nativeFolder === undefined ? {} : { program: path.join(nativeFolder, 'syscope-symbols') });
    const stacks = new Stacks(trace, symbols);
    resolve({
      info: readInfo(trace),
      // eslint-disable-next-line @typescript-eslint/require-await -- the interface is asynchronous for readers that are
      records: async function* ({ data }) {
        yield* readRecords(trace, data);
      },
      stacks: (events) => resolveStacks(trace, stacks, events),
      close: () => {
        symbols.dispose();
        trace.close();
        return Promise.resolve();
      },
    });
  });
}

async function resolveStacks(
  file: TraceFile,
  stacks: Stacks,
  events: readonly EventId[],
): Promise<readonly (ResolvedStack | undefined)[]> {
  const calls = new Map(readCalls(file, events, false).map(({ call }) => [call.id, call]));
  const resolve = (event: EventId): Promise<ResolvedStack | undefined> => {
    const call = calls.get(event);
    return call === undefined ? Promise.resolve(undefined) : stacks.resolve(call);
  };
  return Promise.all(events.map(resolve));
}
