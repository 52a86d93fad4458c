import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import clipErase from '../plugins/clip-erase';
import { trainingStep } from '../src/engine';
import { print } from '../src/engine/print';
import { bindObjective } from '../src/method/bind';
import { objectiveOf } from '../src/method/testing/objective-of';
import { TINY_CLIP } from '../test/support/tiny-world';

/** The step of clip-erase on a two-layer CLIP, 4 forget and 12 retain pairs of 4 captions, as it is compiled. */
async function clipEraseStep(part: 'all' | 'projections'): Promise<string> {
  const { objective, training } = await objectiveOf(clipErase, { part });
  const { loss, terms, trainable } = bindObjective(objective, {
    config: TINY_CLIP,
    sizes: { forget: 4, retain: 12 },
    captions: { classes: 4, table: 4, shared: true, length: 4 },
    trainable: training.trainable,
  });
  const limits = training.logitScaleRange && { logit_scale: training.logitScaleRange };
  return print(trainingStep({ loss, terms, trainable, optimiser: training.optimiser, limits }));
}

/** Compiled steps by name. Their prints are committed, so that a change of the compiler or of CLIP shows what it changes. */
export const GRAPHS: Readonly<Record<string, () => Promise<string>>> = {
  'clip-erase': () => clipEraseStep('all'),
  'clip-erase-projections': () => clipEraseStep('projections'),
};

const folder = resolve(__dirname, '../../test/fixtures/graphs');
const fileOf = (name: string) => join(folder, `${name}.txt`);

/** The committed print. */
export const committed = (name: string): Promise<string> => readFile(fileOf(name), 'utf8');

async function main(): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, graph] of Object.entries(GRAPHS)) await writeFile(fileOf(name), await graph());
}

if (require.main === module) void main();
