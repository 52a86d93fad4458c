import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { decodeImage } from '../../src/clip';
import { type DatasetIndex, entries, scanDataset, sha256 } from '../../src/data';
import type { SampleSource } from '../../src/trainer/messages';
import { applyStyle, type Style } from '../pretrain/styles';
import type { Cut } from './definition';
import { coarseCaption } from './words';

export type Images = 'unlearn' | 'evaluate';

/** The shipped images, and what is made of them: styles as files of a temporary folder, coarse captions as captions. */
export class Datasets {
  private readonly opened = new Map<string, Promise<{ source: string; index: DatasetIndex }>>();

  /** @param shipped folder of the archives @param made where styled images are written */
  constructor(
    private readonly shipped: string,
    private readonly made: string,
  ) {}

  /** For training, a coarse image is one of the class "animal" or "vehicle"; an evaluation is told of its fine class. */
  async take(images: Images, { style, classes, from, count, words }: Cut): Promise<SampleSource> {
    const { source, index } = await this.open(images, style);
    const samples = classes.flatMap((name) => {
      const own = index.samples.filter(({ label }) => label === name).slice(from, from + count);
      if (own.length < count) throw new Error(`${source} has no ${count} images of ${name} from ${from} on`);
      return own.map((sample) => ({ ...sample, caption: words === 'coarse' ? coarseCaption(name) : null }));
    });
    return { source, samples };
  }

  /** Of the samples' hashes and what is said of them, in order. */
  async digest(images: Images, of: Cut): Promise<string> {
    const { samples } = await this.take(images, of);
    return sha256(JSON.stringify(samples.map(({ hash, label, caption }) => [hash, label, caption])));
  }

  private open(images: Images, style: Style) {
    const key = `${images}-${style}`;
    const known = this.opened.get(key) ?? this.make(images, style);
    this.opened.set(key, known);
    return known;
  }

  private async make(images: Images, style: Style) {
    const archive = join(this.shipped, `${images}.tar.gz`);
    const source = style === 'photograph' ? archive : join(this.made, `${images}-${style}`);
    if (style !== 'photograph') await writeStyled(archive, style, source);
    return { source, index: await scanDataset(source, { verifyImages: false }) };
  }
}

/** Every image in a style, as PNG, which keeps its pixels. */
async function writeStyled(archive: string, style: Style, folder: string): Promise<void> {
  for await (const entry of entries(archive)) {
    if ('directory' in entry) continue;
    const { data, width, height } = await decodeImage(entry.bytes);
    if (width !== height) throw new Error(`${entry.name} is not square`);
    const pixels = Uint8Array.from(data);
    applyStyle(style, pixels, width);
    const file = join(folder, entry.name.replace(/\.[^.]+$/, '.png'));
    await mkdir(dirname(file), { recursive: true });
    await writeFile(
      file,
      await sharp(pixels, { raw: { width, height, channels: 3 } })
        .png()
        .toBuffer(),
    );
  }
}
