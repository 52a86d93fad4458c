import { embeddingDrift } from './embedding-drift';
import { brief, plane } from './testing/plane';

test('1 - cos of the angle each embedding went, images and prompts apart', () => {
  const of = plane({
    prompts: { cat: 60, dog: 90 },
    samples: [
      ['cat', 60],
      ['cat', 0],
      [null, 190],
    ],
    reference: { samples: [0, 0, 10], prompts: { cat: 0, dog: 90 } },
  });
  expect(brief(embeddingDrift.measure(of))).toEqual([
    ['image', null, 0.833333, 3, null],
    ['image', 'cat', 0.25, 2, null],
    ['text', null, 0.25, 2, null],
    ['text', 'cat', 0.5, 1, null],
    ['text', 'dog', 0, 1, null],
  ]);
  expect(embeddingDrift.measure(of)[3]).toMatchObject({ lower: null, upper: null });
});
