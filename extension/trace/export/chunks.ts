/**
 * Text on its way out, as bytes in memory that is used again: strings are turned into bytes once, many at a time, and pieces that
 * come again and again (stacks) are kept as bytes and only copied.
 * What must not live here: formats, I/O.
 */

/** What an exporter yields. Its memory is used again for the chunk after the next one. */
export type Chunk = Uint8Array;

const FIRST_BYTES = 1 << 20;
/** A chunk is given out when it holds so much: enough for a write not to matter, little enough to stay in the cache. */
const GOOD_BYTES = 1 << 18;

export class ChunkWriter {
  private buffers = [Buffer.allocUnsafe(FIRST_BYTES), Buffer.allocUnsafe(FIRST_BYTES)] as const;
  private used = 0;

  /** Text of printable ASCII and line ends only. */
  ascii(text: string): void {
    this.reserve(text.length);
    this.used += this.buffers[0].write(text, this.used, 'latin1');
  }

  text(text: string): void {
    this.reserve(text.length * 3);
    this.used += this.buffers[0].write(text, this.used, 'utf8');
  }

  bytes(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.buffers[0].set(bytes, this.used);
    this.used += bytes.length;
  }

  /** There is enough for a chunk. */
  get isFull(): boolean {
    return this.used >= GOOD_BYTES;
  }

  get isEmpty(): boolean {
    return this.used === 0;
  }

  /** What was written since the last chunk. */
  take(): Chunk {
    const [full, other] = this.buffers;
    const chunk = full.subarray(0, this.used);
    this.buffers = [other, full];
    this.used = 0;
    return chunk;
  }

  private reserve(bytes: number): void {
    const [buffer, other] = this.buffers;
    if (this.used + bytes <= buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(buffer.length * 2, this.used + bytes));
    larger.set(buffer.subarray(0, this.used));
    this.buffers = [larger, other];
  }
}
