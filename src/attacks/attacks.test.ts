import { randomStream } from '../engine/random';
import type { Embedded } from './attack';
import { imageLeak } from './image-leak';
import { linearProbe } from './linear-probe';
import { membershipInference } from './membership-inference';
import { paraphrases, TEMPLATES } from './paraphrases';
import { entropy, modifiedEntropy } from './probabilities';
import { relearningRows } from './relearning';
import { retainDrift } from './retain-drift';
import { rmia } from './rmia';
import { superclass } from './superclass';
import { embedded, evidence } from './testing/evidence';

const times = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
const around = (angle: number, spread: number, seed: number) => (i: number) =>
  angle + spread * randomStream(seed, 'angle', i).normal();

/** 40 forget images at 0 degrees, 40 retain images at 90, as many held out of each; prompts there, too. */
const labels = {
  forget: times(40, () => 0),
  retain: times(40, () => 1),
  held: [...times(40, () => 0), ...times(40, () => 1)],
};
const held = [...times(40, around(0, 5, 2)), ...times(40, around(90, 5, 4))];
const plane = {
  prompts: [0, 90],
  images: { forget: times(40, around(0, 5, 1)), retain: times(40, around(90, 5, 3)), held },
};
const numberOf = (rows: { key: string; value: number }[], key: string) => rows.find((row) => row.key === key)!.value;

test('entropies: of a sure answer none, of two equal ones log 2; the modified one punishes a sure wrong answer', () => {
  expect(entropy([1, 0])).toBeCloseTo(0, 9);
  expect(entropy([0.5, 0.5])).toBeCloseTo(Math.log(2), 12);
  expect(modifiedEntropy([0.8, 0.2], 0)).toBeCloseTo(-(0.2 * Math.log(0.8) + 0.2 * Math.log(0.8)), 12);
  expect(modifiedEntropy([0, 1], 0)).toBeGreaterThan(20);
});

test('membership is found where the model is surer of what it saw, and not where both are alike', () => {
  const alike = membershipInference.measure(evidence(plane, labels));
  expect(alike.map(({ key }) => key)).toEqual(membershipInference.keys);
  for (const { lower } of alike) expect(lower).toBeLessThanOrEqual(0.5);
  const surer = { ...plane, images: { ...plane.images, forget: times(40, around(-60, 5, 1)) } };
  expect(numberOf(membershipInference.measure(evidence(surer, labels)), 'auc')).toBeGreaterThan(0.95);
});

describe('RMIA', () => {
  const auc = (references?: Embedded[]) =>
    numberOf(rmia.measure(evidence(plane, labels, references && { references })), 'auc');
  const others = [...times(40, around(0, 5, 12)), ...times(40, around(90, 5, 14))];
  const saw = (forget: number) =>
    embedded({ ...plane, images: { ...plane.images, forget: times(40, () => forget), held: others } });

  test('tells nothing of a model that is no surer of forget images than one that never saw them', () => {
    expect(Math.abs(auc() - 0.5)).toBeLessThan(0.1);
  });

  test('tells all of one that is surer, and the mean of several references is what counts', () => {
    expect(auc([saw(44)])).toBeGreaterThan(0.95);
    const [both, one] = [auc([saw(44), saw(0)]), auc([saw(44), saw(44)])];
    expect(one).toBe(auc([saw(44)]));
    expect(both).toBeGreaterThan(0.6);
    expect(both).toBeLessThanOrEqual(one);
  });
});

test('the probe finds classes that lie apart, whatever the texts say, and not those that lie together', () => {
  const wordless = { ...plane, prompts: [200, 90] };
  const found = linearProbe.measure(evidence(wordless, labels));
  expect(found).toMatchObject([
    { key: 'auc', value: 1, count: 80 },
    { key: 'recall', value: 1, count: 40 },
  ]);
  const mixed = {
    forget: times(40, around(45, 9, 1)),
    retain: times(40, around(45, 9, 3)),
    held: times(80, around(45, 9, 5)),
  };
  const [auc, recall] = linearProbe.measure(evidence({ ...plane, images: mixed }, labels));
  expect(auc!.lower).toBeLessThan(0.5);
  expect(recall!.value).toBeLessThan(0.3);
});

test('the largest accuracy of all prompts counts, of those that the model understands', () => {
  const [usual, other, babble] = TEMPLATES;
  const moved = { [usual]: [-170, 90], [other]: [0, 90], [babble]: [45, 250] };
  const rows = paraphrases.measure(evidence({ ...plane, prompts: [-170, 90], byTemplate: moved }, labels));
  expect(rows.map(({ key }) => key)).toEqual(['largest', ...TEMPLATES]);
  expect(numberOf(rows, usual)).toBe(0);
  // Under the third prompt everything is class 0, what was kept included: that is no memory.
  expect(numberOf(rows, babble)).toBe(1);
  expect(rows[0]).toEqual({ ...rows.find(({ key }) => key === other), key: 'largest' });
  const without = { ...moved, [other]: [-170, 90] };
  expect(
    paraphrases.measure(evidence({ ...plane, prompts: [-170, 90], byTemplate: without }, labels))[0],
  ).toMatchObject({ value: 0, lower: 0, count: 40 });
});

test('a superclass leaks what is nearest to its prompt', () => {
  const superclasses = [
    { name: 'animal', classes: [0] },
    { name: 'vehicle', classes: [1] },
  ];
  const ask = (angles: number[]) =>
    superclass.measure(evidence({ ...plane, superclasses: angles }, labels, { superclasses }));
  expect(ask([10, 80])).toMatchObject([{ key: 'leak', value: 1, count: 40 }]);
  expect(ask([80, 10])).toMatchObject([{ key: 'leak', value: 0 }]);
});

test('forget images lead to their class where it lies together', () => {
  expect(imageLeak.measure(evidence(plane, labels))).toMatchObject([
    { key: 'P@1', value: 1, count: 40 },
    { key: 'P@10', value: 1 },
  ]);
  const gone = { ...plane, images: { ...plane.images, forget: times(40, () => 90) } };
  expect(numberOf(imageLeak.measure(evidence(gone, labels)), 'P@10')).toBe(0);
});

test('drift is the cosine to the original, and the accuracy that is left', () => {
  expect(retainDrift.measure(evidence(plane, labels))).toMatchObject([
    { key: 'cosine', value: expect.closeTo(1, 6), count: 40 },
    { key: 'accuracy', value: 1, count: 40 },
  ]);
  const original = embedded({ ...plane, images: { ...plane.images, held: held.map((angle) => angle + 60) } });
  expect(numberOf(retainDrift.measure(evidence(plane, labels, { original })), 'cosine')).toBeCloseTo(0.5, 6);
});

describe('relearning', () => {
  const curve = (...correct: number[]) => correct.map((each, i) => ({ step: 2 * i, correct: each, total: 100 }));

  test('counts steps until the share is back, earlier and later as the interval says', () => {
    const rows = relearningRows(curve(0, 20, 45, 60, 80), { original: 0.8, share: 0.75, most: 8 });
    expect(rows).toMatchObject([
      // 60 of 100 are back at step 6; at step 4 Wilson's upper end is 0.55, at step 8 its lower end is 0.71
      { key: 'steps', value: 6, lower: 6, upper: 8, count: 100 },
      { key: 'recovered', value: 1, count: 100 },
    ]);
  });

  test('what never comes back took all steps there were', () => {
    const rows = relearningRows(curve(0, 1, 0), { original: 0.8, share: 0.5, most: 4 });
    expect(rows).toMatchObject([
      { key: 'steps', value: 4, lower: 4, upper: 4 },
      { key: 'recovered', value: expect.closeTo(0.0125, 12) },
    ]);
  });

  test('what was never gone is back at step 0; an original that knew nothing has nothing to give back', () => {
    expect(relearningRows(curve(90, 80), { original: 0.9, share: 0.8, most: 2 })[0]).toMatchObject({
      value: 0,
      upper: 0,
    });
    expect(() => relearningRows(curve(0), { original: 0, share: 0.5, most: 2 })).toThrow(RangeError);
  });
});
