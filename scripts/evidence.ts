import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { EvidenceFacts } from './evidence/facts';
import { gather, retrainedOf } from './evidence/gather';
import type { Measured } from './evidence/measured';
import { type Retrained, Scene } from './evidence/scene';
import { type Cell, cellsOf, FORGOTTEN } from './evidence/subjects';
import { Datasets } from './reproduce/datasets';
import { digestOfFolder, ShippedFacts } from './reproduce/shipped-facts';

const ROOT = resolve(__dirname, '../..');
const MODEL = 'resnet';
const CHECKPOINTS = join(ROOT, 'demo/checkpoints');
const IMAGES = join(ROOT, 'demo/images');

/** Verifies what the shipped methods make of the demo model, and writes the page of it: npm run evidence. */
async function main(): Promise<void> {
  const options = new Command('evidence')
    .description('Reads the shipped methods by the shipped policies. A second call measures only what is missing.')
    .option('--only <regex>', 'measure the models whose name matches, such as "dog ssd"')
    .option('--jobs <n>', 'models at a time, each on one core', '2')
    .option('--retrained <folder>', `holds ${MODEL}-without-<class>`, join(ROOT, '.lethe/retrained'))
    .option('--out <folder>', 'where the page and its numbers go', join(ROOT, 'docs/results'))
    .parse()
    .opts<{ only?: string; jobs: string; retrained: string; out: string }>();

  const file = join(options.out, 'evidence.json');
  const retrained = await retrainedIn(options.retrained);
  const known = await retrainedOf(file);
  for (const [forgotten, { digest }] of retrained) known.set(forgotten, digest);
  const work = await mkdtemp(join(tmpdir(), 'lethe-evidence-'));
  let scene: Promise<Scene> | undefined;
  const measure = async (cell: Cell): Promise<Measured> => {
    if (known.has(cell.forgotten) && !retrained.has(cell.forgotten)) {
      throw new Error(`it is compared with a retrained model, and ${options.retrained} has none: docs/evidence.md`);
    }
    const jobs = Number(options.jobs);
    scene ??= Scene.open({ home: work, checkpoint: join(CHECKPOINTS, MODEL), images: IMAGES, retrained, jobs });
    return (await scene).measure(cell);
  };
  try {
    const code = new ShippedFacts(CHECKPOINTS, new Datasets(IMAGES, work));
    const facts = new EvidenceFacts(join(CHECKPOINTS, MODEL), IMAGES, code, known);
    const { page, failures } = await gather({
      cells: cellsOf(FORGOTTEN, (forgotten) => known.has(forgotten)),
      digest: (cell) => facts.digest(cell),
      measure,
      file,
      only: options.only === undefined ? undefined : new RegExp(options.only),
      jobs: Number(options.jobs),
    });
    const target = join(options.out, 'evidence.md');
    await writeFile(target, page);
    console.log(target);
    for (const { name, message } of failures) console.error(`${name}: ${message}`);
    if (failures.length > 0) process.exitCode = 1;
  } finally {
    await (await scene)?.close();
    await rm(work, { recursive: true, force: true });
  }
}

async function retrainedIn(folder: string): Promise<Map<string, Retrained>> {
  const found = FORGOTTEN.map((forgotten) => ({ forgotten, folder: join(folder, `${MODEL}-without-${forgotten}`) }));
  const there = found.filter((each) => existsSync(each.folder));
  return new Map(
    await Promise.all(
      there.map(
        async (each) =>
          [each.forgotten, { folder: each.folder, digest: await digestOfFolder(each.folder) }] as [string, Retrained],
      ),
    ),
  );
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
