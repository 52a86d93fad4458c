import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { EmbeddedPostgres } from '../../src/database/embedded/embedded-postgres';
import { lastly } from './lastly';

/** An empty database of a test's own. */
export interface Place {
  /** Only on PostgreSQL. */
  databaseUrl?: string;
  /** Home of the embedded database; a scratch folder in any case. */
  folder: string;
  discard(): Promise<void>;
}

export type DatabaseKind = 'embedded' | 'postgres';

/** Starting the embedded database takes 1.5 s of a core, and tests may share two cores with much else. */
jest.setTimeout(180_000);

const postgresUrl = process.env.TEST_DATABASE_URL;
const chosen = { run: describe, leaveOut: describe.skip };

/** A suite that needs a PostgreSQL server: says loudly when there is none. */
export const describeOnPostgres: (name: string, body: () => void) => void = postgresUrl
  ? chosen.run
  : (name, body) => {
      process.stderr.write(
        `\n${'!'.repeat(78)}\n!! NOT TESTED on PostgreSQL: ${name}\n!! Set TEST_DATABASE_URL (scripts/throwaway-postgres start FOLDER prints one).\n${'!'.repeat(78)}\n`,
      );
      chosen.leaveOut(name, body);
    };

/** The same tests on the embedded database and on PostgreSQL. */
export function describeOnBoth(name: string, body: (fresh: () => Promise<Place>, kind: DatabaseKind) => void): void {
  describe(`${name} (embedded)`, () => body(freshEmbedded, 'embedded'));
  describeOnPostgres(`${name} (PostgreSQL)`, () => body(freshPostgres, 'postgres'));
}

export async function freshEmbedded(): Promise<Place> {
  const folder = await scratch();
  await cp(await template(), join(folder, 'data'), { recursive: true });
  return { folder, discard: lastly(() => rm(folder, { recursive: true, force: true })) };
}

export async function freshPostgres(): Promise<Place> {
  const folder = await scratch();
  const name = `lethe_test_${randomBytes(6).toString('hex')}`;
  await administer(`CREATE DATABASE ${name}`);
  const url = new URL(postgresUrl!);
  url.pathname = `/${name}`;
  return {
    databaseUrl: url.href,
    folder,
    discard: lastly(async () => {
      await administer(`DROP DATABASE ${name} WITH (FORCE)`);
      await rm(folder, { recursive: true, force: true });
    }),
  };
}

async function administer(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

function scratch(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'lethe-test-'));
}

/** A data folder as PGlite's initdb leaves it, made once for all tests: copying it takes a tenth of the time. */
async function template(): Promise<string> {
  const folder = join(__dirname, '..', '..', 'embedded-template');
  if (existsSync(folder)) return folder;
  const aside = await mkdtemp(`${folder}-`);
  await (await EmbeddedPostgres.open(aside)).close();
  // Another test may have been faster.
  await rename(join(aside, 'data'), folder).catch(() => {});
  await rm(aside, { recursive: true, force: true });
  return folder;
}
