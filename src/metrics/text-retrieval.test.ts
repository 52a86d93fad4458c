import { brief, plane } from './testing/plane';
import { textRetrieval } from './text-retrieval';

const prompts = { cat: 0, dog: 90 };
const first = (of: Parameters<typeof plane>[0]) => brief(textRetrieval.measure(plane(of)))[0];

test('an image finds its caption among the distinct ones', () => {
  const captions = ['a', 'b', 'c'];
  const captionAngles = { a: 0, b: 30, c: 60 };
  const samples = [
    ['cat', 4],
    ['cat', 10],
    ['dog', 50],
  ] as const; // b's image is nearer to a
  expect(first({ prompts, samples, captions, captionAngles })).toEqual(['R@1', null, 0.666667, 3, 0.333333]);
});

test('an image with several captions is asked once and finds any of them', () => {
  const of = {
    prompts,
    samples: [
      [null, 0],
      [null, 0],
      [null, 50],
    ] as const,
    same: [0, 0, 2],
  };
  const captionAngles = { far: 70, near: 5, other: 20 };
  // The image at 50 is nearer to "far" than to its own caption.
  const captions = ['far', 'near', 'other'];
  expect(first({ ...of, captions, captionAngles })).toEqual(['R@1', null, 0.5, 2, 0.5]);
});

test('with the prompts of two classes as captions R@5 is certain, and so is chance', () => {
  const samples = [
    ['cat', 80],
    ['dog', 10],
  ] as const;
  const rows = brief(
    textRetrieval.measure(plane({ prompts, samples, captions: ['cat', 'dog'], captionAngles: { cat: 0, dog: 90 } })),
  );
  expect(rows.filter((row) => (row as unknown[])[1] === null)).toEqual([
    ['R@1', null, 0, 2, 0.5],
    ['R@5', null, 1, 2, 1],
    ['R@10', null, 1, 2, 1],
  ]);
});
