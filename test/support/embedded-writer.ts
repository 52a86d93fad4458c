import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedPostgres } from '../../src/database/embedded/embedded-postgres';
import { isPassing, PatientPool } from '../../src/database/patient-pool';

/** Adds the next number to a table again and again, and tells the parent each one after its commit. */
async function write(folder: string): Promise<void> {
  const embedded = await EmbeddedPostgres.open(folder);
  const { host, port, database } = embedded.connection;
  const pool = new PatientPool({ host, port, user: 'postgres', database });
  pool.on('error', () => {});
  await pool.query('CREATE TABLE IF NOT EXISTS counted (n int PRIMARY KEY)');
  for (;;) {
    try {
      const { rows } = await pool.query('INSERT INTO counted SELECT coalesce(max(n), 0) + 1 FROM counted RETURNING n');
      process.send!(rows[0].n);
    } catch (error) {
      if (!isPassing(error)) throw error;
    }
    await sleep(2);
  }
}

void write(process.argv[2]!);
