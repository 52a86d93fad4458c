import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { type ModelName, RECIPES } from './pretrain/models';
import { readPhotographs } from './pretrain/photographs';
import { split } from './pretrain/split';
import { train } from './pretrain/train';
import { FINE_WORDS } from './pretrain/words';

function positive(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('It must be a whole number from 1.');
  return number;
}

interface Arguments {
  data: string;
  model: ModelName;
  epochs: number;
  seed: number;
  threads?: number;
  out?: string;
  cache: string;
  without?: string;
}

/** Trains a demo checkpoint from scratch: npm run pretrain -- --data cifar10.tar.gz --model resnet */
async function main(): Promise<void> {
  const { data, model, epochs, seed, threads, out, cache, without } = new Command('pretrain')
    .description(
      'Trains a small CLIP from scratch on the photographs of CIFAR-10; killed, it goes on from its last epoch.',
    )
    .requiredOption('--data <archive>', 'tar.gz with train/<class>/*.jpg and test/<class>/*.jpg')
    .addOption(new Option('--model <name>', 'which demo model').choices(Object.keys(RECIPES)).makeOptionMandatory())
    .option('--epochs <n>', 'passes over the images', positive, 8)
    .option('--seed <n>', 'decides weights, order, styles and captions', positive, 1)
    .option('--threads <n>', 'cores to use; the same number gives the same bits', positive)
    .addOption(new Option('--without <class>', 'leave out its images: a retrained model').choices(FINE_WORDS))
    .option(
      '--out <folder>',
      'where the checkpoint goes (default: demo/checkpoints/<model>, or .lethe/retrained/<model>-without-<class>)',
    )
    .option('--cache <folder>', 'decoded images and snapshots', join('.lethe', 'pretrain'))
    .parse()
    .opts<Arguments>();

  console.log('decoding the photographs (once)');
  const halves = await readPhotographs(data, cache);
  const { trainable } = split(halves);
  const seen = trainable.filter((i) => FINE_WORDS[halves.train.labels[i]!] !== without);
  const name = without === undefined ? model : `${model}-without-${without}`;
  const started = performance.now();
  let first = -1;
  const final = await train(halves, {
    model: name,
    recipe: RECIPES[model],
    trainable: seen,
    epochs,
    seed,
    threads,
    out: out ?? join(...(without === undefined ? ['demo', 'checkpoints'] : ['.lethe', 'retrained']), name),
    cache,
    onStep: (step, steps, loss) => {
      if (first < 0) first = step - 1;
      if (step % 20 !== 0) return;
      const minutes = (performance.now() - started) / 60_000;
      const left = (minutes / (step - first)) * (steps - step);
      console.log(`step ${step}/${steps}  loss ${loss.toFixed(3)}  ${left.toFixed(1)} min left`);
    },
    onAssessment: (epoch, { fine, coarse }) =>
      console.log(`epoch ${epoch + 1}/${epochs}  fine ${fine.photograph?.toFixed(4)}  coarse ${coarse.toFixed(4)}`),
  });
  console.log(JSON.stringify(final, null, 2));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
