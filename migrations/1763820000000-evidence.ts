import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Policies, verifications by them, and what their attacks found. */
export class Evidence1763820000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
    CREATE TABLE policy (
      id uuid NOT NULL DEFAULT gen_random_uuid(),
      created_at timestamptz(3) NOT NULL DEFAULT now(),
      name text NOT NULL,
      version integer NOT NULL,
      reasons text NOT NULL,
      thresholds jsonb NOT NULL,
      CONSTRAINT policy_pkey PRIMARY KEY (id)
    );
    CREATE UNIQUE INDEX policy_name_version_idx ON policy (name, version);
    CREATE INDEX policy_created_at_id_idx ON policy (created_at, id);

    CREATE TABLE verification (
      id uuid NOT NULL DEFAULT gen_random_uuid(),
      created_at timestamptz(3) NOT NULL DEFAULT now(),
      checkpoint_id uuid NOT NULL,
      original_id uuid NOT NULL,
      retrained_id uuid,
      run_id uuid,
      forget_set_id uuid NOT NULL,
      retain_set_id uuid,
      dataset_id uuid NOT NULL,
      policy_id uuid NOT NULL,
      plan jsonb NOT NULL,
      plan_digest text NOT NULL,
      device text NOT NULL,
      progress jsonb,
      environment jsonb,
      verdict text,
      lines jsonb,
      cancel_requested_at timestamptz(3),
      status text NOT NULL DEFAULT 'QUEUED',
      error jsonb,
      attempts integer NOT NULL DEFAULT 0,
      executor_id uuid,
      finished_at timestamptz(3),
      CONSTRAINT verification_pkey PRIMARY KEY (id)
    );
    CREATE INDEX verification_created_at_id_idx ON verification (created_at, id);
    CREATE INDEX verification_checkpoint_id_created_at_id_idx ON verification (checkpoint_id, created_at, id);
    CREATE INDEX verification_run_id_created_at_id_idx ON verification (run_id, created_at, id);
    ALTER TABLE verification ADD CONSTRAINT verification_checkpoint_id_fkey FOREIGN KEY (checkpoint_id) REFERENCES checkpoint(id);
    ALTER TABLE verification ADD CONSTRAINT verification_original_id_fkey FOREIGN KEY (original_id) REFERENCES checkpoint(id);
    ALTER TABLE verification ADD CONSTRAINT verification_retrained_id_fkey FOREIGN KEY (retrained_id) REFERENCES checkpoint(id);
    ALTER TABLE verification ADD CONSTRAINT verification_run_id_fkey FOREIGN KEY (run_id) REFERENCES run(id);
    ALTER TABLE verification ADD CONSTRAINT verification_forget_set_id_fkey FOREIGN KEY (forget_set_id) REFERENCES sample_set(id);
    ALTER TABLE verification ADD CONSTRAINT verification_retain_set_id_fkey FOREIGN KEY (retain_set_id) REFERENCES sample_set(id);
    ALTER TABLE verification ADD CONSTRAINT verification_dataset_id_fkey FOREIGN KEY (dataset_id) REFERENCES dataset(id);
    ALTER TABLE verification ADD CONSTRAINT verification_policy_id_fkey FOREIGN KEY (policy_id) REFERENCES policy(id);
    ALTER TABLE verification ADD CONSTRAINT verification_executor_id_fkey FOREIGN KEY (executor_id) REFERENCES executor(id);

    CREATE TABLE attack_result (
      verification_id uuid NOT NULL,
      position integer NOT NULL,
      model text NOT NULL,
      attack text NOT NULL,
      key text NOT NULL,
      value double precision NOT NULL,
      lower double precision NOT NULL,
      upper double precision NOT NULL,
      count integer NOT NULL,
      seed integer NOT NULL,
      CONSTRAINT attack_result_pkey PRIMARY KEY (verification_id, position)
    );
    ALTER TABLE attack_result ADD CONSTRAINT attack_result_verification_id_fkey FOREIGN KEY (verification_id) REFERENCES verification(id);
    `);
  }

  /** Migrations only go forward: to go back, restore a backup. */
  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
