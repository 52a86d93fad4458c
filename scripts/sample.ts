import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Command } from 'commander';
import { pack } from 'tar-stream';
import { entries, scanDataset } from '../src/data';
import { type Photographs, readPhotographs } from './pretrain/photographs';
import { type Part, SPLIT, split } from './pretrain/split';

/** What each part is, for whoever opens split.json. */
const ABOUT: Readonly<Record<Part, string>> = {
  pretrain: 'a sample of the training half that the demo checkpoints were trained on',
  unlearn: 'from the training half, kept from pretraining: for forget, retain and calibration sets',
  evaluate: 'from the test half, seen by neither pretraining nor unlearning',
};

/** Writes demo/images/<part>.tar.gz and demo/split.json: npm run sample -- --data cifar10.tar.gz. The same bytes every time. */
async function main(): Promise<void> {
  const { data, out, cache } = new Command('sample')
    .description(
      'Cuts the shipped sample out of CIFAR-10: pretraining, unlearning and evaluation images that never overlap.',
    )
    .requiredOption('--data <archive>', 'tar.gz with train/<class>/*.jpg and test/<class>/*.jpg')
    .option('--out <folder>', 'where images/ and split.json go', 'demo')
    .option('--cache <folder>', 'decoded images', join('.lethe', 'pretrain'))
    .parse()
    .opts<{ data: string; out: string; cache: string }>();

  const halves = await readPhotographs(data, cache);
  const parts = split(halves);
  const chosen: Readonly<Record<Part, readonly string[]>> = {
    pretrain: names(halves.train, parts.pretrain),
    unlearn: names(halves.train, parts.unlearn),
    evaluate: names(halves.test, parts.evaluate),
  };
  const bytes = await readFiles(data, new Set(Object.values(chosen).flat()));
  await mkdir(join(out, 'images'), { recursive: true });
  const described: Record<string, object> = {};
  const owners = new Map<string, string>();
  for (const part of Object.keys(chosen) as Part[]) {
    const file = join(out, 'images', `${part}.tar.gz`);
    await writeFile(file, await archive(chosen[part].map((name) => [inClassFolder(name), bytes.get(name)!])));
    const { digest, samples } = await scanDataset(file);
    for (const { hash, name } of samples) {
      if (owners.has(hash)) throw new Error(`internal: ${part}/${name} is also in ${owners.get(hash)}`);
      owners.set(hash, part);
    }
    const images = Object.fromEntries(samples.map(({ name, hash }) => [name, hash]));
    described[part] = { about: ABOUT[part], file: `images/${part}.tar.gz`, digest, count: samples.length, images };
    console.log(`${file}: ${samples.length} images, digest ${digest}`);
  }
  await writeFile(
    join(out, 'split.json'),
    `${JSON.stringify({ source: 'CIFAR-10', ...SPLIT, parts: described }, null, 1)}\n`,
  );
}

function names(half: Photographs, indices: readonly number[]): string[] {
  return indices.map((i) => half.names[i]!);
}

/** train/dog/0001.jpg is dog/0001.jpg in its part. */
function inClassFolder(name: string): string {
  return name.split('/').slice(-2).join('/');
}

async function readFiles(source: string, wanted: ReadonlySet<string>): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  for await (const entry of entries(source)) {
    if ('name' in entry && wanted.has(entry.name)) found.set(entry.name, entry.bytes);
  }
  return found;
}

/** A tar.gz whose bytes depend on the files alone: fixed owner, mode and time. */
async function archive(files: readonly (readonly [string, Buffer])[]): Promise<Buffer> {
  const tar = pack();
  for (const [name, content] of files) tar.entry({ name, mode: 0o644, mtime: new Date(0) }, content);
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  return gzipSync(Buffer.concat(chunks), { level: 9 });
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
