import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { currentLoad } from '../report';
import { METHOD_NAMES, type MethodName, MODELS, type Model } from './cases';
import { compareMethod, type MethodComparison } from './compare';
import { assertSame, differences, METHODS_HEADER, methodRow, methodsReport } from './report';

interface Arguments {
  python: string;
  only: MethodName[];
  model: Model[];
  pairs: number;
  quick?: boolean;
  out?: string;
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('a whole number above zero');
  return value;
}

/** Compares whole runs of methods with plain PyTorch versions of them. */
async function main(): Promise<void> {
  const { python, only, model, pairs, quick, out } = new Command()
    .name('npm run bench:methods --')
    .description('time and peak memory of whole runs against PyTorch, each on one thread')
    .requiredOption('--python <path>', 'a Python with torch, open_clip_torch, safetensors and Pillow')
    .addOption(new Option('--only <methods...>', 'which methods').choices(METHOD_NAMES).default(METHOD_NAMES, 'all'))
    .addOption(new Option('--model <models...>', 'which demo checkpoints').choices(MODELS).default(MODELS, 'both'))
    .option('--pairs <n>', 'timed pairs of runs', count, 3)
    .option('--quick', 'a few steps only: whether both sides compute the same')
    .option('--out <file>', 'also write the report there')
    .parse()
    .opts<Arguments>();
  const before = currentLoad();
  const comparisons: MethodComparison[] = [];
  for (const method of only)
    for (const name of model) {
      const comparison = await compareMethod(method, name, { python, pairs, quick: quick === true });
      for (const [stage, difference] of differences(comparison))
        console.log(`${method} on ${name}, ${stage}: first losses differ by ${difference.toExponential(1)}`);
      console.log(`Lethe: ${JSON.stringify(comparison.check.lethe.facts)}`);
      console.log(`PyTorch: ${JSON.stringify(comparison.check.pytorch.facts)}`);
      assertSame(comparison);
      comparisons.push(comparison);
      console.log(`${METHODS_HEADER}\n${methodRow(comparison)}`);
    }
  if (!out) return;
  const command = `npm run bench:methods -- ${process.argv.slice(2).join(' ').replace(python, 'PYTHON')}`;
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, methodsReport(comparisons, { command, pairs, load: [before, currentLoad()] }));
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
