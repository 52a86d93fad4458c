import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Everything the first version needs. The same SQL on PostgreSQL 15 and later and on the embedded database. */
export class Initial1763680000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
    CREATE TABLE dataset (
      id uuid NOT NULL DEFAULT gen_random_uuid(),
      created_at timestamptz(3) NOT NULL DEFAULT now(),
      name text NOT NULL,
      digest text NOT NULL,
      format text NOT NULL,
      source text NOT NULL,
      classes jsonb NOT NULL,
      sample_count integer NOT NULL,
      CONSTRAINT dataset_pkey PRIMARY KEY (id)
    );
    CREATE INDEX dataset_created_at_id_idx ON dataset (created_at, id);

    CREATE TABLE executor (
      id uuid NOT NULL DEFAULT gen_random_uuid(),
      created_at timestamptz(3) NOT NULL DEFAULT now(),
      host text NOT NULL,
      pid integer NOT NULL,
      version text NOT NULL,
      devices jsonb NOT NULL,
      methods text[] NOT NULL,
      broken_plugins jsonb NOT NULL DEFAULT '[]',
      heartbeat_at timestamptz(3) NOT NULL DEFAULT now(),
      stopped_at timestamptz(3),
      CONSTRAINT executor_pkey PRIMARY KEY (id)
    );

    CREATE TABLE method (
      id uuid NOT NULL DEFAULT gen_random_uuid(),
      created_at timestamptz(3) NOT NULL DEFAULT now(),
      name text NOT NULL,
      version text NOT NULL,
      code_digest text NOT NULL,
      title text NOT NULL,
      description text NOT NULL,
      paper jsonb,
      needs jsonb NOT NULL,
      parameters json NOT NULL,
      published_at timestamptz(3) NOT NULL DEFAULT now(),
      CONSTRAINT method_pkey PRIMARY KEY (id)
    );
    CREATE UNIQUE INDEX method_name_version_code_digest_idx ON method (name, version, code_digest);

    CREATE TABLE sample_set (
      id uuid NOT NULL DEFAULT gen_random_uuid(),
      created_at timestamptz(3) NOT NULL DEFAULT now(),
      kind text NOT NULL,
      name text NOT NULL,
      classes jsonb NOT NULL,
      dataset_id uuid,
      selector jsonb,
      digest text NOT NULL,
      sample_count integer NOT NULL,
      CONSTRAINT sample_set_pkey PRIMARY KEY (id)
    );
    CREATE INDEX sample_set_kind_created_at_id_idx ON sample_set (kind, created_at, id);

    CREATE TABLE run (
      id uuid NOT NULL DEFAULT gen_random_uuid(),
      created_at timestamptz(3) NOT NULL DEFAULT now(),
      status text NOT NULL DEFAULT 'QUEUED',
      stage text,
      progress jsonb,
      method_id uuid NOT NULL,
      parameters jsonb NOT NULL,
      seed integer NOT NULL,
      device text NOT NULL,
      priority integer NOT NULL,
      checkpoint_id uuid NOT NULL,
      forget_set_id uuid NOT NULL,
      retain_set_id uuid,
      calibration_set_id uuid,
      evaluate_on_id uuid,
      templates jsonb,
      result_id uuid,
      outcome text,
      environment jsonb,
      error jsonb,
      attempts integer NOT NULL DEFAULT 0,
      max_attempts integer NOT NULL,
      executor_id uuid,
      snapshot jsonb,
      last_seq integer NOT NULL DEFAULT 0,
      cancel_requested_at timestamptz(3),
      started_at timestamptz(3),
      finished_at timestamptz(3),
      CONSTRAINT run_pkey PRIMARY KEY (id)
    );
    CREATE INDEX run_checkpoint_id_idx ON run (checkpoint_id);
    CREATE INDEX run_status_created_at_id_idx ON run (status, created_at, id);
    CREATE INDEX run_created_at_id_idx ON run (created_at, id);

    CREATE TABLE checkpoint (
      id uuid NOT NULL DEFAULT gen_random_uuid(),
      created_at timestamptz(3) NOT NULL DEFAULT now(),
      name text NOT NULL,
      digest text NOT NULL,
      architecture text NOT NULL,
      layout text NOT NULL,
      parameter_count bigint NOT NULL,
      config jsonb NOT NULL,
      files jsonb NOT NULL,
      source text,
      parent_id uuid,
      run_id uuid,
      deleted_at timestamptz(3),
      CONSTRAINT checkpoint_pkey PRIMARY KEY (id)
    );
    CREATE INDEX checkpoint_digest_idx ON checkpoint (digest);
    CREATE INDEX checkpoint_parent_id_idx ON checkpoint (parent_id);
    CREATE UNIQUE INDEX checkpoint_run_id_idx ON checkpoint (run_id);
    CREATE INDEX checkpoint_created_at_id_idx ON checkpoint (created_at, id);

    CREATE TABLE job (
      id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
      kind text NOT NULL,
      subject_id uuid NOT NULL,
      priority integer NOT NULL,
      needs text[] NOT NULL,
      attempt integer NOT NULL DEFAULT 0,
      max_attempts integer NOT NULL,
      holder uuid,
      heartbeat_at timestamptz,
      lease_seconds double precision,
      CONSTRAINT job_pkey PRIMARY KEY (id)
    );
    CREATE INDEX job_priority_id_idx ON job (priority, id);
    CREATE UNIQUE INDEX job_kind_subject_id_idx ON job (kind, subject_id);

    CREATE TABLE sample (
      dataset_id uuid NOT NULL,
      position integer NOT NULL,
      hash text NOT NULL,
      path text NOT NULL,
      class_name text,
      caption text,
      CONSTRAINT sample_pkey PRIMARY KEY (dataset_id, position)
    );
    CREATE INDEX sample_dataset_id_class_name_idx ON sample (dataset_id, class_name);
    CREATE INDEX sample_dataset_id_hash_idx ON sample (dataset_id, hash);

    CREATE TABLE evaluation (
      id uuid NOT NULL DEFAULT gen_random_uuid(),
      created_at timestamptz(3) NOT NULL DEFAULT now(),
      checkpoint_id uuid NOT NULL,
      dataset_id uuid NOT NULL,
      run_id uuid,
      role text,
      status text NOT NULL DEFAULT 'QUEUED',
      templates jsonb NOT NULL,
      result jsonb,
      error jsonb,
      attempts integer NOT NULL DEFAULT 0,
      executor_id uuid,
      finished_at timestamptz(3),
      CONSTRAINT evaluation_pkey PRIMARY KEY (id)
    );
    CREATE UNIQUE INDEX evaluation_run_id_role_idx ON evaluation (run_id, role);
    CREATE INDEX evaluation_checkpoint_id_created_at_id_idx ON evaluation (checkpoint_id, created_at, id);

    CREATE TABLE idempotency_key (
      scope text NOT NULL,
      key text NOT NULL,
      request_digest text NOT NULL,
      subject_id uuid,
      created_at timestamptz(3) NOT NULL DEFAULT now(),
      CONSTRAINT idempotency_key_pkey PRIMARY KEY (scope, key)
    );

    CREATE TABLE lineage_edge (
      parent_id uuid NOT NULL,
      child_id uuid NOT NULL,
      kind text NOT NULL,
      run_id uuid,
      created_at timestamptz(3) NOT NULL DEFAULT now(),
      CONSTRAINT lineage_edge_pkey PRIMARY KEY (parent_id, child_id)
    );
    CREATE INDEX lineage_edge_child_id_idx ON lineage_edge (child_id);

    CREATE TABLE metric (
      run_id uuid NOT NULL,
      name text NOT NULL,
      stage text NOT NULL,
      step integer NOT NULL,
      value double precision NOT NULL,
      CONSTRAINT metric_pkey PRIMARY KEY (run_id, name, stage, step)
    );

    CREATE TABLE run_event (
      run_id uuid NOT NULL,
      seq integer NOT NULL,
      at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
      type text NOT NULL,
      payload jsonb NOT NULL,
      CONSTRAINT run_event_pkey PRIMARY KEY (run_id, seq)
    );

    CREATE TABLE sample_set_member (
      set_id uuid NOT NULL,
      position integer NOT NULL,
      hash text NOT NULL,
      CONSTRAINT sample_set_member_pkey PRIMARY KEY (set_id, position)
    );
    CREATE INDEX sample_set_member_set_id_hash_idx ON sample_set_member (set_id, hash);

    ALTER TABLE sample_set ADD CONSTRAINT sample_set_dataset_id_fkey FOREIGN KEY (dataset_id) REFERENCES dataset(id);
    ALTER TABLE run ADD CONSTRAINT run_method_id_fkey FOREIGN KEY (method_id) REFERENCES method(id);
    ALTER TABLE run ADD CONSTRAINT run_checkpoint_id_fkey FOREIGN KEY (checkpoint_id) REFERENCES checkpoint(id);
    ALTER TABLE run ADD CONSTRAINT run_forget_set_id_fkey FOREIGN KEY (forget_set_id) REFERENCES sample_set(id);
    ALTER TABLE run ADD CONSTRAINT run_retain_set_id_fkey FOREIGN KEY (retain_set_id) REFERENCES sample_set(id);
    ALTER TABLE run ADD CONSTRAINT run_calibration_set_id_fkey FOREIGN KEY (calibration_set_id) REFERENCES sample_set(id);
    ALTER TABLE run ADD CONSTRAINT run_evaluate_on_id_fkey FOREIGN KEY (evaluate_on_id) REFERENCES dataset(id);
    ALTER TABLE run ADD CONSTRAINT run_result_id_fkey FOREIGN KEY (result_id) REFERENCES checkpoint(id);
    ALTER TABLE run ADD CONSTRAINT run_executor_id_fkey FOREIGN KEY (executor_id) REFERENCES executor(id);
    ALTER TABLE checkpoint ADD CONSTRAINT checkpoint_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES checkpoint(id);
    ALTER TABLE checkpoint ADD CONSTRAINT checkpoint_run_id_fkey FOREIGN KEY (run_id) REFERENCES run(id);
    ALTER TABLE sample ADD CONSTRAINT sample_dataset_id_fkey FOREIGN KEY (dataset_id) REFERENCES dataset(id);
    ALTER TABLE evaluation ADD CONSTRAINT evaluation_checkpoint_id_fkey FOREIGN KEY (checkpoint_id) REFERENCES checkpoint(id);
    ALTER TABLE evaluation ADD CONSTRAINT evaluation_dataset_id_fkey FOREIGN KEY (dataset_id) REFERENCES dataset(id);
    ALTER TABLE evaluation ADD CONSTRAINT evaluation_run_id_fkey FOREIGN KEY (run_id) REFERENCES run(id);
    ALTER TABLE evaluation ADD CONSTRAINT evaluation_executor_id_fkey FOREIGN KEY (executor_id) REFERENCES executor(id);
    ALTER TABLE lineage_edge ADD CONSTRAINT lineage_edge_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES checkpoint(id);
    ALTER TABLE lineage_edge ADD CONSTRAINT lineage_edge_child_id_fkey FOREIGN KEY (child_id) REFERENCES checkpoint(id);
    ALTER TABLE lineage_edge ADD CONSTRAINT lineage_edge_run_id_fkey FOREIGN KEY (run_id) REFERENCES run(id);
    ALTER TABLE sample_set_member ADD CONSTRAINT sample_set_member_set_id_fkey FOREIGN KEY (set_id) REFERENCES sample_set(id);
    `);
  }

  /** Migrations only go forward: to go back, restore a backup. */
  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
