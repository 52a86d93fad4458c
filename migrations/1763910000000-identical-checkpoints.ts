import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Checkpoints of the same bytes hang together in the graph: each on the oldest of its project, since it was made. */
export class IdenticalCheckpoints1763910000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
    INSERT INTO lineage_edge (from_id, to_id, kind, created_at)
    SELECT oldest, id, 'IDENTICAL', created_at
    FROM (
      SELECT id, created_at, first_value(id) OVER (PARTITION BY project_id, digest ORDER BY created_at, id) AS oldest FROM checkpoint
    ) AS each
    WHERE oldest <> id;
    `);
  }

  /** Migrations only go forward: to go back, restore a backup. */
  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
