import type { Weights } from '../../engine';
import type { ClipConfig } from '../config';
import type { PartsOf, StoredPart } from '../layouts/layout';
import { parameterShapes } from '../model/parameter-shapes';

/** Where a stored tensor belongs: the weight, and which of its rows. */
export interface Placement extends StoredPart {
  weight: string;
  /** Of the stored tensor. */
  shape: readonly number[];
}

/** Every stored tensor that a CLIP of this configuration must have, by stored name. */
export function placements(config: ClipConfig, partsOf: PartsOf): Map<string, Placement> {
  const all = [...parameterShapes(config)].flatMap(([weight, shape]) =>
    partsOf(weight).map((part): Placement => ({ ...part, weight, shape: storedShape(shape, part) })),
  );
  return new Map(all.map((placement) => [placement.name, placement]));
}

function storedShape(shape: readonly number[], { rows, transposed }: StoredPart): readonly number[] {
  if (rows) return [rows[1] - rows[0], ...shape.slice(1)];
  return transposed ? [...shape].reverse() : shape;
}

/** Copies a stored tensor's values to their place in its weight. */
export function place(values: Float32Array, { weight, rows, transposed, shape }: Placement, weights: Weights): void {
  const target = weights.get(weight)!;
  if (transposed) target.data.set(transposeValues(values, shape as [number, number]));
  else target.data.set(values, rows ? rows[0] * (target.data.length / target.shape[0]!) : 0);
}

/** A stored tensor's values, taken from its weight. */
export function take({ weight, rows, transposed }: Placement, weights: Weights): Float32Array {
  const source = weights.get(weight);
  if (!source) throw new Error(`writeCheckpoint: there is no weight ${weight}`);
  const { data, shape } = source;
  if (transposed) return transposeValues(data, shape as [number, number]);
  const rowSize = data.length / (shape[0] ?? 1);
  return rows ? data.subarray(rows[0] * rowSize, rows[1] * rowSize) : data;
}

function transposeValues(values: Float32Array, [rows, columns]: readonly [number, number]): Float32Array {
  const result = new Float32Array(values.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) result[j * rows + i] = values[i * columns + j]!;
  return result;
}
