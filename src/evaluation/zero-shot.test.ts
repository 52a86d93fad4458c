import { zeroShot } from './zero-shot';

/** A model whose texts and images are what they say: one direction for each animal, mixed by the word "or". */
const DIRECTIONS: Record<string, number[]> = { cat: [1, 0, 0], dog: [0, 1, 0], owl: [0, 0, 1] };
const encoder = {
  imageFeatures: async (images: readonly Float32Array[]) => [...images],
  textFeatures: async (texts: readonly string[]) =>
    texts.map((text) =>
      Float32Array.from([0, 1, 2], (i) =>
        Object.entries(DIRECTIONS).reduce((sum, [word, of]) => sum + (text.includes(word) ? of[i]! : 0), 0),
      ),
    ),
};
const image = (...values: number[]) => Float32Array.from(values);

describe('zero-shot accuracy', () => {
  test('counts for each class the images whose own prompt is nearest', async () => {
    const images = [image(1, 0, 0), image(0.9, 0.1, 0), image(0.2, 0.8, 0), image(0, 1, 0), image(0.6, 0.4, 0)];
    const labels = ['cat', 'cat', 'cat', 'dog', 'dog'];
    const report = await zeroShot(encoder, { images, labels }, ['cat', 'dog', 'owl']);
    expect(report.classes.map(({ name, correct, total }) => [name, correct, total])).toEqual([
      ['cat', 2, 3],
      ['dog', 1, 2],
    ]);
    expect(report.overall).toMatchObject({ correct: 3, total: 5, accuracy: 0.6 });
    expect(report.chance).toBeCloseTo(1 / 3, 12);
    expect(report.classes[0]!.low).toBeLessThan(2 / 3);
    expect(report.classes[0]!.high).toBeGreaterThan(2 / 3);
  });

  test('takes the mean direction of all templates: one that names another class pulls towards it', async () => {
    const between = { images: [image(0.45, 0.55, 0)], labels: ['dog'] };
    const plain = await zeroShot(encoder, between, ['cat', 'dog'], { templates: ['a photo of a {}'] });
    expect(plain.overall.correct).toBe(1);
    const templates = ['a {}', 'a {} or an owl'];
    const ensemble = await zeroShot(encoder, { images: [image(0, 0, 1)], labels: ['cat'] }, ['cat', 'owl'], {
      templates,
    });
    expect(ensemble.overall.correct).toBe(0);
  });

  test('refuses a label that is none of the classes', async () => {
    await expect(zeroShot(encoder, { images: [image(1, 0, 0)], labels: ['fox'] }, ['cat', 'dog'])).rejects.toThrow(
      '"fox" is none of the classes',
    );
  });
});
