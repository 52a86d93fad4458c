import type { MigrationInterface, QueryRunner } from 'typeorm';

const DEFAULT_PROJECT = '00000000-0000-4000-8000-000000000001';

const owned = [
  'dataset',
  'sample_set',
  'checkpoint',
  'run',
  'evaluation',
  'checkpoint_merge',
  'artifact',
  'lineage_node',
  'policy',
  'verification',
];

/** Projects that keep tenants apart, and API tokens. What is there already belongs to the default project. */
export class Access1763830000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
    CREATE TABLE project (
      id uuid NOT NULL DEFAULT gen_random_uuid(),
      created_at timestamptz(3) NOT NULL DEFAULT now(),
      name text NOT NULL,
      CONSTRAINT project_pkey PRIMARY KEY (id)
    );
    CREATE UNIQUE INDEX project_name_idx ON project (name);
    INSERT INTO project (id, name) VALUES ('${DEFAULT_PROJECT}', 'default');

    CREATE TABLE api_token (
      id uuid NOT NULL DEFAULT gen_random_uuid(),
      created_at timestamptz(3) NOT NULL DEFAULT now(),
      project_id uuid NOT NULL,
      name text NOT NULL,
      kind text NOT NULL,
      actor_id text NOT NULL,
      roles text[] NOT NULL,
      secret_digest text NOT NULL,
      created_by text NOT NULL,
      expires_at timestamptz(3) NOT NULL,
      last_used_at timestamptz(3),
      revoked_at timestamptz(3),
      CONSTRAINT api_token_pkey PRIMARY KEY (id)
    );
    CREATE INDEX api_token_project_id_created_at_id_idx ON api_token (project_id, created_at, id);
    ALTER TABLE api_token ADD CONSTRAINT api_token_project_id_fkey FOREIGN KEY (project_id) REFERENCES project(id);
    `);
    // A constant default needs no rewrite of the table; it goes at once, so that a row without a project is an error.
    for (const table of owned) {
      await runner.query(`
      ALTER TABLE ${table} ADD COLUMN project_id uuid NOT NULL DEFAULT '${DEFAULT_PROJECT}';
      ALTER TABLE ${table} ALTER COLUMN project_id DROP DEFAULT;
      ALTER TABLE ${table} ADD CONSTRAINT ${table}_project_id_fkey FOREIGN KEY (project_id) REFERENCES project(id);
      `);
    }
    // Lists are of one project, so it comes first in what they are read by.
    await runner.query(`
    DROP INDEX dataset_created_at_id_idx;
    CREATE INDEX dataset_project_id_created_at_id_idx ON dataset (project_id, created_at, id);
    DROP INDEX sample_set_kind_created_at_id_idx;
    CREATE INDEX sample_set_project_id_kind_created_at_id_idx ON sample_set (project_id, kind, created_at, id);
    DROP INDEX checkpoint_created_at_id_idx;
    CREATE INDEX checkpoint_project_id_created_at_id_idx ON checkpoint (project_id, created_at, id);
    DROP INDEX run_created_at_id_idx;
    CREATE INDEX run_project_id_created_at_id_idx ON run (project_id, created_at, id);
    DROP INDEX run_status_created_at_id_idx;
    CREATE INDEX run_project_id_status_created_at_id_idx ON run (project_id, status, created_at, id);
    DROP INDEX policy_name_version_idx;
    CREATE UNIQUE INDEX policy_project_id_name_version_idx ON policy (project_id, name, version);
    DROP INDEX policy_created_at_id_idx;
    CREATE INDEX policy_project_id_created_at_id_idx ON policy (project_id, created_at, id);
    DROP INDEX verification_created_at_id_idx;
    CREATE INDEX verification_project_id_created_at_id_idx ON verification (project_id, created_at, id);
    DROP INDEX evaluation_created_at_id_idx;
    CREATE INDEX evaluation_project_id_created_at_id_idx ON evaluation (project_id, created_at, id);

    ALTER TABLE lineage_node ALTER COLUMN id SET DEFAULT gen_random_uuid();

    ALTER TABLE idempotency_key ADD COLUMN project_id uuid NOT NULL DEFAULT '${DEFAULT_PROJECT}';
    ALTER TABLE idempotency_key ALTER COLUMN project_id DROP DEFAULT;
    ALTER TABLE idempotency_key DROP CONSTRAINT idempotency_key_pkey;
    ALTER TABLE idempotency_key ADD CONSTRAINT idempotency_key_pkey PRIMARY KEY (project_id, scope, key);
    `);
  }

  /** Migrations only go forward: to go back, restore a backup. */
  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
