import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Checkpoints that are averages of others: the request, what it made, and the share of each source in lineage. */
export class Merges1763785000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
    CREATE TABLE checkpoint_merge (
      id uuid NOT NULL DEFAULT gen_random_uuid(),
      created_at timestamptz(3) NOT NULL DEFAULT now(),
      name text NOT NULL,
      sources jsonb NOT NULL,
      status text NOT NULL DEFAULT 'QUEUED',
      result_id uuid,
      error jsonb,
      attempts integer NOT NULL DEFAULT 0,
      executor_id uuid,
      finished_at timestamptz(3),
      CONSTRAINT checkpoint_merge_pkey PRIMARY KEY (id)
    );
    ALTER TABLE checkpoint_merge ADD CONSTRAINT checkpoint_merge_result_id_fkey FOREIGN KEY (result_id) REFERENCES checkpoint(id);
    ALTER TABLE checkpoint_merge ADD CONSTRAINT checkpoint_merge_executor_id_fkey FOREIGN KEY (executor_id) REFERENCES executor(id);

    ALTER TABLE checkpoint ADD COLUMN merge_id uuid;
    ALTER TABLE checkpoint ADD CONSTRAINT checkpoint_merge_id_fkey FOREIGN KEY (merge_id) REFERENCES checkpoint_merge(id);
    CREATE UNIQUE INDEX checkpoint_merge_id_idx ON checkpoint (merge_id);

    ALTER TABLE lineage_edge ADD COLUMN share double precision;
    `);
  }

  /** Migrations only go forward: to go back, restore a backup. */
  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
