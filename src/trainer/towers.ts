import { buildClip, type ClipConfig } from '../clip';
import { forward, input, type Weights } from '../engine';
import { createSession, type Session, type SessionOptions } from '../runtime';

/** Rows of one forward pass; a shorter last batch is filled up with its own first row. */
const BATCH = 64;

/**
 * Features of many images or captions under given weights, by sessions that are compiled once. Batches are cut the
 * same way each time, so equal weights give equal bits in a resumed run.
 */
export class Towers {
  private readonly sessions = new Map<string, Promise<Session>>();

  constructor(
    private readonly config: ClipConfig,
    private readonly compute: SessionOptions,
    private readonly breathe: () => Promise<void>,
  ) {}

  /** [3, H, W] each to [D] each. */
  images(weights: Weights, pixels: readonly Float32Array[]): Promise<Float32Array[]> {
    return this.run('images', 0, weights, pixels, (rows, size) => ({ pixels: joined(Float32Array, rows, size) }));
  }

  /** Token ids of one length each to [D] each. */
  texts(weights: Weights, tokens: readonly BigInt64Array[]): Promise<Float32Array[]> {
    const length = tokens[0]?.length ?? 0;
    return this.run('texts', length, weights, tokens, (rows, size) => ({ tokens: joined(BigInt64Array, rows, size) }));
  }

  async dispose(): Promise<void> {
    for (const session of this.sessions.values()) await (await session).dispose();
    this.sessions.clear();
  }

  private async run<T>(
    tower: 'images' | 'texts',
    length: number,
    weights: Weights,
    items: readonly T[],
    feed: (rows: readonly T[], size: number) => Record<string, Float32Array | BigInt64Array>,
  ): Promise<Float32Array[]> {
    if (items.length === 0) return [];
    const size = Math.min(BATCH, items.length);
    const session = await this.session(tower, size, length);
    session.loadState(weights);
    const features: Float32Array[] = [];
    for (let start = 0; start < items.length; start += size) {
      const rows = items.slice(start, start + size);
      const { features: found } = await session.run(feed(rows, size));
      const dim = this.config.embedDim;
      for (let i = 0; i < rows.length; i++) features.push((found as Float32Array).slice(i * dim, (i + 1) * dim));
      await this.breathe();
    }
    return features;
  }

  private session(tower: 'images' | 'texts', size: number, length: number): Promise<Session> {
    const key = `${tower} ${size} ${length}`;
    const known = this.sessions.get(key);
    if (known) return known;
    const clip = buildClip(this.config);
    const side = this.config.image.size;
    const features =
      tower === 'images'
        ? clip.encodeImage(input('pixels', [size, 3, side, side]))
        : clip.encodeText(input('tokens', [size, length], 'int64'));
    const session = createSession(forward({ features }), this.compute);
    this.sessions.set(key, session);
    return session;
  }
}

interface Numbers {
  readonly length: number;
}

/** Rows one after the other, `size` of them: the first row stands in for those that are missing. */
export function joined<T extends Numbers & { set(row: T, at: number): void }>(
  make: new (length: number) => T,
  rows: readonly T[],
  size = rows.length,
): T {
  const width = rows[0]?.length ?? 0;
  const all = new make(width * size);
  for (let i = 0; i < size; i++) all.set(rows[i] ?? rows[0]!, i * width);
  return all;
}
