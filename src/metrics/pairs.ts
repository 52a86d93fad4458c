import type { Measured } from './metric';

/** Distinct images and what belongs to them. */
export interface Images {
  /** Index of the sample that stands for each image. */
  readonly samples: readonly number[];
  /** Captions of each image, as rows. */
  readonly captions: readonly ReadonlySet<number>[];
  /** Classes of each image: none, or one, or several when it was registered under several. */
  readonly classes: readonly (readonly number[])[];
}

/** Joins the samples that show the same image. */
export function imagesOf({ same, captions, labels }: Pick<Measured, 'same' | 'captions' | 'labels'>): Images {
  const samples = [...new Set(same)];
  const place = new Map(samples.map((sample, i) => [sample, i]));
  const own = samples.map(() => ({ captions: new Set<number>(), classes: new Set<number>() }));
  same.forEach((first, i) => {
    const image = own[place.get(first)!]!;
    if (captions[i] !== undefined) image.captions.add(captions[i]);
    if (labels[i]! >= 0) image.classes.add(labels[i]!);
  });
  return { samples, captions: own.map((image) => image.captions), classes: own.map((image) => [...image.classes]) };
}

/** The members of a list at some places. */
export function at<T>(list: readonly T[], places: readonly number[]): T[] {
  return places.map((place) => list[place]!);
}
