import { type DataSource, MigrationExecutor } from 'typeorm';

/** Any number, the same in every process. */
const MIGRATION_LOCK = 5_384_301;

/**
 * Brings the schema up to date. Servers may start together: all pending migrations run in one transaction that first
 * takes an advisory lock, and transaction-level because the embedded database has one session for everybody.
 */
export async function migrate(dataSource: DataSource): Promise<void> {
  const runner = dataSource.createQueryRunner();
  try {
    await runner.startTransaction();
    await runner.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    const executor = new MigrationExecutor(dataSource, runner);
    executor.transaction = 'all';
    await executor.executePendingMigrations();
    await runner.commitTransaction();
  } catch (error) {
    if (runner.isTransactionActive) await runner.rollbackTransaction();
    throw error;
  } finally {
    await runner.release();
  }
}
