import type { ClipConfig } from '../../src/clip';
import { writeSafetensors } from '../../src/clip/safetensors/write-safetensors';
import { randomStream, size } from '../../src/engine';
import { trainable } from '../../src/method';
import { inputName } from '../../src/method/input-name';
import { adaptersOf, factorOf } from '../../src/method/lora';
import { BatchOrder } from '../../src/trainer/batch-order';
import type { ContestantReport } from './protocol';

interface Drawn {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array | BigInt64Array;
}

export interface DrawnOptions {
  readonly config: ClipConfig;
  readonly seed: number;
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
  /** What Lethe's run reported. */
  readonly report: ContestantReport;
}

/** The random numbers that a run of `lip` draws until its first step of forgetting, for PyTorch to compute the same loss. */
export function* drawnByLip(
  { config, seed, parameters, report }: DrawnOptions,
  forgotten: readonly number[],
): Generator<Drawn> {
  const p = parameters as Record<string, number>;
  const side = config.image.size;
  const image = [3, side, side];
  for (const c of forgotten) {
    const stage = (purpose: string, at: number) => randomStream(seed, `synthesise ${purpose} of class ${c}`, at);
    const noise = Array.from({ length: p.perClass! }, (_, i) => normals(stage('noise', i), size(image)));
    yield { name: `noise.${c}`, shape: [p.perClass!, ...image], values: flat(noise) };
    const jitter = Array.from({ length: p.iterations! }, (_, i) => {
      const random = stage('jitter', i);
      return [random.integer(p.jitter! + 1), random.integer(p.jitter! + 1)];
    });
    yield { name: `jitter.${c}`, shape: [p.iterations!, 2], values: BigInt64Array.from(jitter.flat(), BigInt) };
  }
  const accepted = Number(report.facts.accepted);
  const batch = Math.min(p.batchSize!, accepted);
  yield orders('forget', 'forget forget', accepted, batch, 1, seed);
  const draws = Array.from({ length: p.draws! }, (_, i) =>
    normals(randomStream(seed, `forget ${inputName.normal(i)}`, 0), batch * size(image)),
  );
  yield { name: 'normals', shape: [p.draws!, batch, ...image], values: flat(draws) };
}

/** The random numbers of a run of `three-stage`, all of them. */
export function* drawnByThreeStage(
  { config, seed, parameters, report }: DrawnOptions,
  sizes: Readonly<Record<'forget' | 'retain', number>>,
): Generator<Drawn> {
  const { rank, batchSize } = parameters as Record<string, number>;
  const steps = report.facts.steps as Record<string, number>;
  for (const { name, inputs } of adaptersOf(config, trainable('image-tower'))) {
    const random = randomStream(seed, `forget ${factorOf.a(name)}`);
    const bound = inputs ** -0.5;
    const values = Float32Array.from({ length: rank! * inputs }, () => (2 * random.uniform() - 1) * bound);
    yield { name: `a/${name}`, shape: [rank!, inputs], values };
  }
  const { forget, retain } = sizes;
  yield orders('forget', 'forget forget', forget, Math.min(batchSize!, forget), steps.forget!, seed);
  yield orders('remind', 'remind learned', retain, Math.min(batchSize!, retain), steps.remind!, seed);
}

export const writeDrawn = (file: string, drawn: Iterable<Drawn>): Promise<void> =>
  writeSafetensors(
    file,
    [...drawn].map(({ name, shape, values }) => ({
      name,
      shape,
      dtype: values instanceof Float32Array ? ('F32' as const) : ('I64' as const),
      bytes: () => new Uint8Array(values.buffer),
    })),
  );

function orders(name: string, stage: string, count: number, batch: number, steps: number, seed: number): Drawn {
  const all = Array.from({ length: count }, (_, i) => i);
  const order = new BatchOrder(all, batch, seed, stage);
  const rows = Array.from({ length: steps }, (_, step) => order.at(step)).flat();
  return { name, shape: [steps, batch], values: BigInt64Array.from(rows, BigInt) };
}

const normals = (random: { normal(): number }, count: number) =>
  Float32Array.from({ length: count }, () => random.normal());

function flat(arrays: readonly Float32Array[]): Float32Array {
  const width = arrays[0]!.length;
  const all = new Float32Array(width * arrays.length);
  arrays.forEach((array, i) => {
    all.set(array, i * width);
  });
  return all;
}
