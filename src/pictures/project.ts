import { UMAP } from 'umap-js';

export interface ProjectOptions {
  /** A number in [0, 1) at each call; a seeded stream makes the map repeatable. */
  readonly random: () => number;
  readonly neighbours?: number;
  readonly epochs?: number;
}

/**
 * Puts unit vectors into the plane so that near ones stay near (UMAP: McInnes, Healy and Melville 2018,
 * https://arxiv.org/abs/1802.03426, by cosine distance). Distances between far points mean nothing.
 *
 * @param vectors of length 1
 * @returns x and y of each
 */
export function project(
  vectors: readonly Float32Array[],
  { random, neighbours = 30, epochs = 200 }: ProjectOptions,
): [number, number][] {
  const nNeighbors = Math.min(neighbours, vectors.length - 1);
  if (nNeighbors < 2) return vectors.map((_, i) => [i, 0]);
  // The library's own search calls back for every pair in an order that costs three times this.
  const nearest = vectors.map((vector) =>
    vectors
      .map((other, index) => ({ index, distance: other === vector ? 0 : Math.max(0, 1 - dot(vector, other)) }))
      .sort((a, b) => a.distance - b.distance || a.index - b.index)
      .slice(0, nNeighbors),
  );
  const umap = new UMAP({ nComponents: 2, nNeighbors, minDist: 0.15, nEpochs: epochs, random });
  umap.setPrecomputedKNN(
    nearest.map((found) => found.map(({ index }) => index)),
    nearest.map((found) => found.map(({ distance }) => distance)),
  );
  // The distances are given: of the vectors only their number is read.
  return umap.fit(vectors.map(() => [0])).map(([x = 0, y = 0]) => [x, y]);
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
