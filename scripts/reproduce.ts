import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { Datasets } from './reproduce/datasets';
import { Laboratory } from './reproduce/laboratory';
import { reproduce } from './reproduce/reproduce';
import { TABLES } from './reproduce/tables';

const ROOT = resolve(__dirname, '../..');

/** Runs what is missing of a table of results, and writes its page: npm run reproduce -- --table lip. */
async function main(): Promise<void> {
  const options = new Command('reproduce')
    .description('Compares methods on the shipped checkpoints. A second call runs only what is missing.')
    .addOption(new Option('--table <name>', 'which comparison').choices(Object.keys(TABLES)).makeOptionMandatory(true))
    .option('--only <regex>', 'run the cells whose name, with the table before it, matches')
    .option('--seeds <list>', "seeds of every row, in place of the table's own")
    .option('--jobs <n>', 'cells at a time, each on one core', '2')
    .option('--out <folder>', 'where the page and its numbers go', join(ROOT, 'docs/results'))
    .parse()
    .opts<{ table: string; only?: string; seeds?: string; jobs: string; out: string }>();

  const work = await mkdtemp(join(tmpdir(), 'lethe-reproduce-'));
  try {
    const datasets = new Datasets(join(ROOT, 'demo/images'), join(work, 'images'));
    const table = TABLES[options.table]!;
    const { page, failures } = await reproduce(table, {
      laboratory: new Laboratory(join(ROOT, 'demo/checkpoints'), datasets, work),
      file: join(options.out, `${table.name}.json`),
      only: options.only === undefined ? undefined : new RegExp(options.only),
      seeds: options.seeds?.split(',').map(Number),
      jobs: Number(options.jobs),
    });
    const file = join(options.out, `${table.name}.md`);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, page);
    console.log(file);
    for (const { name, message } of failures) console.error(`${name}: ${message}`);
    if (failures.length > 0) process.exitCode = 1;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
