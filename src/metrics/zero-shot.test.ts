import { brief, plane } from './testing/plane';
import { zeroShot } from './zero-shot';
import { zeroShotReport } from './zero-shot-report';

const prompts = { cat: 0, dog: 60, owl: 120 };

test('counts images whose nearest prompt is their own, for classes that have images', () => {
  const rows = zeroShot.measure(
    plane({
      prompts,
      samples: [
        ['cat', 10],
        ['cat', 40],
        ['dog', 55],
        ['dog', 70],
      ],
    }),
  );
  expect(brief(rows)).toEqual([
    ['accuracy', null, 0.75, 4, 0.333333],
    ['accuracy', 'cat', 0.5, 2, 0.333333],
    ['accuracy', 'dog', 1, 2, 0.333333],
  ]);
  expect(rows[1]!.lower).toBeCloseTo(0.0945, 4); // Wilson for 1 of 2
  expect(zeroShotReport(rows)).toMatchObject({
    overall: { correct: 3, total: 4 },
    classes: [
      { name: 'cat', correct: 1, total: 2 },
      { name: 'dog', correct: 2, total: 2 },
    ],
  });
});

test('of equally near prompts the first class has it; one class is always right', () => {
  expect(
    brief(
      zeroShot.measure(
        plane({
          prompts: { cat: 0, dog: 0 },
          samples: [
            ['cat', 5],
            ['dog', 5],
          ],
        }),
      ),
    ),
  ).toEqual([
    ['accuracy', null, 0.5, 2, 0.5],
    ['accuracy', 'cat', 1, 1, 0.5],
    ['accuracy', 'dog', 0, 1, 0.5],
  ]);
  expect(brief(zeroShot.measure(plane({ prompts: { cat: 0 }, samples: [['cat', 170]] })))).toEqual([
    ['accuracy', null, 1, 1, 1],
    ['accuracy', 'cat', 1, 1, 1],
  ]);
});

test('without images there are no rows and no report', () => {
  expect(zeroShot.measure(plane({ prompts, samples: [] }))).toEqual([]);
  expect(zeroShotReport([])).toBeNull();
});
