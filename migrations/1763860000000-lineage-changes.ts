import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What is new in the graph is found by when it came to be. */
export class LineageChanges1763860000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
    CREATE INDEX lineage_node_project_id_created_at_idx ON lineage_node (project_id, created_at);
    CREATE INDEX lineage_edge_created_at_idx ON lineage_edge (created_at);
    `);
  }

  /** Migrations only go forward: to go back, restore a backup. */
  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
