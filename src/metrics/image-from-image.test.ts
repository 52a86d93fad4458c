import { imageFromImage } from './image-from-image';
import { brief, plane } from './testing/plane';

const prompts = { cat: 0, dog: 90 };

test('precision of the images nearest to each image, itself left out', () => {
  const samples = [
    ['cat', 0],
    ['cat', 4],
    ['dog', 7],
    ['dog', 40],
  ] as const;
  // Nearest to 0: 4 (cat). To 4: 7 (dog). To 7: 4 (cat). To 40: 7 (dog).
  expect(brief(imageFromImage.measure(plane({ prompts, samples })))).toEqual([
    ['P@1', null, 0.5, 4, 0.333333],
    ['P@1', 'cat', 0.5, 2, 0.333333],
    ['P@1', 'dog', 0.5, 2, 0.333333],
    // There are three others, of which one is of the class.
    ...['P@5', 'P@10'].flatMap((key) => [null, 'cat', 'dog'].map((who) => [key, who, 0.333333, who ? 2 : 4, 0.333333])),
  ]);
});

test('the same image under two captions does not find itself', () => {
  const samples = [
    ['cat', 0],
    ['cat', 0],
    ['dog', 5],
    ['cat', 30],
  ] as const;
  const rows = brief(imageFromImage.measure(plane({ prompts, samples, same: [0, 0, 2, 3] })));
  expect(rows.slice(0, 3)).toEqual([
    ['P@1', null, 0, 3, 0.333333],
    ['P@1', 'cat', 0, 2, 0.5],
    ['P@1', 'dog', 0, 1, 0],
  ]);
});

test('one image finds nothing, so there is nothing to tell', () => {
  expect(imageFromImage.measure(plane({ prompts, samples: [['cat', 0]] }))).toEqual([]);
});
