import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Weights } from '../../engine';

/** The models written by test/fixtures/clip/write_fixtures.py. */
export const FIXTURES = join(__dirname, '../../../../test/fixtures/clip');

export type FixtureModel =
  | 'vit-hugging-face'
  | 'vit-hugging-face-legacy'
  | 'vit-open-clip'
  | 'resnet-open-clip'
  | 'vit-openai';

/** What PyTorch computes with a fixture's weights. */
export interface Expectation {
  image: number[][];
  text: number[][];
  loss: number;
  /** By stored name: the norm of the gradient, and every `step`th of its entries. */
  gradients: Record<string, { norm: number; step: number; entries: number[] }>;
  /** Some of the running statistics after the batch. */
  statistics?: Record<string, number[]>;
}

export interface FixtureExpectations {
  ids: number[][];
  models: Record<FixtureModel, { dtype: string; size: number; evaluation: Expectation; training?: Expectation }>;
}

export const expectations = async (): Promise<FixtureExpectations> =>
  JSON.parse(await readFile(join(FIXTURES, 'models.json'), 'utf8'));

export const temporaryFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'lethe-clip-'));

/** A copy of a fixture with the tokenizer that all of them share, free to be damaged. */
export async function copyFixture(name: FixtureModel): Promise<string> {
  const folder = await temporaryFolder();
  await cp(join(FIXTURES, name), folder, { recursive: true });
  await cp(join(FIXTURES, 'tokenizer'), folder, { recursive: true });
  return folder;
}

/** The script's formula for pixel values, [3, 3, size, size]. */
export const fixturePixels = (size: number): Float32Array =>
  Float32Array.from({ length: 3 * 3 * size * size }, (_, i) => Math.sin(0.37 * i) + 0.5 * Math.cos(0.11 * i));

/** A digest of all names, shapes and values. */
export function bitsOf(weights: Weights): string {
  const hash = createHash('sha256');
  for (const [name, { shape, data }] of [...weights].sort()) hash.update(`${name} ${shape} `).update(data);
  return hash.digest('hex');
}
