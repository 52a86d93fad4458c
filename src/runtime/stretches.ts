import { lower, type Program } from '../engine';
import { compile, type SessionOptions } from './compile';
import { type InferenceSession, Tensor } from './onnxruntime';

/** Elements updated in one go: what the update reads and writes of them stays in the processor's cache (measured). */
const STRETCH = 2 ** 18;

interface Compiled {
  readonly native: InferenceSession;
  /** The model's output for the next value of each written state, by its number. */
  readonly next: ReadonlyMap<string, string>;
}

/** An elementwise update of any length, whose state is named 0, 1, ... and whose inputs x0, x1, ... */
export interface Elementwise {
  readonly elements: number;
  over(length: number): Program;
}

export interface UpdateArrays {
  readonly state: readonly { readonly whole: Float32Array; readonly written: boolean }[];
  /** Of as many elements as the state, or of one. */
  readonly operands: readonly Float32Array[];
}

/** Runs updates on the host, in place and stretch by stretch. Those that are alike share the compiled graphs. */
export class Stretches {
  private readonly byDigest = new Map<string, Promise<Compiled>>();
  private readonly byLength = new Map<Elementwise, Map<number, Promise<Compiled>>>();

  constructor(private readonly options: SessionOptions) {}

  async run(update: Elementwise, { state, operands }: UpdateArrays): Promise<void> {
    for (let from = 0; from < update.elements; from += STRETCH) {
      const length = Math.min(STRETCH, update.elements - from);
      const part = (whole: Float32Array) => new Tensor('float32', whole.subarray(from, from + length), [length]);
      const { native, next } = await this.ready(update, length);
      const feeds: Record<string, Tensor> = {};
      for (const [i, data] of operands.entries())
        feeds[`x${i}`] = data.length === 1 ? new Tensor('float32', data, []) : part(data);
      const results: Record<string, Tensor> = {};
      for (const [i, { whole, written }] of state.entries()) {
        feeds[i] = part(whole);
        if (written) results[next.get(String(i))!] = part(whole);
      }
      await native.run(feeds, results);
    }
  }

  async dispose(): Promise<void> {
    for (const compiled of this.byDigest.values()) await (await compiled).native.release();
    this.byDigest.clear();
    this.byLength.clear();
  }

  private ready(update: Elementwise, length: number): Promise<Compiled> {
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
