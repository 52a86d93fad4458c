/** What a metric needs beside a model and images. An evaluation that does not give it is refused. */
export const NEEDS = {
  CLASS_LABELS: 'images with a class',
  CAPTIONS: 'a caption or a class for every image; the prompt of the class stands in for a caption',
  REFERENCE: 'a reference checkpoint, as a rule the original',
  FORGET_CLASSES: 'the names of the classes that were to be forgotten',
} as const;
export type Need = keyof typeof NEEDS;

/** Which way a model gets better on what it is to keep. What it is to forget goes the other way, except in scores. */
export const DIRECTIONS = { HIGHER: 'Higher is better.', LOWER: 'Lower is better.' } as const;
export type Direction = keyof typeof DIRECTIONS;

/** What a model makes of the data. Every vector has length 1 and the width of the model's embedding. */
export interface Features {
  /** One for each sample. */
  readonly images: readonly Float32Array[];
  /** The zero-shot classifier: one for each class, the mean direction of its prompts. */
  readonly classifier: readonly Float32Array[];
  /** The same by a single template, for the templates that a metric declares. */
  readonly byTemplate: ReadonlyMap<string, readonly Float32Array[]>;
  /** One for each distinct caption; empty when no metric needs captions. */
  readonly captions: readonly Float32Array[];
}

/** Classes that count as one dataset of their own in the scores. */
export interface Group {
  readonly name: string;
  /** As indices. */
  readonly classes: readonly number[];
}

/** Everything a metric may look at. Lists without another word have one entry a sample. */
export interface Measured {
  /** Names, in label order. */
  readonly classes: readonly string[];
  /** Index of each sample's class; -1 where it has none. */
  readonly labels: readonly number[];
  /** Row of each sample's caption in `Features.captions`. */
  readonly captions: readonly number[];
  /** Index of the first sample that shows the same image: one with two captions is two samples. */
  readonly same: readonly number[];
  readonly forget: ReadonlySet<number>;
  readonly groups: readonly Group[];
  readonly model: Features;
  readonly reference: Features | null;
}

/** One number of an evaluation. */
export interface MetricRow {
  /** Which number of the metric, such as `R@5`. */
  readonly key: string;
  /** The class, or the group of a score, that it is about; null: all of them. */
  readonly subject: string | null;
  readonly value: number;
  /** Ends of the 95 % interval; null where there is none, as for a single value. */
  readonly lower: number | null;
  readonly upper: number | null;
  /** What it counts or averages: images, queries or retrieved images. */
  readonly count: number;
  /** What guessing gives; null where that says nothing. */
  readonly chance: number | null;
}

/** All there is to know of a metric: validation, the API's schema, its documentation and its computation follow. */
export interface Declaration {
  readonly title: string;
  /** What is counted, in a sentence or two; the API shows it. */
  readonly description: string;
  /** The numbers it consists of. */
  readonly keys: string;
  readonly direction: Direction;
  readonly needs: readonly Need[];
  /** Where the definition is from, and what of it is ours. */
  readonly source: string;
  /** Templates whose prompts it needs one by one. */
  readonly templates?: readonly string[];
  measure(this: void, of: Measured): MetricRow[];
}

/** Where a retrieval is cut off. */
export const CUTS = [1, 5, 10] as const;
