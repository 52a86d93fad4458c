import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { CASE_NAMES, CASES, type CaseName } from './cases';
import { type Comparison, compare } from './compare';
import { profile } from './profile';
import { quantile } from './quantile';
import { currentLoad, HEADER, report, row, timeRatios } from './report';

interface Arguments {
  python?: string;
  case: CaseName[];
  threads: number;
  repeats: number;
  out?: string;
  profile?: boolean;
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('a whole number above zero');
  return value;
}

/** Compares training steps with PyTorch's, or profiles our own. */
async function main(): Promise<void> {
  const options = new Command()
    .name('npm run bench --')
    .description('time and peak memory of training steps against PyTorch')
    .option('--python <path>', 'a Python with torch, open_clip_torch and safetensors')
    .addOption(new Option('--case <names...>', 'which models').choices(CASE_NAMES).default(CASE_NAMES, 'all'))
    .option('--threads <n>', 'threads of each engine', positive, 2)
    .option('--repeats <n>', 'timed pairs of steps', positive, 15)
    .option('--out <file>', 'also write the report there')
    .option('--profile', 'no comparison: print where our own time goes, by operator and shapes')
    .parse()
    .opts<Arguments>();
  const { python, threads, repeats, out } = options;

  if (options.profile) {
    for (const name of options.case) {
      console.log(CASES[name].title);
      for (const { operator, calls, milliseconds, share } of await profile(name, threads, { shapes: true }))
        if (share > 0.003)
          console.log(`${milliseconds.toFixed(2).padStart(9)} ms ${String(calls).padStart(4)} x ${operator}`);
    }
    return;
  }
  if (!python) throw new Error('name a Python that has torch: --python venv/bin/python');
  const load = currentLoad();
  const comparisons: Comparison[] = [];
  console.log(HEADER);
  for (const name of options.case) {
    const comparison = await compare(name, { python, threads, repeats });
    comparisons.push(comparison);
    console.log(row(comparison));
    if (comparison.slower) console.log(`PyTorch: ${comparison.format} memory; ${comparison.slower.format} was slower`);
  }
  if (!out) return;
  const ratio = (comparison: Comparison) => quantile(timeRatios(comparison), 0.5);
  const worst = comparisons.reduce((a, b) => (ratio(b) > ratio(a) ? b : a)).name;
  const rows = (await profile(worst, threads)).filter(({ share }) => share >= 0.005);
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, report(comparisons, { title: CASES[worst].title, rows }, { threads, repeats, load }));
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
