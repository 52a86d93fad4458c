import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Notes that a job is to be looked at, for whoever wakes one that is being worked on. */
export class WakeUps1763920000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
    CREATE TABLE wake_up (
      id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
      kind text NOT NULL,
      subject_id uuid NOT NULL,
      max_attempts integer NOT NULL,
      CONSTRAINT wake_up_pkey PRIMARY KEY (id)
    );
    CREATE INDEX wake_up_kind_subject_id_idx ON wake_up (kind, subject_id);
    `);
  }

  /** Migrations only go forward: to go back, restore a backup. */
  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
