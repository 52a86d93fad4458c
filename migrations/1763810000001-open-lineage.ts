import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What is to be told to an OpenLineage receiver. */
export class OpenLineage1763810000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
    CREATE TABLE open_lineage_event (
      id bigint GENERATED ALWAYS AS IDENTITY,
      message jsonb NOT NULL,
      attempts integer NOT NULL DEFAULT 0,
      due_at timestamptz(3) NOT NULL DEFAULT now(),
      CONSTRAINT open_lineage_event_pkey PRIMARY KEY (id)
    );
    `);
  }

  /** Migrations only go forward: to go back, restore a backup. */
  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
