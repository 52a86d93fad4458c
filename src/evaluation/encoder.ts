import { buildClip, type ClipConfig } from '../clip';
import { forward, input, type Weights } from '../engine';
import { unit } from '../metrics';
import { createSession, type Device, type Session } from '../runtime';

/** A CLIP ready to embed images and texts. All features have unit length. */
export interface Encoder {
  /** Preprocessed images, [3,S,S] each. */
  imageFeatures(
    images: readonly Float32Array[],
    onProgress?: (done: number, total: number) => void,
  ): Promise<Float32Array[]>;
  textFeatures(texts: readonly string[]): Promise<Float32Array[]>;
  /** Replaces the weights, for example by those of the unlearned model. */
  load(weights: Weights): void;
  dispose(): Promise<void>;
}

export interface EncoderOptions {
  readonly device?: Device;
  readonly threads?: number;
  /** Images in one run of the graph. */
  readonly batch?: number;
}

const TEXT_BATCH = 32;

/** Compiles both towers of a model. The last batch is padded, since graphs have static shapes. */
export async function createEncoder(
  config: ClipConfig,
  weights: Weights,
  tokenizer: { encode(text: string): BigInt64Array },
  { device, threads, batch = 50 }: EncoderOptions = {},
): Promise<Encoder> {
  const clip = buildClip(config);
  const { size } = config.image;
  const { contextLength } = config.text;
  const images = input('images', [batch, 3, size, size]);
  const texts = input('texts', [TEXT_BATCH, contextLength], 'int64');
  const imageSession = await createSession(forward({ features: clip.encodeImage(images) }), { device, threads });
  const textSession = await createSession(forward({ features: clip.encodeText(texts) }), { device, threads });
  const load = (of: Weights) => {
    imageSession.loadState(of);
    textSession.loadState(of);
  };
  load(weights);

  return {
    load,
    async imageFeatures(all, onProgress) {
      const features: Float32Array[] = [];
      for (let start = 0; start < all.length; start += batch) {
        const part = all.slice(start, start + batch);
        const pixels = new Float32Array(batch * 3 * size * size);
        part.forEach((image, i) => {
          pixels.set(image, i * 3 * size * size);
        });
        features.push(...(await rows(imageSession, { images: pixels }, part.length, config.embedDim)));
        onProgress?.(features.length, all.length);
      }
      return features;
    },
    async textFeatures(all) {
      const features: Float32Array[] = [];
      for (let start = 0; start < all.length; start += TEXT_BATCH) {
        const part = all.slice(start, start + TEXT_BATCH);
        const ids = new BigInt64Array(TEXT_BATCH * contextLength);
        part.forEach((text, i) => {
          ids.set(tokenizer.encode(text), i * contextLength);
        });
        features.push(...(await rows(textSession, { texts: ids }, part.length, config.embedDim)));
      }
      return features;
    },
    async dispose() {
      await imageSession.dispose();
      await textSession.dispose();
    },
  };
}

async function rows(
  session: Session,
  feeds: Record<string, Float32Array | BigInt64Array>,
  count: number,
  width: number,
): Promise<Float32Array[]> {
  const { features } = await session.run(feeds);
  const values = features as Float32Array;
  return Array.from({ length: count }, (_, i) => unit(values.slice(i * width, (i + 1) * width)));
}
