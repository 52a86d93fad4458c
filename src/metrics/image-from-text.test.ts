import { imageFromText } from './image-from-text';
import { brief, plane } from './testing/plane';

test('precision of the images nearest to each prompt', () => {
  const cats = [0, 10, 20, 30, 100, 110].map((angle) => ['cat', angle] as const);
  const dogs = [3, 90, 95, 105, 85, 15].map((angle) => ['dog', angle] as const);
  const rows = brief(
    imageFromText.measure(plane({ prompts: { cat: 1, dog: 91, owl: 50 }, samples: [...cats, ...dogs] })),
  );
  expect(rows).toEqual([
    ['P@1', null, 1, 2, 0.5],
    ['P@1', 'cat', 1, 1, 0.5], // 0
    ['P@1', 'dog', 1, 1, 0.5], // 90
    ['P@5', null, 0.7, 10, 0.5],
    ['P@5', 'cat', 0.6, 5, 0.5], // 0 3 10 15 20
    ['P@5', 'dog', 0.8, 5, 0.5], // 90 95 85 100 105
    ['P@10', null, 0.5, 20, 0.5],
    ['P@10', 'cat', 0.5, 10, 0.5], // all but 105 and 110
    ['P@10', 'dog', 0.5, 10, 0.5], // all but 0 and 3
  ]);
});

test('with fewer images than k, k is their number; one image is one of one', () => {
  expect(brief(imageFromText.measure(plane({ prompts: { cat: 0 }, samples: [['cat', 90]] })))).toEqual(
    ['P@1', 'P@5', 'P@10'].flatMap((key) => [
      [key, null, 1, 1, 1],
      [key, 'cat', 1, 1, 1],
    ]),
  );
});
