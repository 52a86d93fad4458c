import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Erasure requests, approvals, aliases, playbooks, webhooks, and jobs that wait for their time. Who asked for a run that is there already is not known. */
export class Governance1763840000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
    ALTER TABLE job ADD COLUMN run_after timestamptz(3);
    ALTER TABLE job ADD COLUMN failures integer NOT NULL DEFAULT 0;

    ALTER TABLE run ADD COLUMN requested_by text;
    ALTER TABLE run ADD COLUMN requested_by_person text;

    CREATE TABLE erasure_request (
      id uuid NOT NULL DEFAULT gen_random_uuid(),
      created_at timestamptz(3) NOT NULL DEFAULT now(),
      project_id uuid NOT NULL,
      status text NOT NULL DEFAULT 'RECEIVED',
      subject_hash text NOT NULL,
      legal_basis text NOT NULL,
      received_at timestamptz(3) NOT NULL,
      due_at timestamptz(3) NOT NULL,
      extension jsonb,
      identity jsonb,
      hold jsonb,
      forget_set_id uuid,
      playbook_id uuid,
      playbook_by jsonb,
      run_id uuid,
      verification_id uuid,
      promoted_at timestamptz(3),
      certificate_id uuid,
      step_refusal text,
      last_seq integer NOT NULL DEFAULT 0,
      closed_at timestamptz(3),
      CONSTRAINT erasure_request_pkey PRIMARY KEY (id)
    );
    ALTER TABLE erasure_request ADD CONSTRAINT erasure_request_project_id_fkey FOREIGN KEY (project_id) REFERENCES project(id);
    ALTER TABLE erasure_request ADD CONSTRAINT erasure_request_forget_set_id_fkey FOREIGN KEY (forget_set_id) REFERENCES sample_set(id);
    ALTER TABLE erasure_request ADD CONSTRAINT erasure_request_run_id_fkey FOREIGN KEY (run_id) REFERENCES run(id);
    CREATE INDEX erasure_request_run_id_idx ON erasure_request (run_id);
    CREATE INDEX erasure_request_project_id_created_at_id_idx ON erasure_request (project_id, created_at, id);
    CREATE INDEX erasure_request_project_id_status_created_at_id_idx ON erasure_request (project_id, status, created_at, id);
    CREATE INDEX erasure_request_due_at_idx ON erasure_request (due_at);

    CREATE TABLE subject_salt (
      request_id uuid NOT NULL,
      salt bytea NOT NULL,
      CONSTRAINT subject_salt_pkey PRIMARY KEY (request_id)
    );
    ALTER TABLE subject_salt ADD CONSTRAINT subject_salt_request_id_fkey FOREIGN KEY (request_id) REFERENCES erasure_request(id);

    CREATE TABLE request_event (
      request_id uuid NOT NULL,
      seq integer NOT NULL,
      at timestamptz(3) NOT NULL,
      actor_id text NOT NULL,
      type text NOT NULL,
      payload jsonb NOT NULL,
      CONSTRAINT request_event_pkey PRIMARY KEY (request_id, seq)
    );
    ALTER TABLE request_event ADD CONSTRAINT request_event_request_id_fkey FOREIGN KEY (request_id) REFERENCES erasure_request(id);

    CREATE TABLE recipient (
      id uuid NOT NULL DEFAULT gen_random_uuid(),
      created_at timestamptz(3) NOT NULL DEFAULT now(),
      project_id uuid NOT NULL,
      request_id uuid NOT NULL,
      name text NOT NULL,
      informed_at timestamptz(3),
      CONSTRAINT recipient_pkey PRIMARY KEY (id)
    );
    ALTER TABLE recipient ADD CONSTRAINT recipient_project_id_fkey FOREIGN KEY (project_id) REFERENCES project(id);
    ALTER TABLE recipient ADD CONSTRAINT recipient_request_id_fkey FOREIGN KEY (request_id) REFERENCES erasure_request(id);
    CREATE INDEX recipient_request_id_idx ON recipient (request_id);

    CREATE TABLE approval (
      id uuid NOT NULL DEFAULT gen_random_uuid(),
      created_at timestamptz(3) NOT NULL DEFAULT now(),
      project_id uuid NOT NULL,
      checkpoint_id uuid NOT NULL,
      decision text NOT NULL,
      comment text NOT NULL,
      approver_id text NOT NULL,
      approver_name text NOT NULL,
      role text NOT NULL,
      person_id text NOT NULL,
      withdrawn_at timestamptz(3),
      CONSTRAINT approval_pkey PRIMARY KEY (id)
    );
    ALTER TABLE approval ADD CONSTRAINT approval_project_id_fkey FOREIGN KEY (project_id) REFERENCES project(id);
    ALTER TABLE approval ADD CONSTRAINT approval_checkpoint_id_fkey FOREIGN KEY (checkpoint_id) REFERENCES checkpoint(id);
    CREATE UNIQUE INDEX approval_checkpoint_id_person_id_idx ON approval (checkpoint_id, person_id) WHERE withdrawn_at IS NULL;

    CREATE TABLE alias (
      id uuid NOT NULL DEFAULT gen_random_uuid(),
      created_at timestamptz(3) NOT NULL DEFAULT now(),
      project_id uuid NOT NULL,
      name text NOT NULL,
      pass_needed boolean NOT NULL,
      approvals_needed integer NOT NULL,
      checkpoint_id uuid,
      CONSTRAINT alias_pkey PRIMARY KEY (id)
    );
    ALTER TABLE alias ADD CONSTRAINT alias_project_id_fkey FOREIGN KEY (project_id) REFERENCES project(id);
    ALTER TABLE alias ADD CONSTRAINT alias_checkpoint_id_fkey FOREIGN KEY (checkpoint_id) REFERENCES checkpoint(id);
    CREATE UNIQUE INDEX alias_project_id_name_idx ON alias (project_id, name);

    CREATE TABLE alias_move (
      id uuid NOT NULL DEFAULT gen_random_uuid(),
      created_at timestamptz(3) NOT NULL DEFAULT now(),
      project_id uuid NOT NULL,
      alias_id uuid NOT NULL,
      from_id uuid,
      to_id uuid NOT NULL,
      reason text NOT NULL,
      actor_id text NOT NULL,
      rollback_to_id uuid,
      CONSTRAINT alias_move_pkey PRIMARY KEY (id)
    );
    ALTER TABLE alias_move ADD CONSTRAINT alias_move_project_id_fkey FOREIGN KEY (project_id) REFERENCES project(id);
    ALTER TABLE alias_move ADD CONSTRAINT alias_move_alias_id_fkey FOREIGN KEY (alias_id) REFERENCES alias(id);
    ALTER TABLE alias_move ADD CONSTRAINT alias_move_from_id_fkey FOREIGN KEY (from_id) REFERENCES checkpoint(id);
    ALTER TABLE alias_move ADD CONSTRAINT alias_move_to_id_fkey FOREIGN KEY (to_id) REFERENCES checkpoint(id);
    ALTER TABLE alias_move ADD CONSTRAINT alias_move_rollback_to_id_fkey FOREIGN KEY (rollback_to_id) REFERENCES alias_move(id);
    CREATE INDEX alias_move_alias_id_created_at_id_idx ON alias_move (alias_id, created_at, id);

    CREATE TABLE playbook (
      id uuid NOT NULL DEFAULT gen_random_uuid(),
      created_at timestamptz(3) NOT NULL DEFAULT now(),
      project_id uuid NOT NULL,
      name text NOT NULL,
      alias_id uuid NOT NULL,
      method text NOT NULL,
      parameters jsonb NOT NULL,
      seed integer NOT NULL,
      retain_set_id uuid,
      calibration_set_id uuid,
      evaluate_on_id uuid,
      policy_id text,
      approvals_needed integer NOT NULL,
      automatic text[] NOT NULL,
      CONSTRAINT playbook_pkey PRIMARY KEY (id)
    );
    ALTER TABLE playbook ADD CONSTRAINT playbook_project_id_fkey FOREIGN KEY (project_id) REFERENCES project(id);
    ALTER TABLE playbook ADD CONSTRAINT playbook_alias_id_fkey FOREIGN KEY (alias_id) REFERENCES alias(id);
    ALTER TABLE playbook ADD CONSTRAINT playbook_retain_set_id_fkey FOREIGN KEY (retain_set_id) REFERENCES sample_set(id);
    ALTER TABLE playbook ADD CONSTRAINT playbook_calibration_set_id_fkey FOREIGN KEY (calibration_set_id) REFERENCES sample_set(id);
    ALTER TABLE playbook ADD CONSTRAINT playbook_evaluate_on_id_fkey FOREIGN KEY (evaluate_on_id) REFERENCES dataset(id);
    CREATE UNIQUE INDEX playbook_project_id_name_idx ON playbook (project_id, name);
    ALTER TABLE erasure_request ADD CONSTRAINT erasure_request_playbook_id_fkey FOREIGN KEY (playbook_id) REFERENCES playbook(id);

    CREATE TABLE webhook_endpoint (
      id uuid NOT NULL DEFAULT gen_random_uuid(),
      created_at timestamptz(3) NOT NULL DEFAULT now(),
      project_id uuid NOT NULL,
      url text NOT NULL,
      types text[] NOT NULL,
      secret text NOT NULL,
      failing_since timestamptz(3),
      disabled_at timestamptz(3),
      disabled_reason text,
      CONSTRAINT webhook_endpoint_pkey PRIMARY KEY (id)
    );
    ALTER TABLE webhook_endpoint ADD CONSTRAINT webhook_endpoint_project_id_fkey FOREIGN KEY (project_id) REFERENCES project(id);

    CREATE TABLE webhook_delivery (
      id uuid NOT NULL DEFAULT gen_random_uuid(),
      created_at timestamptz(3) NOT NULL DEFAULT now(),
      project_id uuid NOT NULL,
      endpoint_id uuid NOT NULL,
      message_id text NOT NULL,
      type text NOT NULL,
      body text NOT NULL,
      status text NOT NULL DEFAULT 'PENDING',
      attempts integer NOT NULL DEFAULT 0,
      attempts_before integer NOT NULL DEFAULT 0,
      next_attempt_at timestamptz(3),
      CONSTRAINT webhook_delivery_pkey PRIMARY KEY (id)
    );
    ALTER TABLE webhook_delivery ADD CONSTRAINT webhook_delivery_project_id_fkey FOREIGN KEY (project_id) REFERENCES project(id);
    ALTER TABLE webhook_delivery ADD CONSTRAINT webhook_delivery_endpoint_id_fkey FOREIGN KEY (endpoint_id) REFERENCES webhook_endpoint(id);
    CREATE INDEX webhook_delivery_endpoint_id_created_at_id_idx ON webhook_delivery (endpoint_id, created_at, id);

    CREATE TABLE webhook_attempt (
      delivery_id uuid NOT NULL,
      number integer NOT NULL,
      at timestamptz(3) NOT NULL,
      response_status integer,
      error text,
      milliseconds integer NOT NULL,
      CONSTRAINT webhook_attempt_pkey PRIMARY KEY (delivery_id, number)
    );
    ALTER TABLE webhook_attempt ADD CONSTRAINT webhook_attempt_delivery_id_fkey FOREIGN KEY (delivery_id) REFERENCES webhook_delivery(id);
    `);
  }

  /** Migrations only go forward: to go back, restore a backup. */
  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
