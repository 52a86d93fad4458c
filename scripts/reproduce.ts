import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { type DatasetIndex, scanDataset } from '../src/data';
import type { ZeroShotReport } from '../src/evaluation';
import { SHIPPED_PLUGINS } from '../src/executor/plugins';
import { TrainerProcess } from '../src/executor/trainer-process';
import type { Assignment, FromTrainer, SampleSource } from '../src/trainer/messages';
import { readPluginCode } from '../src/trainer/plugin/plugin-code';
import { markdown, type Row, rowOf, terminalRow, verdict } from './reproduce/table';

/**
 * Forgets classes of the demo checkpoint, one at a time, and tabulates zero-shot accuracy on images that neither
 * pretraining nor unlearning saw. Each run is a trainer of its own, as in the server; the accuracies are those of the
 * checkpoint as it was written to disk.
 */
const ROOT = resolve(__dirname, '../..');
/** Every other class of CIFAR-10, in its own order: chosen before any result was known. */
const CLASSES = ['airplane', 'bird', 'deer', 'frog', 'ship'];

const options = new Command('reproduce')
  .option('--method <name>', 'the plugin', 'clip-erase')
  .option('--model <name>', 'resnet or vit', 'resnet')
  .option('--classes <list>', 'forget classes, each on its own', CLASSES.join(','))
  .option('--seeds <list>', 'seeds of each', '1,2,3')
  .option('--parameters <json>', "the method's parameters", '{"preset":"small"}')
  .option('--jobs <n>', 'runs at a time, each on one core', String(Math.max(1, Math.min(2, availableParallelism()))))
  .option('--out <file>', 'where the table goes', 'docs/results/clip-erase.md')
  .parse()
  .opts<Record<'method' | 'model' | 'classes' | 'seeds' | 'parameters' | 'jobs' | 'out', string>>();

async function main(): Promise<void> {
  const checkpoint = join(ROOT, 'demo/checkpoints', options.model);
  const unlearn = join(ROOT, 'demo/images/unlearn.tar.gz');
  const evaluate = join(ROOT, 'demo/images/evaluate.tar.gz');
  const [training, held] = await Promise.all([unlearn, evaluate].map((source) => scanDataset(source)));
  const work = await mkdtemp(join(tmpdir(), 'lethe-reproduce-'));
  const plugin = join(SHIPPED_PLUGINS, options.method);
  const { digest: codeDigest } = await readPluginCode(plugin);

  const assess = async (folder: string): Promise<ZeroShotReport> => {
    const evaluation = { source: evaluate, samples: held!.samples, classes: held!.classes, templates: null };
    const said = await listen({
      type: 'evaluate',
      assignment: { checkpoint: folder, evaluation, device: 'CPU', threads: 1, scratch: work },
    });
    return said.find((message) => message.type === 'evaluated')!.report;
  };
  const before = await assess(checkpoint);

  const rows: Row[] = [];
  const pending = options.classes
    .split(',')
    .flatMap((name) => options.seeds.split(',').map((seed) => ({ name, seed: Number(seed) })));
  const worker = async (): Promise<void> => {
    for (let next = pending.shift(); next; next = pending.shift()) {
      const { name, seed } = next;
      const scratch = join(work, `${name}-${seed}`);
      await mkdir(scratch, { recursive: true });
      const assignment: Assignment = {
        run: `${name}-${seed}`,
        plugin: { folder: plugin, codeDigest, store: join(work, 'plugins') },
        parameters: JSON.parse(options.parameters),
        seed,
        checkpoint,
        sets: {
          forget: samplesOf(unlearn, training!, (label) => label === name),
          retain: samplesOf(unlearn, training!, (label) => label !== name),
        },
        classes: training!.classes,
        forgotten: [name],
        scratch,
        snapshotEveryMs: 60_000,
        device: 'CPU',
        threads: 1,
      };
      const startedAt = performance.now();
      const said = await listen({ type: 'run', assignment });
      const finished = said.find((message) => message.type === 'finished')!;
      const row = rowOf(name, seed, before, await assess(finished.checkpoint!), (performance.now() - startedAt) / 1000);
      rows.push(row);
      console.log(terminalRow(row));
      await rm(scratch, { recursive: true });
    }
  };
  await Promise.all(Array.from({ length: Number(options.jobs) }, worker));
  await rm(work, { recursive: true });

  rows.sort((a, b) => a.name.localeCompare(b.name) || a.seed - b.seed);
  const file = resolve(ROOT, options.out);
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(
    file,
    markdown(rows, before, { ...options, command: `npm run reproduce -- ${process.argv.slice(2).join(' ')}`.trim() }),
  );
  console.log(`\n${verdict(rows)}\n${file}`);
}

const samplesOf = (source: string, { samples }: DatasetIndex, wanted: (label: string) => boolean): SampleSource => ({
  source,
  samples: samples.filter(({ label }) => label !== null && wanted(label)),
});

/** Everything a trainer said; throws when it did not finish. */
async function listen(first: ConstructorParameters<typeof TrainerProcess>[0]): Promise<FromTrainer[]> {
  const trainer = new TrainerProcess(first);
  const all: FromTrainer[] = [];
  for (let said = await trainer.next(); said; said = await trainer.next()) all.push(...said);
  const last = all.at(-1);
  if (last?.type === 'finished') return all;
  throw new Error(last?.type === 'failed' ? last.message : (await trainer.death).message);
}

void main();
