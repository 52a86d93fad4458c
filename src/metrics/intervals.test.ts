import { bootstrap, meanRow, rateRows } from './intervals';
import { wilson } from './wilson';

test('rates are means by weight, over all and for each class that has trials', () => {
  const rows = rateRows(
    'P@2',
    ['cat', 'dog', 'owl'],
    [
      { value: 0.5, weight: 2, chance: 0.4, classes: [0] },
      { value: 1, weight: 6, chance: 0.2, classes: [1] },
    ],
  );
  const { low, high } = wilson(7, 8);
  expect(rows).toEqual([
    { key: 'P@2', subject: null, value: 7 / 8, lower: low, upper: high, count: 8, chance: expect.closeTo(0.25, 12) },
    expect.objectContaining({ subject: 'cat', value: 0.5, count: 2, chance: 0.4 }),
    expect.objectContaining({ subject: 'dog', value: 1, count: 6, upper: 1 }),
  ]);
  expect(rateRows('accuracy', ['cat'], [])).toEqual([]);
});

test('a mean has a normal interval, a single value none, nothing no row', () => {
  const [row] = meanRow('image', 'cat', [1, 2, 3]); // s = 1
  expect(row).toMatchObject({ value: 2, count: 3, chance: null });
  expect(row!.upper! - 2).toBeCloseTo(1.959964 / Math.sqrt(3), 6);
  expect(2 - row!.lower!).toBeCloseTo(1.959964 / Math.sqrt(3), 6);
  expect(meanRow('image', null, [0.5])).toMatchObject([{ value: 0.5, lower: null, upper: null, count: 1 }]);
  expect(meanRow('image', null, [])).toEqual([]);
});

test('the bootstrap of a mean agrees with its standard error, and is the same each time', () => {
  const values = Array.from({ length: 64 }, (_, i) => i % 2); // standard error 0.0625
  const mean = (draw: (n: number) => number) =>
    values.reduce((sum) => sum + values[draw(values.length)]!, 0) / values.length;
  const [low, high] = bootstrap(mean)!;
  expect(Math.abs(low - (0.5 - 1.96 * 0.0625))).toBeLessThan(0.02);
  expect(Math.abs(high - (0.5 + 1.96 * 0.0625))).toBeLessThan(0.02);
  expect(bootstrap(mean)).toEqual([low, high]);
  expect(bootstrap((draw) => (draw(2) === 0 ? null : 1))).toBeNull();
});
