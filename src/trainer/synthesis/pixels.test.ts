import { blur, clampToPixels, roll } from './pixels';

const extent = { channels: 2, side: 3 };
const image = Float32Array.from({ length: 18 }, (_, i) => i);

test('what leaves at one edge comes in at the other, of every channel, and goes back', () => {
  expect([...roll(image, extent, 1, 0)].slice(0, 6)).toEqual([2, 0, 1, 5, 3, 4]);
  expect([...roll(image, extent, 0, 1)].slice(9, 15)).toEqual([15, 16, 17, 9, 10, 11]);
  expect(roll(roll(image, extent, 2, 1), extent, -2, -1)).toEqual(image);
});

test('a blur keeps what is even, spreads a point by the normal density, and mirrors at the edge', () => {
  const even = new Float32Array(18).fill(0.5);
  for (const value of blur(even, extent, 0.5)) expect(value).toBeCloseTo(0.5, 6);
  const side = 9;
  const point = new Float32Array(side * side);
  point[4 * side + 4] = 1;
  const spread = blur(point, { channels: 1, side }, 0.5);
  // exp(-1 / (2 * 0.25)) between neighbours
  expect(spread[4 * side + 5]! / spread[4 * side + 4]!).toBeCloseTo(Math.exp(-2), 5);
  expect(spread[5 * side + 5]! / spread[4 * side + 4]!).toBeCloseTo(Math.exp(-4), 5);
  expect(spread.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
  const corner = new Float32Array(side * side);
  corner[0] = 1;
  expect(blur(corner, { channels: 1, side }, 0.5).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
});

test('pixels stay what bytes can be, of each channel', () => {
  const wild = Float32Array.from([-9, 9, -9, 9]);
  const [low, high, low2, high2] = clampToPixels(wild, { channels: 2, side: 1 }, { mean: [0.5, 0.2], std: [0.5, 0.1] });
  expect([low, high]).toEqual([-1, 1]);
  expect(low2).toBeCloseTo(-2, 6);
  expect(high2).toBeCloseTo(8, 6);
});
