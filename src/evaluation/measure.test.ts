import { METRIC_NAMES } from '../metrics';
import { at } from '../metrics/testing/plane';
import { type EvaluationPlan, measure, textsOf } from './measure';

const labelled = [
  { hash: 'a', label: 'cat', caption: null },
  { hash: 'b', label: 'cat', caption: null },
  { hash: 'c', label: 'dog', caption: 'a wet dog' },
];
const plan: EvaluationPlan = {
  metrics: [...METRIC_NAMES],
  samples: labelled,
  classes: ['cat', 'dog'],
  templates: null,
  forgetClasses: ['cat'],
  groups: [],
};
const features = (images: number[], captions = [0, 90, 45]) => ({
  images: images.map(at),
  classifier: [at(0), at(90)],
  byTemplate: new Map(textsOf(plan).alone.map((template) => [template, [at(0), at(90)]])),
  captions: captions.map(at),
});

test('every metric answers, in the order asked for, and says how far it is', async () => {
  const seen: unknown[] = [];
  const values = await measure(plan, features([5, 70, 80]), features([5, 10, 80]), (...told) => void seen.push(told));
  expect([...new Set(values.map(({ metric }) => metric))]).toEqual(METRIC_NAMES);
  expect(seen).toEqual([...METRIC_NAMES.map((name, done) => [name, done]), [null, METRIC_NAMES.length]]);
  expect(values.find(({ metric, key }) => metric === 'LIP_SCORE' && key === 'score')!.value).toBeCloseTo(0.25, 12);
});

test('texts are asked for when a metric needs them: captions once each, the prompt where there is none', () => {
  expect(textsOf(plan)).toMatchObject({
    templates: ['a photo of a {}'],
    captions: ['a photo of a cat', 'a wet dog'],
  });
  expect(textsOf({ ...plan, metrics: ['ZERO_SHOT'] })).toMatchObject({ alone: [], captions: [] });
});

test('images without a class change nothing for metrics of classes', async () => {
  const stray = { hash: 'x', label: null, caption: 'something' };
  const twin = { hash: 'a', label: null, caption: 'the first one again' };
  const samples = [stray, twin, ...labelled];
  const angles = [5, 70, 80];
  const [without, beside] = [
    await measure(plan, features(angles), features(angles)),
    await measure(
      { ...plan, samples },
      features([1, 5, ...angles], [1, 2, 0, 90]),
      features([1, 5, ...angles], [1, 2, 0, 90]),
    ),
  ];
  const ofClasses = (values: typeof without) =>
    values.filter(({ metric }) => !['IMAGE_RETRIEVAL', 'TEXT_RETRIEVAL', 'EMBEDDING_DRIFT'].includes(metric));
  expect(ofClasses(beside)).toEqual(ofClasses(without));
  expect(beside.find(({ metric }) => metric === 'IMAGE_RETRIEVAL')!.count).toBe(4);
});
