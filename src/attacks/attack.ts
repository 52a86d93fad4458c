/** What an attack needs beside the model, the original, forget images and labelled held-out images. */
export const ATTACK_NEEDS = {
  RETAIN_SET: 'a retain set with images that have a class',
  REFERENCES: 'a checkpoint that was not trained on the forget images: a retrained one, or another',
  SUPERCLASSES: 'superclasses: names of groups of classes, of which one holds a forget class and one does not',
} as const;
export type AttackNeed = keyof typeof ATTACK_NEEDS;

/** Whose number it is: the model's that is verified, the original's, or that of a model that never saw the forget images. */
export const ATTACKED = ['SUBJECT', 'ORIGINAL', 'RETRAINED'] as const;
export type AttackedModel = (typeof ATTACKED)[number];

/** The parts of the data: what was to be forgotten, what was to be kept, and what no training saw. */
export const PARTS = ['forget', 'retain', 'held'] as const;
export type PartName = (typeof PARTS)[number];
export type OfParts<T> = Readonly<Record<PartName, readonly T[]>>;

/** What a model makes of the data. Every vector has length 1 and the width of the model's embedding. */
export interface Embedded {
  readonly images: OfParts<Float32Array>;
  /** The zero-shot classifier: one for each class, the mean direction of its prompts. */
  readonly classifier: readonly Float32Array[];
  /** The same by a single template, for each of `TEMPLATES`. */
  readonly byTemplate: ReadonlyMap<string, readonly Float32Array[]>;
  /** The prompt of each superclass. */
  readonly superclasses: readonly Float32Array[];
  /** s of softmax(s cos): the exponential of the stored logit scale. */
  readonly scale: number;
}

/** Everything an attack on features may look at. */
export interface Evidence {
  /** Names, in label order. */
  readonly classes: readonly string[];
  /** Index of each image's class. */
  readonly labels: OfParts<number>;
  /** The classes that were to be forgotten, as indices. */
  readonly forget: ReadonlySet<number>;
  readonly superclasses: readonly { readonly name: string; readonly classes: readonly number[] }[];
  readonly model: Embedded;
  readonly original: Embedded;
  /** Models that were not trained on the forget images, the retrained one first where there is one. */
  readonly references: readonly Embedded[];
  readonly seed: number;
}

/** One number of an attack. */
export interface AttackRow {
  /** Which number of the attack, such as `auc`. */
  readonly key: string;
  readonly value: number;
  /** Ends of the 95 % interval. */
  readonly lower: number;
  readonly upper: number;
  /** Images it rests on. */
  readonly count: number;
}

/** All there is to know of an attack: validation, the API's schema, its documentation and its computation follow. */
export interface Declaration {
  readonly title: string;
  /** What is done and counted; the API shows it. */
  readonly description: string;
  /** The numbers it gives. */
  readonly keys: readonly string[];
  readonly interval: string;
  readonly needs: readonly AttackNeed[];
  /** Where the definition is from, and what of it is ours. */
  readonly source: string;
}

/** An attack that only looks at what the model makes of images and texts. */
export interface FeatureAttack extends Declaration {
  measure(this: void, of: Evidence): AttackRow[];
}

/** An attack that trains the model on some images and looks how soon the forgotten classes come back. */
export interface Relearning extends Declaration {
  /** The sets it trains on; of the forget set only a few samples. */
  readonly trainsOn: readonly ('forget' | 'retain')[];
}

export type Attack = FeatureAttack | Relearning;
