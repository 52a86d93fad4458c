import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Pictures and tables that runs and evaluations leave behind: the bytes are in the artifact store, by their digest. */
export class Artifacts1763780000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
    CREATE TABLE artifact (
      id uuid NOT NULL DEFAULT gen_random_uuid(),
      created_at timestamptz(3) NOT NULL DEFAULT now(),
      run_id uuid,
      evaluation_id uuid,
      name text NOT NULL,
      title text NOT NULL,
      media_type text NOT NULL,
      digest text NOT NULL,
      bytes bigint NOT NULL,
      CONSTRAINT artifact_pkey PRIMARY KEY (id),
      CONSTRAINT artifact_one_owner CHECK ((run_id IS NULL) <> (evaluation_id IS NULL))
    );
    CREATE UNIQUE INDEX artifact_run_id_name_idx ON artifact (run_id, name);
    CREATE UNIQUE INDEX artifact_evaluation_id_name_idx ON artifact (evaluation_id, name);

    ALTER TABLE artifact ADD CONSTRAINT artifact_run_id_fkey FOREIGN KEY (run_id) REFERENCES run(id);
    ALTER TABLE artifact ADD CONSTRAINT artifact_evaluation_id_fkey FOREIGN KEY (evaluation_id) REFERENCES evaluation(id);
    `);
  }

  /** Migrations only go forward: to go back, restore a backup. */
  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
