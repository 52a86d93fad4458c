import {
  conv2d,
  forward,
  grad,
  input,
  interpret,
  lower,
  matmul,
  type Program,
  relu,
  size,
  square,
  sum,
  type Tensor,
} from '../engine';
import { createSession } from '.';
import { convolutionBlock } from './convolution-block';

/** Random enough, the same each time. */
const numbers = (shape: readonly number[], seed: number) =>
  Float32Array.from({ length: size(shape) }, (_, i) => Math.sin(1.3 * seed + 12.9898 * i) / 2);

const relative = (actual: Float32Array, expected: ArrayLike<number>) => {
  let [difference, norm] = [0, 0];
  for (const [i, value] of actual.entries()) {
    difference += (value - expected[i]!) ** 2;
    norm += expected[i]! ** 2;
  }
  return Math.sqrt(difference / norm);
};

async function run(program: Program, feeds: Record<string, Float32Array>, fastConvolution: boolean) {
  const session = await createSession(program, { threads: 2, fastConvolution });
  const results = await session.run(feeds);
  await session.dispose();
  return results as Record<string, Float32Array>;
}

describe('fast convolution', () => {
  it('is found on processors with wide vectors', async () => {
    expect([undefined, 8, 16]).toContain(await convolutionBlock());
  });

  it.each<[string, [number, number, number], number, number, number, number]>([
    ['channels that fill blocks', [1, 16, 58], 16, 3, 1, 1],
    ['channels that do not', [1, 4, 58], 20, 3, 1, 1],
    ['a stride', [1, 4, 116], 8, 3, 2, 1],
    ['a stride, of few channels', [2, 3, 12], 4, 3, 2, 1],
    ['no padding', [1, 8, 58], 4, 3, 1, 0],
    ['a wide kernel', [1, 4, 58], 4, 5, 1, 2],
    ['small images', [3, 4, 8], 4, 3, 1, 1],
    ['a 1x1 kernel on large images', [3, 8, 9], 12, 1, 1, 0],
    ['a 1x1 kernel on small images', [3, 8, 4], 12, 1, 1, 0],
    ['a 1x1 kernel on images of one pixel', [5, 8, 1], 12, 1, 1, 0],
  ])(
    'gives what the plain operators and the interpreter give, value and gradients: %s',
    async (_, [n, c, side], o, k, stride, padding) => {
      const shapes = { x: [n, c, side, side], w: [o, c, k, k], b: [o] };
      const [x, w, bias] = Object.entries(shapes).map(([name, shape]) => input(name, shape)) as [
        Tensor,
        Tensor,
        Tensor,
      ];
      const y = relu(conv2d(x, w, { stride, padding, bias }));
      const tensors = [y, ...grad(sum(square(y)), [x, w])];
      const names = ['y', 'dx', 'dw'];
      const program = forward(Object.fromEntries(names.map((name, i) => [name, tensors[i]!])));
      expect(lower(program, { convolutionBlock: 16 }).digest).not.toBe(lower(program).digest);

      const feeds = Object.fromEntries(Object.entries(shapes).map(([name, shape], i) => [name, numbers(shape, i)]));
      const [fast, plain] = [await run(program, feeds, true), await run(program, feeds, false)];
      const exact = interpret(tensors, feeds);
      for (const [i, name] of names.entries()) {
        expect(relative(fast[name]!, plain[name]!)).toBeLessThan(2e-6);
        expect(relative(fast[name]!, exact[i]!.data)).toBeLessThan(2e-6);
      }
    },
  );

  it.each([
    [false, true],
    [true, false],
    [true, true],
  ])('multiplies batches of transposed operands as the plain operators do: %s, %s', async (transposeA, transposeB) => {
    const shapes = {
      a: transposeA ? [3, 5, 7] : [3, 7, 5],
      b: transposeB ? [3, 4, 5] : [3, 5, 4],
      x: [1, 4, 3, 3],
      w: [4, 4, 1, 1],
    };
    const [a, b, x, w] = Object.entries(shapes).map(([name, shape]) => input(name, shape)) as [
      Tensor,
      Tensor,
      Tensor,
      Tensor,
    ];
    // the fast operators are used in programs that convolve
    const program = forward({ y: matmul(a, b, { transposeA, transposeB }), z: conv2d(x, w) });
    const feeds = Object.fromEntries(Object.entries(shapes).map(([name, shape], i) => [name, numbers(shape, i)]));
    const [fast, plain] = [await run(program, feeds, true), await run(program, feeds, false)];
    expect(relative(fast.y!, plain.y!)).toBeLessThan(1e-6);
  });
});
