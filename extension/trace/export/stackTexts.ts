/** What an export writes of stacks, asked for once each and kept: a stack's frames have other addresses in each process, and after each exec. */
import type { ResolvedStack } from '../engineProtocol';
import type { StackOf, TraceRecord, TraceSource } from '../source';

/** Of stacks' texts that are kept. */
const STACK_BYTES = 16 << 20;
/** A process's stacks have numbers below. */
const STACK_NUMBERS = 2 ** 32;

const stackKey = (process: number, stack: number): number => process * STACK_NUMBERS + stack;

/** Records up to an exec, and with it: after that the process's stacks are others. */
export function endOfRun(page: readonly TraceRecord[], from: number): number {
  for (let i = from; i < page.length; i++) if (page[i]!.type === 'exec') return i + 1;
  return page.length;
}

export class StackTexts<Text extends { readonly length: number }> {
  private readonly texts = new Map<number, Text>();
  private size = 0;

  constructor(
    private readonly source: TraceSource,
    private readonly make: (stack: ResolvedStack | undefined) => Text,
  ) {}

  /** Looks up the stacks that the records from `from` to `to` are the first to show, in one request. */
  async resolve(page: readonly TraceRecord[], from: number, to: number): Promise<void> {
    if (this.size > STACK_BYTES) this.forget();
    const wanted = new Map<number, StackOf>();
    for (let i = from; i < to; i++) {
      const record = page[i]!;
      if (record.type !== 'call' || record.call.stack === 0) continue;
      const { process, stack } = record.call;
      const key = stackKey(process, stack);
      if (!this.texts.has(key) && !wanted.has(key)) wanted.set(key, { process, stack, seq: record.seq });
    }
    if (wanted.size === 0) return;
    const stacks = await this.source.stacks([...wanted.values()]);
    [...wanted.keys()].forEach((key, i) => {
      const text = this.make(stacks[i]);
      this.texts.set(key, text);
      this.size += text.length;
    });
  }

  of(process: number, stack: number): Text | undefined {
    return this.texts.get(stackKey(process, stack));
  }

  /** After an exec. */
  forget(): void {
    this.texts.clear();
    this.size = 0;
  }
}
