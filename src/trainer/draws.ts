import { type Program, type RandomStream, randomStream, size } from '../engine';
import { BATCH_NAMES } from '../method';
import { inputName, isNormal } from '../method/input-name';
import type { Feed } from './step-feeds';

/** The random numbers of a stage: what is drawn for a purpose at a step or a sample depends on nothing drawn before. */
export type Draw = (purpose: string, at: number) => RandomStream;

export const drawsOf =
  (seed: number, stage: string): Draw =>
  (purpose, at) =>
    randomStream(seed, `${stage} ${purpose}`, at);

/** What a step reads that is drawn anew in each: noise, and labels of any class. */
export function stepDraws(program: Program, draw: Draw, classes: number): (step: number) => Record<string, Feed> {
  const draws = new Map<string, (random: RandomStream) => Feed>();
  for (const { name, shape } of program.inputs) {
    const count = size(shape);
    if (isNormal(name)) draws.set(name, (random) => normals(random, count));
    else if (ANY_LABELS.has(name)) draws.set(name, (random) => anyClasses(random, count, classes));
  }
  return (step) => Object.fromEntries([...draws].map(([name, values]) => [name, values(draw(name, step))]));
}

const ANY_LABELS: ReadonlySet<string> = new Set(BATCH_NAMES.map((set) => inputName.labels(set, 'any')));

/** For each sample a class that is not its own: [samples] from their classes, of which there are `classes`. */
export const otherClasses = (own: readonly number[], classes: number, draw: Draw, purpose: string): number[] =>
  own.map((label, sample) => (label + 1 + draw(purpose, sample).integer(classes - 1)) % classes);

function normals(random: RandomStream, count: number): Float32Array {
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = random.normal();
  return values;
}

const anyClasses = (random: RandomStream, count: number, classes: number): BigInt64Array =>
  BigInt64Array.from({ length: count }, () => BigInt(random.integer(classes)));
