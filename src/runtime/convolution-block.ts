import { conv2d, forward, input, lower } from '../engine';
import { compile } from './compile';
import { Tensor } from './onnxruntime';

/** Vector widths, in floats, of the processors that ONNX Runtime has kernels for; widest first. */
const WIDTHS = [16, 8] as const;

/** Large enough for the blocked kernel to be chosen; channels fill both widths. */
const [CHANNELS, SIDE] = [32, 56];

let known: Promise<number | undefined> | undefined;

/**
 * How many channels a block of ONNX Runtime's fast convolution has on this processor; undefined where it has none. Nothing in the library's
 * interface tells, so a small convolution is tried with each width and compared with the plain operator. Asked once a process.
 */
export function convolutionBlock(): Promise<number | undefined> {
  known ??= find();
  return known;
}

async function find(): Promise<number | undefined> {
  const expected = await convolve(undefined);
  for (const width of WIDTHS) {
    // a build without these kernels refuses the model
    const actual = await convolve(width).catch(() => undefined);
    if (actual && expected.every((value, i) => Math.abs(value - actual[i]!) < 1e-3)) return width;
  }
  return undefined;
}

async function convolve(block: number | undefined): Promise<Float32Array> {
  const [x, w] = [input('x', [1, CHANNELS, SIDE, SIDE]), input('w', [CHANNELS, CHANNELS, 3, 3])];
  const { bytes, outputs } = lower(forward({ y: conv2d(x, w, { padding: 1 }) }), { convolutionBlock: block });
  const session = await compile(bytes, { threads: 1 });
  const wave = (shape: readonly number[]) =>
    new Tensor(
      'float32',
      Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(i)),
      shape,
    );
  const results = await session.run({ x: wave(x.shape), w: wave(w.shape) });
  await session.release();
  return results[outputs.get('y')!]!.data as Float32Array;
}
