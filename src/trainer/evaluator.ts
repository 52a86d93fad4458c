import { type Checkpoint, preprocess } from '../clip';
import { loadImages } from '../data';
import type { Weights } from '../engine';
import { createEncoder, type Encoder, type LabelledImages, type ZeroShotReport, zeroShot } from '../evaluation';
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
