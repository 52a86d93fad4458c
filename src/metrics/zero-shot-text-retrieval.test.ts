import { brief, plane } from './testing/plane';
import { zeroShotTextRetrieval } from './zero-shot-text-retrieval';

test('a prompt is asked for as many images as its class has, an image for the place of its prompt', () => {
  // From cat (0): 5 and 25, of which one is a cat. From dog (60): 50 and 25, of which one is a dog.
  const samples = [
    ['cat', 5],
    ['cat', 50],
    ['dog', 25],
    ['dog', 100],
  ] as const;
  const rows = brief(zeroShotTextRetrieval.measure(plane({ prompts: { cat: 0, dog: 60 }, samples })));
  expect(rows).toEqual([
    ['R-precision', null, 0.5, 4, 0.5],
    ['R-precision', 'cat', 0.5, 2, 0.5],
    ['R-precision', 'dog', 0.5, 2, 0.5],
    // 5 and 100 are nearest to their own prompt, 50 and 25 to the other.
    ['MRR', null, 0.75, 4, 0.75],
    ['MRR', 'cat', 0.75, 2, 0.75],
    ['MRR', 'dog', 0.75, 2, 0.75],
  ]);
});

test('a model whose prompts are all the same is as good as guessing', () => {
  const samples = [
    ['cat', 5],
    ['dog', 50],
    ['owl', 30],
  ] as const;
  const rows = zeroShotTextRetrieval.measure(plane({ prompts: { cat: 0, dog: 0, owl: 0 }, samples }));
  const mrr = rows.find(({ key, subject }) => key === 'MRR' && subject === null)!;
  expect(mrr.value).toBeCloseTo((1 + 1 / 2 + 1 / 3) / 3, 12);
  expect(mrr.chance).toBeCloseTo(mrr.value, 12);
});
