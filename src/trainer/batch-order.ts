import { randomStream } from '../engine';

/**
 * Which samples a step sees. The set is shuffled anew for each pass and batches run across the borders of passes, so
 * every batch is full and every sample is seen equally often. The order depends on (seed, stage, pass) alone: a
 * resumed run asks for step s and gets what the undisturbed one got.
 */
export class BatchOrder {
  private readonly passes = new Map<number, Int32Array>();

  constructor(
    private readonly samples: readonly number[],
    private readonly batchSize: number,
    private readonly seed: number,
    private readonly stage: string,
  ) {
    if (samples.length === 0) throw new Error('internal: batches of an empty set');
  }

  /** The samples of a step, counted from 0. */
  at(step: number): number[] {
    const first = step * this.batchSize;
    return Array.from({ length: this.batchSize }, (_, i) => {
      const position = first + i;
      const pass = Math.floor(position / this.samples.length);
      return this.samples[this.pass(pass)[position % this.samples.length]!]!;
    });
  }

  private pass(index: number): Int32Array {
    const known = this.passes.get(index);
    if (known) return known;
    const order = randomStream(this.seed, this.stage, index).permutation(this.samples.length);
    this.passes.set(index, order);
    if (this.passes.size > 2) this.passes.delete(Math.min(...this.passes.keys()));
    return order;
  }
}

/** Splits 0..count-1 at random: `fraction` of them, but at least one of each part, are held out. */
export function holdOut(
  count: number,
  fraction: number,
  seed: number,
  stage: string,
): { kept: number[]; held: number[] } {
  const all = Array.from({ length: count }, (_, i) => i);
  if (fraction <= 0 || count < 2) return { kept: all, held: [] };
  const held = Math.min(count - 1, Math.max(1, Math.round(count * fraction)));
  const order = [...randomStream(seed, stage).permutation(count)];
  return { kept: order.slice(held).sort((a, b) => a - b), held: order.slice(0, held).sort((a, b) => a - b) };
}
