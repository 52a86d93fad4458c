import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import pg from 'pg';
import { migrations } from '../../migrations';
import { Database } from '../../src/database';
import { entities } from '../../src/domain';
import { LineageService } from '../../src/domain/lineage/lineage.service';
import { quantile } from '../quantile';
import { generate, NODES } from './generate';
import { type Compared, compare, type Sizes } from './measure';

/** Measures walks over a large lineage graph, and writes the page of results. */
async function main(): Promise<void> {
  const { database: server, out } = new Command()
    .name('npm run bench:lineage --')
    .description('walks over a lineage graph of a million nodes against the bare recursive query')
    .requiredOption('--database <url>', 'a PostgreSQL server on which a database can be made')
    .option('--out <file>', 'where the page goes', 'docs/results/lineage.md')
    .parse()
    .opts<{ database: string; out: string }>();
  const name = `lethe_bench_${randomBytes(6).toString('hex')}`;
  await administer(server, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const folder = mkdtempSync(join(tmpdir(), 'lethe-bench-'));
  const database = await Database.open({ url: url.href, folder, entities, migrations });
  try {
    const began = Date.now();
    await generate(database);
    console.log(`generated in ${Math.round((Date.now() - began) / 1000)} s`);
    const [sizes] = await database.query<Sizes>(
      `SELECT (SELECT count(*) FROM lineage_node) AS nodes, (SELECT count(*) FROM lineage_edge) AS edges,
         current_setting('server_version') AS version`,
    );
    const rows = await compare(database, new LineageService(database));
    const page = report(sizes!, rows);
    writeFileSync(out, page);
    console.log(page);
  } finally {
    await database.close();
    await administer(server, `DROP DATABASE ${name} WITH (FORCE)`);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function administer(server: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

function report({ nodes, edges, version }: Sizes, rows: Compared[]): string {
  const ms = (times: number[], q: number) => quantile(times, q).toFixed(1);
  const line = ({ walk, found, ids, bare, lethe }: Compared) => {
    const ratios = lethe.map((time, i) => time / bare[i]!);
    return `| ${walk} | ${found} | ${ms(ids, 0.5)} | ${ms(bare, 0.5)} | ${ms(lethe, 0.5)} | ${ms(lethe, 0.95)} | ${quantile(ratios, 0.5).toFixed(2)} |`;
  };
  return `# Lineage of a million things

\`npm run bench:lineage -- --database postgres://...\` on ${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, PostgreSQL ${version} on the
same two cores, in use by others: ${nodes.toLocaleString('en')} nodes and ${edges.toLocaleString('en')} edges, made by \`bench/lineage/generate.ts\`. Every node came of three earlier ones,
one in ten of a single dataset; beside them a chain of ten thousand hops whose end is tied to its beginning.

The bare query is \`WITH RECURSIVE ... UNION ... LIMIT\` over the edges, joined with the nodes and the edges that arrive at them, sent as it is;
"ids alone" is the same without the join, for scale. \`lineage\` also keeps only edges between nodes found, counts depths, says what was cut, and
where asked looks at types. They ran by turns, each from the same start; times are medians in milliseconds of one caller, the network and JavaScript included.

| walk | nodes found | ids alone | bare | lineage | lineage, 95 % | lineage / bare |
|---|---|---|---|---|---|---|
${rows.map(line).join('\n')}

A ratio is that of a pair of walks from one start. Every start is one of ${NODES.toLocaleString('en')} nodes drawn with a fixed seed.
`;
}

void main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
