import { totalmem } from 'node:os';
import type { ClipConfig } from '../clip';
import { captionOf, loadImages, type Preprocess, prompt } from '../data';
import type { BatchName, SetName } from '../method';
import { type CaptionPlan } from '../method/bound-model';
import type { SampleSource } from './messages';
import { RunFailure } from './stop';

/** A set in memory: preprocessed images, and its captions as rows of one table. */
export interface PreparedSet {
  readonly size: number;
  /** [3, H, W] each. */
  readonly pixels: readonly Float32Array[];
  /** Row of `PreparedSets.tokens` for each sample. */
  readonly captions: readonly number[];
  /** Class of each sample; undefined for a set in which a sample has none. */
  readonly labels: readonly number[] | undefined;
}

export interface PreparedSets {
  /** A stage that learns images adds them. */
  readonly sets: Map<BatchName, PreparedSet>;
  readonly classes: number;
  readonly classNames: readonly string[];
  /** The classes to be forgotten, as indices. */
  readonly forgotten: readonly number[];
  /** Token ids of every distinct caption, the class prompts first; each is `length` long. */
  readonly tokens: readonly BigInt64Array[];
  readonly length: number;
}

export interface PrepareOptions {
  readonly config: ClipConfig;
  readonly tokenize: (text: string) => BigInt64Array;
  readonly preprocess: Preprocess;
  readonly classes: readonly string[];
  /** Of those, the ones to be forgotten. */
  readonly forgotten: readonly string[];
  readonly template: string;
  readonly signal: AbortSignal;
  /** Bytes that images may take; what this machine has unless given. */
  readonly memory?: number;
}

/** Reads, decodes and tokenises once; the steps only copy. */
export async function prepareSets(
  sources: Partial<Readonly<Record<SetName, SampleSource>>>,
  options: PrepareOptions,
): Promise<PreparedSets> {
  const { classes, forgotten, template, tokenize, preprocess, signal } = options;
  const rows = new Map<string, number>();
  const rowOf = (caption: string): number => {
    const row = rows.get(caption) ?? rows.size;
    rows.set(caption, row);
    return row;
  };
  for (const name of classes) rowOf(prompt(template, name));
  if (rows.size !== classes.length)
    throw new RunFailure('REFUSED', `the prompt "${template}" does not tell the classes apart`);

  refuseTooMany(sources, options);
  const sets = new Map<BatchName, PreparedSet>();
  for (const [name, { source, samples }] of Object.entries(sources) as [SetName, SampleSource][]) {
    if (samples.length === 0) throw new RunFailure('REFUSED', `the ${name} set has no images`);
    const labels = samples.map((sample) => (sample.label === null ? -1 : classes.indexOf(sample.label)));
    sets.set(name, {
      size: samples.length,
      pixels: await loadImages(source, samples, preprocess, { signal }),
      captions: samples.map((sample) => rowOf(captionOf(sample, template))),
      labels: labels.includes(-1) ? undefined : labels,
    });
  }
  const whole = [...rows.keys()].map(tokenize);
  const length = Math.max(...whole.map((ids) => used(ids, BigInt(options.config.text.eotToken))));
  return {
    sets,
    classes: classes.length,
    classNames: classes,
    forgotten: forgotten.map((name) => classes.indexOf(name)),
    tokens: whole.map((ids) => ids.slice(0, length)),
    length,
  };
}

/** Images are held decoded. Said before any is read: to find out by running out of memory would take hours. */
function refuseTooMany(
  sources: Partial<Readonly<Record<SetName, SampleSource>>>,
  { config, memory = machineMemory() }: PrepareOptions,
): void {
  const images = Object.values(sources).reduce((sum, { samples }) => sum + samples.length, 0);
  const bytes = images * 3 * config.image.size ** 2 * 4;
  if (bytes <= memory) return;
  const gigabytes = (value: number) => `${(value / 1e9).toPrecision(2)} GB`;
  throw new RunFailure(
    'OUT_OF_MEMORY',
    `the sets have ${images} images, which take ${gigabytes(bytes)} in memory, and this machine has ${gigabytes(memory)} for them: choose fewer`,
  );
}

/** What is left for images beside a model and its training: half of the memory, or of what a container may use. */
const machineMemory = (): number => Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY) / 2;

/** Tokens up to and with the end-of-text token; padding after it cannot reach the features. */
function used(ids: BigInt64Array, eot: bigint): number {
  const end = ids.indexOf(eot);
  return end === -1 ? ids.length : end + 1;
}

/**
 * Few distinct captions are encoded as one table in each step; many are encoded sample by sample. The border is where
 * the table would be more work than the samples.
 */
export function planCaptions(prepared: PreparedSets, samplesPerStep: number): CaptionPlan {
  const { classes, length } = prepared;
  const shared = prepared.tokens.length <= Math.max(samplesPerStep, classes);
  return { classes, table: shared ? prepared.tokens.length : Math.max(classes, 1), shared, length };
}
