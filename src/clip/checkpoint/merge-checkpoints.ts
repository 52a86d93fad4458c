import { join } from 'node:path';
import type { Weights, WeightValue } from '../../engine';
import { parameterShapes } from '../model/parameter-shapes';
import { CheckpointRefused } from '../refusal';
import { ELEMENT_TYPES, isWeightType } from '../safetensors/element-type';
import { writeSafetensors } from '../safetensors/write-safetensors';
import { type OpenCheckpoint, openCheckpoint } from './open-checkpoint';
import { take } from './stored-parts';
import { writeCompanions } from './write-checkpoint';

/** A checkpoint to average, and its share: the shares of all sum to 1. */
export interface MergeSource {
  readonly path: string;
  readonly share: number;
}

/**
 * Writes the weighted average of checkpoints of one architecture (Wortsman et al. 2022, "Model soups",
 * https://arxiv.org/abs/2203.05482), in the first one's layout and element types and with its configuration. Sums are in
 * float64, in the order of the sources, so equal sources give equal bytes; one weight at a time is in memory. Running
 * statistics of a ModifiedResNet are averaged like weights: they are not measured again.
 */
export async function mergeCheckpoints(
  target: string,
  sources: readonly MergeSource[],
  breathe: () => Promise<void> = async () => {},
): Promise<void> {
  const opened: { checkpoint: OpenCheckpoint; share: number; path: string }[] = [];
  try {
    for (const { path, share } of sources) opened.push({ checkpoint: await openCheckpoint(path), share, path });
    const [{ checkpoint: first }, ...others] = opened as [(typeof opened)[0], ...typeof opened];
    for (const { checkpoint, path } of others) checkShapes(first, checkpoint, path);
    await writeCompanions(target, first.companions);
    await writeSafetensors(
      join(target, first.file),
      first.tensors.map(({ name, dtype, shape }) => ({
        name,
        dtype,
        shape,
        bytes: async () => {
          await breathe();
          const placement = first.placements.get(name);
          if (!placement || !isWeightType(dtype)) return first.bytes(name);
          const averaged: Weights = new Map([[placement.weight, await average(opened, placement.weight)]]);
          return ELEMENT_TYPES[dtype].weight.encode(take(placement, averaged));
        },
      })),
      first.metadata,
    );
  } finally {
    for (const { checkpoint } of opened) await checkpoint.close();
  }
}

async function average(
  opened: readonly { checkpoint: OpenCheckpoint; share: number }[],
  name: string,
): Promise<WeightValue> {
  let sum: Float64Array | undefined;
  let shape: readonly number[] = [];
  for (const { checkpoint, share } of opened) {
    const value = await checkpoint.weight(name);
    shape = value.shape;
    sum ??= new Float64Array(value.data.length);
    for (let i = 0; i < sum.length; i++) sum[i]! += share * value.data[i]!;
  }
  return { shape, data: Float32Array.from(sum!) };
}

function checkShapes(first: OpenCheckpoint, other: OpenCheckpoint, path: string): void {
  const expected = parameterShapes(first.config);
  const found = parameterShapes(other.config);
  for (const name of new Set([...expected.keys(), ...found.keys()])) {
    if (String(expected.get(name)) === String(found.get(name)) && expected.has(name) && found.has(name)) continue;
    const shown = (shape: readonly number[] | undefined) => (shape ? `[${shape}]` : 'missing');
    throw new CheckpointRefused(
      'WRONG_SHAPE',
      `Weight ${name} is ${shown(found.get(name))}, and ${shown(expected.get(name))} in the first checkpoint: only checkpoints of one architecture can be averaged.`,
      path,
    );
  }
}
