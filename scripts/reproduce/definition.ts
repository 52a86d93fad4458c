import type { SetName } from '../../src/method';
import type { MetricName } from '../../src/metrics';
import type { Style } from '../pretrain/styles';

/** The images that a set or an evaluation takes of each class: `count` in order of their names, from the `from`th on. */
export interface Cut {
  readonly style: Style;
  readonly classes: readonly string[];
  readonly from: number;
  readonly count: number;
  /** What is said of an image: the prompt of its class, or "a photo of an animal" or "a photo of a vehicle". */
  readonly words: Words;
}

export type Words = 'fine' | 'coarse';

/** Held-out images and what is measured on them. Its name stands for all of it. */
export interface View {
  readonly name: string;
  readonly images: Cut;
  readonly metrics: readonly MetricName[];
}

/** One run of a method. */
export interface Part {
  /** Names of the classes to forget, among those of `words`. */
  readonly forgotten: readonly string[];
  readonly words: Words;
  readonly sets: Readonly<Partial<Record<SetName, Cut>>>;
}

/** Where right answers are counted. */
export interface Probe {
  readonly view: string;
  readonly metric: MetricName;
  readonly key: string;
  readonly classes: readonly string[];
}

/** What is to go, and the datasets that are to stay: what a score is computed from. */
export interface Reading {
  readonly target: Probe;
  readonly own: Dataset;
  readonly others: readonly Dataset[];
}

export interface Dataset {
  readonly title: string;
  readonly probe: Probe;
}

/** What is forgotten, and where it is measured. */
export interface Task {
  readonly name: string;
  /** One run, or several whose checkpoints are averaged. */
  readonly parts: readonly Part[];
  readonly views: readonly View[];
  readonly readings: Readonly<Record<string, Reading>>;
}

/** A method as it is run: one row of a section. */
export interface Row {
  /** Names its cells: one name, one method with one set of parameters. */
  readonly name: string;
  readonly title: string;
  readonly method: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The sets it is not given; a zero-shot method has none of them. */
  readonly without?: readonly SetName[];
  readonly seeds: readonly number[];
}

export type Model = 'resnet' | 'vit';

/** A number beside the standard ones, before and after, on the target and on everything else of its view. */
export interface Column {
  readonly title: string;
  readonly view: string;
  readonly metric: MetricName;
  readonly key: string;
}

export interface Section {
  readonly title: string;
  readonly about: string;
  readonly models: readonly Model[];
  readonly tasks: readonly Task[];
  readonly rows: readonly Row[];
  /** `default` unless said otherwise. */
  readonly reading?: string;
  /** In place of the standard numbers. */
  readonly columns?: readonly Column[];
  /** Accuracy over the coefficients that the runs tried, in place of the standard numbers. */
  readonly curve?: true;
}

/** What counts as reached: a bound that every run keeps, or a row whose mean score is the best of a section. */
export type Goal =
  | {
      readonly kind: 'bound';
      readonly section: string;
      readonly row: string;
      readonly measure: 'after' | 'own' | 'score';
      readonly atMost?: number;
      readonly atLeast?: number;
    }
  | { readonly kind: 'best'; readonly section: string; readonly row: string };

export interface Table {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly score: 'lip' | 'ratio';
  readonly goals: readonly Goal[];
  readonly sections: readonly Section[];
  /** What of the paper's table is not here, and why. */
  readonly leftOut: string;
  /** Where the paper's ordering does not hold, and why. */
  readonly disagreements: string;
}
