/**
 * 64-bit words out of the library's memory as bigints, without making a new one for a word that was seen just now: programs use
 * the same few descriptors, sizes and addresses again and again.
 * What must not live here: what the words are.
 */
const SMALL = 4096;
const KEPT = 4096;

const small = Array.from({ length: SMALL }, (_, i) => BigInt(i));

export class Words {
  private readonly halves: Uint32Array;
  private readonly signed: BigInt64Array;
  private readonly keptLow = new Uint32Array(KEPT);
  private readonly keptHigh = new Uint32Array(KEPT);
  private readonly kept = new Array<bigint>(KEPT).fill(0n);

  constructor(private readonly words: BigUint64Array) {
    this.halves = new Uint32Array(words.buffer, words.byteOffset, words.length * 2);
    this.signed = new BigInt64Array(words.buffer, words.byteOffset, words.length);
  }

  at(index: number): bigint {
    const low = this.halves[2 * index]!;
    const high = this.halves[2 * index + 1]!;
    if (high === 0 && low < SMALL) return small[low]!;
    const place = (low ^ (low >>> 12) ^ (high * 7)) & (KEPT - 1);
    if (this.keptLow[place] === low && this.keptHigh[place] === high) return this.kept[place]!;
    this.keptLow[place] = low;
    this.keptHigh[place] = high;
    return (this.kept[place] = this.words[index]!);
  }

  /** The same word as a number that may be negative. */
  signedAt(index: number): bigint {
    const high = this.halves[2 * index + 1]!;
    return high === 0 && this.halves[2 * index]! < SMALL ? small[this.halves[2 * index]!]! : this.signed[index]!;
  }
}
