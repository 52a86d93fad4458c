import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who changed what, and when. */
export class Audit1763800000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
    CREATE TABLE audit_entry (
      id bigint GENERATED ALWAYS AS IDENTITY,
      at timestamptz(3) NOT NULL DEFAULT now(),
      actor_id text NOT NULL,
      action text NOT NULL,
      subject_type text NOT NULL,
      subject_id uuid NOT NULL,
      before_digest text,
      after_digest text,
      CONSTRAINT audit_entry_pkey PRIMARY KEY (id)
    );
    CREATE INDEX audit_entry_subject_id_id_idx ON audit_entry (subject_id, id);
    `);
  }

  /** Migrations only go forward: to go back, restore a backup. */
  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
