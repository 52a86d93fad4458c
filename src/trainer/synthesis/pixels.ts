/** An image's extents: [channels, side, side]. */
export interface Extent {
  readonly channels: number;
  readonly side: number;
}

/** The image moved by (dx, dy), what leaves at one edge coming in at the other; by (-dx, -dy) it goes back. */
export function roll(image: Float32Array, { channels, side }: Extent, dx: number, dy: number): Float32Array {
  if (dx === 0 && dy === 0) return image;
  const rolled = new Float32Array(image.length);
  const around = (position: number) => ((position % side) + side) % side;
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < side; y++) {
      const from = (c * side + y) * side;
      const to = (c * side + around(y + dy)) * side;
      for (let x = 0; x < side; x++) rolled[to + around(x + dx)] = image[from + x]!;
    }
  return rolled;
}

/** Gaussian blur of standard deviation `sigma` pixels, cut off at four of them; beyond the edge, the image is mirrored. */
export function blur(image: Float32Array, extent: Extent, sigma: number): Float32Array {
  const radius = Math.ceil(4 * sigma);
  const raw = Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)));
  const total = raw.reduce((sum, value) => sum + value, 0);
  const kernel = raw.map((value) => value / total);
  return along(along(image, extent, kernel, 1), extent, kernel, extent.side);
}

function along(image: Float32Array, { side }: Extent, kernel: readonly number[], stride: number): Float32Array {
  const radius = (kernel.length - 1) / 2;
  const mirrored = (position: number): number => {
    const around = ((position % (2 * side)) + 2 * side) % (2 * side);
    return around < side ? around : 2 * side - 1 - around;
  };
  return image.map((_, at) => {
    const position = Math.floor(at / stride) % side;
    let sum = 0;
    for (let k = -radius; k <= radius; k++)
      sum += kernel[k + radius]! * image[at + (mirrored(position + k) - position) * stride]!;
    return sum;
  });
}

/** Within what an image of bytes can have after normalisation, of each channel. */
export function clampToPixels(
  image: Float32Array,
  { channels }: Extent,
  { mean, std }: { readonly mean: readonly number[]; readonly std: readonly number[] },
): Float32Array {
  const plane = image.length / channels;
  return image.map((value, i) => {
    const c = Math.floor(i / plane);
    return Math.min(Math.max(value, -mean[c]! / std[c]!), (1 - mean[c]!) / std[c]!);
  });
}
