import { forward, input, sum } from '../engine';
import { inputName } from '../method/input-name';
import { drawsOf, otherClasses, stepDraws } from './draws';

test('every sample gets another class than its own, any of them, the same at each asking', () => {
  const own = Array.from({ length: 300 }, (_, i) => i % 4);
  const others = otherClasses(own, 4, drawsOf(1, 'unlearn'), 'forget');
  expect(others.every((label, i) => label !== own[i] && label >= 0 && label < 4)).toBe(true);
  const ofClass0 = others.filter((_, i) => own[i] === 0);
  expect(new Set(ofClass0)).toEqual(new Set([1, 2, 3]));
  expect(otherClasses(own, 4, drawsOf(1, 'unlearn'), 'forget')).toEqual(others);
  expect(otherClasses(own, 4, drawsOf(2, 'unlearn'), 'forget')).not.toEqual(others);
});

describe('what a step draws', () => {
  const noise = input(inputName.normal(0), [1000]);
  const labels = input(inputName.labels('forget', 'any'), [1000], 'int64');
  const program = { ...forward({ noise: sum(noise) }), inputs: [noise, labels].map(leaf) };
  const at = (seed: number, stage: string, step: number) => stepDraws(program, drawsOf(seed, stage), 4)(step);

  test('is a function of seed, stage and step', () => {
    expect(at(1, 'a', 5)).toEqual(at(1, 'a', 5));
    for (const other of [at(2, 'a', 5), at(1, 'b', 5), at(1, 'a', 6)]) {
      expect(other['normal.0']).not.toEqual(at(1, 'a', 5)['normal.0']);
      expect(other['forget.labels.any']).not.toEqual(at(1, 'a', 5)['forget.labels.any']);
    }
  });

  test('is standard normal, and any class alike', () => {
    const drawn = at(3, 'a', 0);
    const values = [...(drawn['normal.0'] as Float32Array)];
    const mean = values.reduce((total, x) => total + x, 0) / 1000;
    const variance = values.reduce((total, x) => total + (x - mean) ** 2, 0) / 1000;
    expect(Math.abs(mean)).toBeLessThan(0.1);
    expect(Math.abs(variance - 1)).toBeLessThan(0.15);
    const classes = [...(drawn['forget.labels.any'] as BigInt64Array)].map(Number);
    for (const k of [0, 1, 2, 3]) expect(classes.filter((found) => found === k).length).toBeGreaterThan(200);
  });
});

function leaf(t: ReturnType<typeof input>) {
  if (t.node.op !== 'input') throw new Error('not an input');
  return t.node.attributes;
}
