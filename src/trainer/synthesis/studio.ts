import { randomStream, type Weights } from '../../engine';
import type { SynthesisOptions } from '../../method';
import { imageShape, noiseImage } from '../image-stage';
import type { RunContext } from '../run-context';
import type { Snapshot } from '../snapshot';
import { blur, clampToPixels, type Extent, roll } from './pixels';

/** Every so many steps images are looked at as they are, without jitter, and then blurred. This and the numbers below are released code. */
const BLUR_EVERY = 10;
const BLUR_SIGMA = 0.5;
/** By how much the confidence asked falls when images are begun anew, and how far at most. */
const LOWERED = 0.025;
const LOWEST = 0.45;

/**
 * Images being made, all those of one class at once. In a round, an image that the model is not confident enough of goes on being changed; one
 * that is not accepted by the round's end is begun anew, with less confidence asked. After the round that asks the least, the class is over.
 */
export class Studio {
  /** Accepted images of each forgotten class. */
  readonly finished: Float32Array[][] = [];
  private images: Float32Array[] = [];
  private done = new Set<number>();
  private round = 0;
  private step = 0;
  private readonly extent: Extent;

  constructor(
    private readonly context: RunContext,
    private readonly stage: string,
    private readonly options: SynthesisOptions,
    resume: Snapshot | undefined,
  ) {
    this.extent = { channels: 3, side: context.config.image.size };
    if (resume?.arrays.state) this.restore(resume.arrays.state, resume.facts);
    else this.begin();
  }

  get over(): boolean {
    return this.finished.length === this.context.prepared.forgotten.length;
  }

  /** The class whose images are being made. */
  get class(): number {
    return this.context.prepared.forgotten[this.finished.length]!;
  }

  get accepted(): number {
    return this.finished.flat().length + this.done.size;
  }

  /** Steps of finished classes, each counting as one round, and of the present round. */
  get steps(): number {
    return this.finished.length * this.options.iterations + this.step;
  }

  /** Probability that is asked in this round. */
  get confidence(): number {
    const { confidence } = this.options;
    return Math.max(confidence - LOWERED * this.round, Math.min(confidence, LOWEST));
  }

  /** The images as the model shall see them in this step: [B, 3, S, S]. */
  pixels(): Float32Array {
    const [dx, dy] = this.jitter();
    const all = new Float32Array(this.images.length * this.images[0]!.length);
    this.images.forEach((image, i) => {
      all.set(roll(image, this.extent, dx, dy), i * image.length);
    });
    return all;
  }

  /** Takes the step that these gradients and class probabilities of `pixels()` suggest. */
  advance(gradient: Float32Array, probabilities: Float32Array): void {
    if (this.looking) this.accept(probabilities);
    const [dx, dy] = this.jitter();
    for (const i of this.pending()) {
      const size = this.images[i]!.length;
      const direction = roll(gradient.subarray(i * size, (i + 1) * size), this.extent, -dx, -dy);
      const moved = clampToPixels(this.moved(this.images[i]!, direction), this.extent, this.context.config.image);
      this.images[i] = this.looking ? blur(moved, this.extent, BLUR_SIGMA) : moved;
    }
    this.step += 1;
    if (this.done.size === this.options.perClass) this.finish();
    else if (this.step === this.options.iterations) this.again();
  }

  /** What a retry needs. */
  saved(): Pick<Snapshot, 'arrays' | 'facts'> {
    const shape = imageShape(this.context);
    const named = (group: string, images: readonly Float32Array[]) =>
      images.map((data, i) => [`${group}.${i}`, { shape, data: data.slice() }] as const);
    const state = new Map([
      ...this.finished.flatMap((images, at) => named(`${at}`, images)),
      ...named('now', this.images),
    ]);
    const done = Object.fromEntries([...this.done].map((i) => [`done.${i}`, 1]));
    return {
      arrays: { state },
      facts: { finished: this.finished.length, round: this.round, step: this.step, ...done },
    };
  }

  private restore(state: Weights, facts: Snapshot['facts']): void {
    const group = (name: string) =>
      [...state].filter(([key]) => key.startsWith(`${name}.`)).map(([, { data }]) => data.slice());
    for (let at = 0; at < facts.finished!; at++) this.finished.push(group(String(at)));
    this.images = group('now');
    this.done = new Set([...this.images.keys()].filter((i) => facts[`done.${i}`] === 1));
    this.round = facts.round!;
    this.step = facts.step!;
  }

  /** Noise where no image is accepted yet. */
  private begin(): void {
    this.step = 0;
    for (const i of this.pending())
      this.images[i] = noiseImage(
        this.context,
        this.random('noise', this.round * this.options.perClass + i),
        this.options.start,
      );
  }

  private again(): void {
    if (this.confidence <= Math.min(this.options.confidence, LOWEST)) this.finish();
    else {
      this.round += 1;
      this.begin();
    }
  }

  private finish(): void {
    this.finished.push([...this.done].sort((a, b) => a - b).map((i) => this.images[i]!));
    this.images = [];
    this.done = new Set();
    this.round = 0;
    if (!this.over) this.begin();
    else this.step = 0;
  }

  private accept(probabilities: Float32Array): void {
    const { classes } = this.context.prepared;
    for (const i of this.pending()) {
      const row = probabilities.subarray(i * classes, (i + 1) * classes);
      const own = row[this.class]!;
      if (own >= this.confidence && row.every((other) => other <= own)) this.done.add(i);
    }
  }

  private moved(image: Float32Array, direction: Float32Array): Float32Array {
    const norm = Math.sqrt(direction.reduce((sum, value) => sum + value * value, 0));
    return norm > 0 ? image.map((value, at) => value + (this.options.stepLength * direction[at]!) / norm) : image;
  }

  private pending(): number[] {
    return Array.from({ length: this.options.perClass }, (_, i) => i).filter((i) => !this.done.has(i));
  }

  /** Whether this step shows the images as they are. */
  private get looking(): boolean {
    return this.step % BLUR_EVERY === BLUR_EVERY - 1;
  }

  private jitter(): readonly [dx: number, dy: number] {
    if (this.looking || this.options.jitter === 0) return [0, 0];
    const random = this.random('jitter', this.round * this.options.iterations + this.step);
    return [random.integer(this.options.jitter + 1), random.integer(this.options.jitter + 1)];
  }

  private random(purpose: string, at: number) {
    return randomStream(this.context.seed, `${this.stage} ${purpose} of class ${this.class}`, at);
  }
}
