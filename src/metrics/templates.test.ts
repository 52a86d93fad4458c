import { CHANGED_TEMPLATES, templates } from './templates';
import { brief, plane } from './testing/plane';

test('each template is a classifier of its own, the ensemble plays no part', () => {
  const [first, second, third] = CHANGED_TEMPLATES;
  const byTemplate = { [first]: [0, 90], [second]: [90, 0], [third]: [0, -20] };
  const of = plane({
    prompts: { cat: 180, dog: 270 },
    samples: [
      ['cat', 10],
      ['dog', 80],
    ],
    byTemplate,
  });
  expect(brief(templates.measure(of)).filter((row) => (row as unknown[])[1] === null)).toEqual([
    [first, null, 1, 2, 0.5],
    [second, null, 0, 2, 0.5],
    [third, null, 0.5, 2, 0.5],
  ]);
});

test('three templates, all different, each with a place for the name', () => {
  expect(new Set(CHANGED_TEMPLATES).size).toBe(3);
  for (const template of CHANGED_TEMPLATES) expect(template).toContain('{}');
});
