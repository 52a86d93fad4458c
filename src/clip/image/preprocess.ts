import type { PreprocessConfig } from '../config';
import { decodeImage, type RawImage } from './decode-image';
import { resample } from './resample';

/** An encoded image, or one already decoded, to normalised pixels [3, size, size]. Throws `ImageRefused`. */
export type Preprocess = (image: Uint8Array | RawImage) => Promise<Float32Array>;

/** The preprocessing that a checkpoint's files ask for. */
export const preprocess =
  (config: PreprocessConfig): Preprocess =>
  async (image) =>
    preprocessPixels('data' in image ? image : await decodeImage(image), config);

/** Resize, centre crop, scale to [0, 1], normalise: [3, size, size]. */
export function preprocessPixels(image: RawImage, config: PreprocessConfig): Float32Array {
  const { size, mean, std, crop } = config;
  const { width, height, data } = resized(image, config);
  const left = offset(width - size, crop);
  const top = offset(height - size, crop);
  const pixels = new Float32Array(3 * size * size);
  for (let channel = 0, out = 0; channel < 3; channel++)
    for (let y = 0; y < size; y++)
      for (let x = 0; x < size; x++) {
        const value = data[3 * ((y + top) * width + x + left) + channel]! / 255;
        pixels[out++] = (value - mean[channel]!) / std[channel]!;
      }
  return pixels;
}

function resized(image: RawImage, { size, resizeTo = size, resize, interpolation }: PreprocessConfig): RawImage {
  const { width, height } = image;
  if (resize === 'squash') return resample(image, resizeTo, resizeTo, interpolation);
  // The longer side is rounded down, as torchvision's Resize and transformers do.
  const [w, h] =
    width <= height
      ? [resizeTo, Math.trunc((resizeTo * height) / width)]
      : [Math.trunc((resizeTo * width) / height), resizeTo];
  return resample(image, w, h, interpolation);
}

/** Half of the margin; Python's `round` sends a half to the even neighbour. */
function offset(margin: number, crop: PreprocessConfig['crop']): number {
  const below = Math.floor(margin / 2);
  return crop === 'half-even' && margin % 2 === 1 && below % 2 === 1 ? below + 1 : below;
}
