import { type Checkpoint, preprocess } from '../clip';
import { DEFAULT_TEMPLATE, loadImages } from '../data';
import type { Weights } from '../engine';
import {
  classFeatures,
  createEncoder,
  type Encoder,
  type LabelledImages,
  type ZeroShotReport,
  zeroShot,
} from '../evaluation';
import type { SessionOptions } from '../runtime';
import type { EvaluationSpec } from './messages';
import type { Control } from './run-assignment';

/** Zero-shot accuracy of several sets of weights on the same images, which are decoded once. */
export class Evaluator {
  private constructor(
    private readonly encoder: Encoder,
    private readonly images: LabelledImages,
    private readonly spec: EvaluationSpec,
    private readonly breathe: Control['breathe'],
  ) {}

  static async create(
    checkpoint: Checkpoint,
    spec: EvaluationSpec,
    compute: SessionOptions,
    { signal, breathe }: Control,
  ): Promise<Evaluator> {
    const labelled = spec.samples.filter(({ label }) => label !== null);
    const images = await loadImages(spec.source, labelled, preprocess(checkpoint.config.image), { signal });
    const encoder = await createEncoder(checkpoint.config, checkpoint.weights, checkpoint.tokenizer, compute);
    return new Evaluator(encoder, { images, labels: labelled.map(({ label }) => label!) }, spec, breathe);
  }

  /** Names of all classes. */
  get classes(): readonly string[] {
    return this.spec.classes;
  }

  /** Class of each image. */
  get labels(): readonly string[] {
    return this.images.labels;
  }

  /** Normalised pixels [3, S, S] of each image. */
  get pixels(): readonly Float32Array[] {
    return this.images.images;
  }

  /** Features of length 1 of some of the images. */
  async imageFeatures(weights: Weights, rows: readonly number[]): Promise<Float32Array[]> {
    this.encoder.load(weights);
    return this.encoder.imageFeatures(rows.map((row) => this.pixels[row]!));
  }

  /** The classes' text features of length 1, by the evaluation's prompts. */
  async classFeatures(weights: Weights): Promise<Float32Array[]> {
    this.encoder.load(weights);
    return classFeatures(this.encoder, this.classes, this.spec.templates ?? [DEFAULT_TEMPLATE]);
  }

  async evaluate(weights: Weights): Promise<ZeroShotReport> {
    this.encoder.load(weights);
    const { classes, templates } = this.spec;
    const report = await zeroShot(this.encoder, this.images, classes, templates ? { templates } : {});
    await this.breathe();
    return report;
  }

  dispose(): Promise<void> {
    return this.encoder.dispose();
  }
}
