/** Reads traces in tests the way the extension does: through the engine's child process. */
import { EngineClient } from '../../extension/engine/client';
import type { RawCall, TraceInfo } from '../../extension/trace/engineProtocol';
import type { DescribedCall } from '../../extension/trace/timelineProtocol';
import { describeCall } from '../../extension/trace/describe';

export interface TraceContent {
  readonly info: TraceInfo;
  readonly calls: readonly DescribedCall[];
}

export async function readTrace(path: string): Promise<TraceContent> {
  const engine = new EngineClient({ log: () => undefined });
  try {
    const { trace, info } = await engine.request('open', { path });
    const { calls } = await engine.request('events', { trace, first: 0, count: 10_000, hidden: 0, loader: true });
    return { info, calls: calls.map((call: RawCall) => describeCall(call)) };
  } finally {
    engine.dispose();
  }
}
