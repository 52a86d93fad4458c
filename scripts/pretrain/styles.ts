/** The looks a photograph is trained in; all but the first are made from it. */
export const STYLES = ['photograph', 'greyscale', 'posterised', 'sketch'] as const;

export type Style = (typeof STYLES)[number];

/** Brightness steps of a posterised picture, per channel. */
const POSTER_LEVELS = 3;

/** How dark the strongest edges of a sketch become. */
const PENCIL_PRESSURE = 1.6;

/** Rewrites `pixels`, interleaved RGB of size x size, in a style. */
export function applyStyle(style: Style, pixels: Uint8Array, size: number): void {
  if (style === 'greyscale') greyscale(pixels);
  else if (style === 'posterised') posterise(pixels);
  else if (style === 'sketch') sketch(pixels, size);
}

/** ITU-R BT.601, the weights that JPEG uses. */
function luma(pixels: Uint8Array, at: number): number {
  return 0.299 * pixels[at]! + 0.587 * pixels[at + 1]! + 0.114 * pixels[at + 2]!;
}

function greyscale(pixels: Uint8Array): void {
  for (let at = 0; at < pixels.length; at += 3) pixels.fill(Math.round(luma(pixels, at)), at, at + 3);
}

function posterise(pixels: Uint8Array): void {
  const step = 255 / (POSTER_LEVELS - 1);
  for (let at = 0; at < pixels.length; at++) pixels[at] = Math.round(Math.round(pixels[at]! / step) * step);
}

/** Dark lines on white where brightness changes: the magnitude of Sobel's gradient, inverted. */
function sketch(pixels: Uint8Array, size: number): void {
  const grey = Float32Array.from({ length: size * size }, (_, i) => luma(pixels, 3 * i));
  const at = (x: number, y: number) =>
    grey[Math.min(size - 1, Math.max(0, y)) * size + Math.min(size - 1, Math.max(0, x))]!;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const right = at(x + 1, y - 1) + 2 * at(x + 1, y) + at(x + 1, y + 1);
      const left = at(x - 1, y - 1) + 2 * at(x - 1, y) + at(x - 1, y + 1);
      const below = at(x - 1, y + 1) + 2 * at(x, y + 1) + at(x + 1, y + 1);
      const above = at(x - 1, y - 1) + 2 * at(x, y - 1) + at(x + 1, y - 1);
      const edge = (Math.hypot(right - left, below - above) / 4) * PENCIL_PRESSURE;
      const i = 3 * (y * size + x);
      pixels.fill(Math.max(0, Math.round(255 - edge)), i, i + 3);
    }
  }
}
