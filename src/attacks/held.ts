import type { Evidence } from './attack';

/** Some of the held-out images, chosen from any list that has one entry for each of them. */
export interface Some {
  readonly count: number;
  of<T>(list: readonly T[]): T[];
}

/** The held-out images of the classes that were to be forgotten. */
export const heldOfForgotten = (of: Pick<Evidence, 'labels' | 'forget'>): Some =>
  chosen(of, (label) => of.forget.has(label));

/** The held-out images of the classes that were to be kept. */
export const heldOfKept = (of: Pick<Evidence, 'labels' | 'forget'>): Some =>
  chosen(of, (label) => !of.forget.has(label));

function chosen({ labels }: Pick<Evidence, 'labels'>, wanted: (label: number) => boolean): Some {
  const places = [...labels.held.keys()].filter((i) => wanted(labels.held[i]!));
  return { count: places.length, of: (list) => places.map((i) => list[i]!) };
}
