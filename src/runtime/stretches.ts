import { lower, type Update } from '../engine';
import { compile, type SessionOptions } from './compile';
import { type InferenceSession, Tensor } from './onnxruntime';

/** Elements updated in one go: what the update reads and writes of them stays in the processor's cache (measured). */
const STRETCH = 2 ** 18;

interface Compiled {
  readonly native: InferenceSession;
  /** The model's output for the next value of each written state, by its number. */
  readonly next: ReadonlyMap<string, string>;
}

/** Arrays of one weight's update, by the names that `Update` gives. */
export interface UpdateArrays {
  readonly present: (state: string) => Float32Array;
  /** Where the next value is written; the present array itself where that may be overwritten. */
  readonly next: (state: string) => Float32Array;
  /** An array of the weight's size, or of one element. */
  readonly operand: (name: string) => Float32Array;
}

/** Runs updates of large weights on the host, stretch by stretch. Weights that are updated in the same way share the compiled graphs. */
export class Updater {
  private readonly byDigest = new Map<string, Promise<Compiled>>();
  private readonly byLength = new Map<Update, Map<number, Promise<Compiled>>>();

  constructor(private readonly options: SessionOptions) {}

  async run(update: Update, arrays: UpdateArrays): Promise<void> {
    const inputs = update.operands.map((name) => arrays.operand(name));
    const states = update.state.map(({ name, written }) => ({
      present: arrays.present(name),
      next: written ? arrays.next(name) : undefined,
    }));
    for (let from = 0; from < update.elements; from += STRETCH) {
      const length = Math.min(STRETCH, update.elements - from);
      const part = (whole: Float32Array) => new Tensor('float32', whole.subarray(from, from + length), [length]);
      const { native, next } = await this.ready(update, length);
      const feeds: Record<string, Tensor> = {};
      for (const [i, data] of inputs.entries())
        feeds[`x${i}`] = data.length === 1 ? new Tensor('float32', data, []) : part(data);
      const results: Record<string, Tensor> = {};
      for (const [i, state] of states.entries()) {
        feeds[i] = part(state.present);
        if (state.next) results[next.get(String(i))!] = part(state.next);
      }
      await native.run(feeds, results);
    }
  }

  async dispose(): Promise<void> {
    for (const compiled of this.byDigest.values()) await (await compiled).native.release();
    this.byDigest.clear();
    this.byLength.clear();
  }

  private ready(update: Update, length: number): Promise<Compiled> {
    const lengths = this.byLength.get(update) ?? new Map<number, Promise<Compiled>>();
    this.byLength.set(update, lengths);
    const known = lengths.get(length);
    if (known) return known;
    const { bytes, digest, next } = lower(update.over(length));
    const compiled = this.byDigest.get(digest) ?? compile(bytes, this.options).then((native) => ({ native, next }));
    this.byDigest.set(digest, compiled);
    lengths.set(length, compiled);
    return compiled;
  }
}
