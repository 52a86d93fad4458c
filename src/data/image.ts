import sharp from 'sharp';
import { DataRefusal } from './data-refusal';

/** 8-bit RGB, interleaved: data has width x height x 3 values. */
export interface RawImage {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** More pixels than this in one image are taken for an attack, not a photograph. */
const MAX_PIXELS = 1e8;

/** Decodes an image to RGB, alpha dropped. Warnings of the decoder, such as missing data at the end, count as corruption. */
export async function decodeImage(name: string, bytes: Buffer): Promise<RawImage> {
  try {
    const decoder = sharp(bytes, { failOn: 'warning', limitInputPixels: MAX_PIXELS }).autoOrient();
    const { data, info } = await decoder
      .toColourspace('srgb')
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { data, width: info.width, height: info.height };
  } catch (error) {
    const reason = (error as Error).message.split('\n')[0];
    throw new DataRefusal('IMAGE_CORRUPT', `"${name}" cannot be decoded (${reason}): replace or remove it.`, name);
  }
}

/** Refuses an image that cannot be decoded to its last row. */
export async function verifyImage(name: string, bytes: Buffer): Promise<void> {
  await decodeImage(name, bytes);
}
