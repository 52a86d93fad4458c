import type { Database } from '../../src/database';

const tables = ['audit_entry', 'log_tile', 'signed_checkpoint', 'published_key'];

/** What the database refuses: a log with nothing in it, for the next test. */
export async function emptyLog(database: Database): Promise<void> {
  await database.transaction(async () => {
    for (const table of tables) await database.query(`ALTER TABLE ${table} DISABLE TRIGGER USER`);
    await database.query(`TRUNCATE ${tables.join(', ')}, pseudonym`);
    for (const table of tables) await database.query(`ALTER TABLE ${table} ENABLE TRIGGER USER`);
  });
}
