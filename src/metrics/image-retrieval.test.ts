import { imageRetrieval } from './image-retrieval';
import { brief, plane } from './testing/plane';

const prompts = { cat: 0, dog: 90 };
const overall = (of: Parameters<typeof plane>[0]) =>
  brief(imageRetrieval.measure(plane(of))).filter((row) => (row as unknown[])[1] === null);

test('a caption of one image is found when that image is among the k nearest', () => {
  // 12 images at 0, 10, ..., 110, each with a caption 44 degrees further on, to which up to eight others are nearer: the places
  // of the own images are 9, 9, 9, 9, 8, 7, 6, 5, 4, 3, 2 and 1.
  const angles = Array.from({ length: 12 }, (_, i) => 10 * i);
  const captions = angles.map((angle) => `${angle}`);
  const captionAngles = Object.fromEntries(angles.map((angle) => [`${angle}`, angle + 44]));
  const samples = angles.map((angle) => [null, angle] as const);
  expect(overall({ prompts, samples, captions, captionAngles })).toEqual([
    ['R@1', null, 0.083333, 12, 0.083333],
    ['R@5', null, 0.416667, 12, 0.416667],
    ['R@10', null, 1, 12, 0.833333],
  ]);
});

test('a caption that images share is one query, found when any of them is', () => {
  const samples = [
    ['cat', 0],
    ['cat', 60],
    ['dog', 50],
    ['dog', 70],
  ] as const;
  const captions = ['a cat', 'a cat', 'a dog', 'a dog'];
  // The nearest to both 57 and 62 is 60, a cat.
  const rows = brief(
    imageRetrieval.measure(plane({ prompts, samples, captions, captionAngles: { 'a cat': 57, 'a dog': 62 } })),
  ).slice(0, 3);
  expect(rows).toEqual([
    ['R@1', null, 0.5, 2, 0.5],
    ['R@1', 'cat', 1, 1, 0.5],
    ['R@1', 'dog', 0, 1, 0.5],
  ]);
});

test('an image with two captions is one candidate and answers both', () => {
  const samples = [
    [null, 0],
    [null, 0],
    [null, 40],
  ] as const;
  const rows = overall({
    prompts,
    samples,
    same: [0, 0, 2],
    captions: ['one', 'two', 'three'],
    captionAngles: { one: 5, two: 30, three: 39 },
  });
  expect(rows[0]).toEqual(['R@1', null, 0.666667, 3, 0.5]); // "two" at 30 is nearer to 40
});
