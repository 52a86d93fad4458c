import sharp from 'sharp';

/** How pixels were normalised, and the image's side. */
export interface SheetOptions {
  readonly size: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** Images smaller than this are shown larger, each pixel as a square. */
const LEGIBLE = 64;
const GAP = 2;

/** Normalised images [3, S, S] side by side, row by row, as they would look: a PNG. */
export async function imageSheet(images: readonly Float32Array[], { size, mean, std }: SheetOptions): Promise<Buffer> {
  const columns = Math.ceil(Math.sqrt(images.length));
  const rows = Math.ceil(images.length / columns);
  const cell = size + GAP;
  const [width, height] = [columns * cell + GAP, rows * cell + GAP];
  const bytes = Buffer.alloc(width * height * 3, 255);
  for (const [i, image] of images.entries()) {
    const top = Math.floor(i / columns) * cell + GAP;
    const left = (i % columns) * cell + GAP;
    for (let at = 0; at < image.length; at++) {
      const channel = Math.floor(at / size ** 2);
      const [y, x] = [Math.floor(at / size) % size, at % size];
      const value = 255 * (image[at]! * std[channel]! + mean[channel]!);
      bytes[((top + y) * width + left + x) * 3 + channel] = Math.min(Math.max(Math.round(value), 0), 255);
    }
  }
  const scale = Math.max(1, Math.ceil(LEGIBLE / size));
  return sharp(bytes, { raw: { width, height, channels: 3 } })
    .resize(width * scale, height * scale, { kernel: 'nearest' })
    .png()
    .toBuffer();
}
