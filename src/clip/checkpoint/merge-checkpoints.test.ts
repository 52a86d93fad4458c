import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { clipTokenizerFiles, initialise, mergeCheckpoints, newCheckpoint, readCheckpoint, writeCheckpoint } from '..';
import type { ClipConfig } from '../config';
import type { WeightType } from '../safetensors/element-type';
import { temporaryFolder } from '../testing/fixtures';
import { TINY_CLIPS } from '../testing/tiny-clips';

async function written(config: ClipConfig, seed: number, dtype: WeightType = 'F32'): Promise<string> {
  const folder = await temporaryFolder();
  const text = { ...config.text, vocabSize: 514, startToken: 512, eotToken: 513 };
  const files = clipTokenizerFiles(text.contextLength, 0);
  const checkpoint = newCheckpoint({ ...config, text }, initialise({ ...config, text }, seed), files, dtype);
  await writeCheckpoint(folder, checkpoint, checkpoint.weights);
  return folder;
}

const merged = async (...sources: [string, number][]) => {
  const target = await temporaryFolder();
  await mergeCheckpoints(
    target,
    sources.map(([path, share]) => ({ path, share })),
  );
  return target;
};

test.each(['vit', 'resnet'] as const)('the average of three %ss is what float64 makes of them', async (family) => {
  const shares = [0.5, 0.3, 0.2];
  const folders = await Promise.all([1, 2, 3].map((seed) => written(TINY_CLIPS[family], seed)));
  const sources = await Promise.all(folders.map((folder) => readCheckpoint(folder)));
  const target = await merged(...folders.map((folder, i): [string, number] => [folder, shares[i]!]));
  const result = await readCheckpoint(target);
  expect(result.weights.size).toBe(sources[0]!.weights.size);
  for (const [name, { data }] of result.weights) {
    const expected = [...data.keys()].map((i) =>
      Math.fround(sources.reduce((sum, { weights }, s) => sum + shares[s]! * weights.get(name)!.data[i]!, 0)),
    );
    expect([name, [...data]]).toEqual([name, expected]);
  }
  expect((await readdir(target)).sort()).toEqual((await readdir(folders[0]!)).sort());
});

test('the layout and the element type are those of the first, whatever the others have', async () => {
  const huggingFace = { ...TINY_CLIPS.vit, layout: 'hugging-face' } as const;
  const [half, full] = [await written(huggingFace, 1, 'F16'), await written(TINY_CLIPS.vit, 2)];
  const [first, second] = [await readCheckpoint(half), await readCheckpoint(full)];
  const result = await readCheckpoint(await merged([half, 0.25], [full, 0.75]));
  expect(result.config).toEqual(first.config);
  expect(result.stored.tensors).toEqual(first.stored.tensors);
  const name = 'visual.transformer.resblocks.1.attn.in_proj_weight';
  // Half precision keeps eleven bits.
  const [a, b, c] = [first, second, result].map(({ weights }) => weights.get(name)!.data);
  for (const i of c!.keys()) expect(Math.abs(c![i]! - (0.25 * a![i]! + 0.75 * b![i]!))).toBeLessThan(5e-4);
});

test('the same sources give the same bytes, and one alone comes back as it was', async () => {
  const [a, b] = [await written(TINY_CLIPS.resnet, 1), await written(TINY_CLIPS.resnet, 2)];
  const bytes = async (folder: string) => (await readFile(join(folder, 'open_clip_model.safetensors'))).toString('hex');
  expect(await bytes(await merged([a, 0.4], [b, 0.6]))).toBe(await bytes(await merged([a, 0.4], [b, 0.6])));
  expect(await bytes(await merged([a, 1]))).toBe(await bytes(a));
});

test('another architecture is refused by the weight that differs', async () => {
  const [a, b] = [await written(TINY_CLIPS.vit, 1), await written(TINY_CLIPS.resnet, 2)];
  await expect(merged([a, 0.5], [b, 0.5])).rejects.toMatchObject({ code: 'WRONG_SHAPE' });
});
