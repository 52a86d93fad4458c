import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readCheckpoint, writeCheckpoint } from '..';
import { openSafetensors } from '../safetensors/read-safetensors';
import { writeSafetensors } from '../safetensors/write-safetensors';
import { edited, tensorsOf } from '../testing/edited-fixture';
import { bitsOf, copyFixture, temporaryFolder } from '../testing/fixtures';

const original = async (name: 'vit-open-clip' | 'vit-hugging-face') =>
  bitsOf((await readCheckpoint(await copyFixture(name))).weights);

describe('forms in which the same checkpoint is published', () => {
  it('OpenCLIP’s text tower under a prefix', async () => {
    const folder = await edited('vit-open-clip', (tensors) =>
      tensors.map((tensor) =>
        /^(visual\.|logit_scale)/.test(tensor.name) ? tensor : { ...tensor, name: `text.${tensor.name}` },
      ),
    );
    const checkpoint = await readCheckpoint(folder);
    expect(bitsOf(checkpoint.weights)).toBe(await original('vit-open-clip'));
    const target = await temporaryFolder();
    await writeCheckpoint(target, checkpoint, checkpoint.weights);
    const written = await openSafetensors(join(target, 'open_clip_model.safetensors'));
    expect(written.tensors.map(({ name }) => name)).toContain('text.token_embedding.weight');
    await written.close();
  });

  it('OpenCLIP’s logit scale as a vector of one', async () => {
    const folder = await edited('vit-open-clip', (tensors) =>
      tensors.map((tensor) => (tensor.name === 'logit_scale' ? { ...tensor, shape: [1] } : tensor)),
    );
    const checkpoint = await readCheckpoint(folder);
    expect(bitsOf(checkpoint.weights)).toBe(await original('vit-open-clip'));
    expect(checkpoint.stored.tensors.find(({ name }) => name === 'logit_scale')!.shape).toEqual([1]);
  });

  it('Hugging Face’s weights in several files', async () => {
    const folder = await copyFixture('vit-hugging-face');
    const tensors = await tensorsOf(join(folder, 'model.safetensors'));
    await rm(join(folder, 'model.safetensors'));
    const files = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];
    const map = Object.fromEntries(tensors.map(({ name }, i) => [name, files[i % 2]!]));
    for (const file of files)
      await writeSafetensors(
        join(folder, file),
        tensors.filter(({ name }) => map[name] === file),
      );
    await writeFile(join(folder, 'model.safetensors.index.json'), JSON.stringify({ weight_map: map }));
    const checkpoint = await readCheckpoint(folder);
    expect(bitsOf(checkpoint.weights)).toBe(await original('vit-hugging-face'));
    const target = await temporaryFolder();
    await writeCheckpoint(target, checkpoint, checkpoint.weights);
    expect(bitsOf((await readCheckpoint(target)).weights)).toBe(await original('vit-hugging-face'));
  });

  it('Hugging Face’s preprocessing within processor_config.json', async () => {
    const folder = await copyFixture('vit-hugging-face');
    const preprocessor = JSON.parse(await readFile(join(folder, 'preprocessor_config.json'), 'utf8'));
    await rm(join(folder, 'preprocessor_config.json'));
    const image_processor = { ...preprocessor, image_mean: [0.1, 0.2, 0.3], resample: 2 };
    await writeFile(join(folder, 'processor_config.json'), JSON.stringify({ image_processor }));
    const { config } = await readCheckpoint(folder);
    expect(config.image).toMatchObject({ mean: [0.1, 0.2, 0.3], interpolation: 'bilinear', crop: 'floor' });
  });

  it('a folder for both libraries: config.json describes model.safetensors', async () => {
    const folder = await copyFixture('vit-hugging-face');
    const other = await copyFixture('vit-open-clip');
    await rename(join(other, 'open_clip_config.json'), join(folder, 'open_clip_config.json'));
    await rename(join(other, 'open_clip_model.safetensors'), join(folder, 'open_clip_model.safetensors'));
    expect((await readCheckpoint(folder)).config.layout).toBe('hugging-face');
    const openClip = await readCheckpoint(join(folder, 'open_clip_model.safetensors'));
    expect(openClip.config.layout).toBe('open-clip');
    expect(bitsOf(openClip.weights)).toBe(await original('vit-open-clip'));
  });
});
