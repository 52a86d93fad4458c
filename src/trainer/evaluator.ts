import { type Checkpoint, type ClipConfig, preprocess } from '../clip';
import { loadImages } from '../data';
import type { Weights } from '../engine';
import { createEncoder, type Encoder, embed, type Texts, textsOf } from '../evaluation';
import type { Features } from '../metrics';
import type { SessionOptions } from '../runtime';
import type { EvaluationSpec } from './messages';
import type { Control } from './run-assignment';

/** What several sets of weights of one architecture make of the same images, which are decoded once. */
export class Evaluator {
  private constructor(
    private readonly encoder: Encoder,
    /** Normalised pixels [3, S, S] of each sample. */
    readonly pixels: readonly Float32Array[],
    /** Class of each sample. */
    readonly labels: readonly (string | null)[],
    private readonly texts: Texts,
    private readonly breathe: Control['breathe'],
  ) {}

  static async create(
    checkpoint: Checkpoint,
    spec: EvaluationSpec,
    compute: SessionOptions,
    { signal, breathe }: Control,
  ): Promise<Evaluator> {
    const pixels = await decoded(spec, checkpoint.config, signal);
    const labels = spec.samples.map(({ label }) => label);
    const encoder = await createEncoder(checkpoint.config, checkpoint.weights, checkpoint.tokenizer, compute);
    return new Evaluator(encoder, pixels, labels, textsOf(spec), breathe);
  }

  /** Names of all classes, in the order of `Features.classifier`. */
  get classes(): readonly string[] {
    return this.texts.classes;
  }

  async features(weights: Weights, onProgress?: (done: number, total: number) => void): Promise<Features> {
    this.encoder.load(weights);
    const found = await embed(this.encoder, this.pixels, this.texts, onProgress);
    await this.breathe();
    return found;
  }

  dispose(): Promise<void> {
    return this.encoder.dispose();
  }
}

function decoded({ source, samples }: EvaluationSpec, { image }: ClipConfig, signal: AbortSignal) {
  return loadImages(source, samples, preprocess(image), { signal });
}
