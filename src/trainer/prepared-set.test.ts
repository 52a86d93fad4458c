import { TINY_CLIPS } from '../clip/testing/tiny-clips';
import { prepareSets } from './prepared-set';

const options = {
  config: TINY_CLIPS.vit,
  tokenize: () => BigInt64Array.of(1n),
  preprocess: () => {
    throw new Error('no image should be read');
  },
  classes: ['cat', 'dog'],
  forgotten: ['cat'],
  template: 'a {}',
  signal: new AbortController().signal,
};
const sample = { hash: 'x', name: 'cat/1.jpg', label: 'cat', caption: null };

test('sets that do not fit into memory are refused before an image is read, with what they would take', async () => {
  const samples = Array<typeof sample>(1000).fill(sample);
  const bytes = 1000 * 3 * options.config.image.size ** 2 * 4;
  await expect(
    prepareSets({ forget: { source: '/nowhere', samples } }, { ...options, memory: bytes - 1 }),
  ).rejects.toMatchObject({ code: 'OUT_OF_MEMORY', message: expect.stringContaining('the sets have 1000 images') });
  await expect(
    prepareSets({ forget: { source: '/nowhere', samples } }, { ...options, memory: bytes }),
  ).rejects.not.toMatchObject({ code: 'OUT_OF_MEMORY' });
});

test('a set without images and prompts that do not tell classes apart are refused', async () => {
  await expect(prepareSets({ forget: { source: '/nowhere', samples: [] } }, options)).rejects.toThrow(
    'the forget set has no images',
  );
  await expect(prepareSets({}, { ...options, template: 'a thing' })).rejects.toThrow('does not tell the classes apart');
});
