import sharp from 'sharp';
import { ImageRefused } from '../refusal';

/** Eight-bit RGB pixels, row by row. */
export interface RawImage {
  width: number;
  height: number;
  /** 3 x width x height bytes, channels side by side. */
  data: Uint8Array;
}

/** A small file can claim any size; beyond 100 million pixels it is refused before it is decoded. */
const MAX_PIXELS = 100_000_000;

/**
 * Decodes a JPEG, PNG, WebP, GIF, TIFF or AVIF to RGB, as PIL's `convert('RGB')` does: transparency is dropped, embedded
 * colour profiles and orientation tags are not applied.
 *
 * @throws ImageRefused when the bytes are no image, or one that was cut short or is damaged
 */
export async function decodeImage(bytes: Uint8Array): Promise<RawImage> {
  try {
    const { data, info } = await sharp(bytes, { failOn: 'warning', limitInputPixels: MAX_PIXELS, ignoreIcc: true })
      .removeAlpha()
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data: info.channels === 3 ? data : repeatGrey(data) };
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new ImageRefused(`The image cannot be decoded (${why}). Remove it, or export it again.`);
  }
}

function repeatGrey(grey: Uint8Array): Uint8Array {
  const data = new Uint8Array(3 * grey.length);
  for (let i = 0; i < grey.length; i++) data.fill(grey[i]!, 3 * i, 3 * i + 3);
  return data;
}
