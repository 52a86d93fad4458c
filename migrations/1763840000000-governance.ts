import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Erasure requests, and jobs that wait for their time. */
export class Governance1763840000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
    ALTER TABLE job ADD COLUMN run_after timestamptz(3);
    ALTER TABLE job ADD COLUMN failures integer NOT NULL DEFAULT 0;

    CREATE TABLE erasure_request (
      id uuid NOT NULL DEFAULT gen_random_uuid(),
      created_at timestamptz(3) NOT NULL DEFAULT now(),
      status text NOT NULL DEFAULT 'RECEIVED',
      subject_hash text NOT NULL,
      legal_basis text NOT NULL,
      received_at timestamptz(3) NOT NULL,
      due_at timestamptz(3) NOT NULL,
      extension jsonb,
      identity jsonb,
      hold jsonb,
      forget_set_id uuid,
      last_seq integer NOT NULL DEFAULT 0,
      closed_at timestamptz(3),
      CONSTRAINT erasure_request_pkey PRIMARY KEY (id)
    );
    ALTER TABLE erasure_request ADD CONSTRAINT erasure_request_forget_set_id_fkey FOREIGN KEY (forget_set_id) REFERENCES sample_set(id);
    CREATE INDEX erasure_request_created_at_id_idx ON erasure_request (created_at, id);
    CREATE INDEX erasure_request_status_created_at_id_idx ON erasure_request (status, created_at, id);
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
      request_id uuid NOT NULL,
      name text NOT NULL,
      informed_at timestamptz(3),
      CONSTRAINT recipient_pkey PRIMARY KEY (id)
    );
    ALTER TABLE recipient ADD CONSTRAINT recipient_request_id_fkey FOREIGN KEY (request_id) REFERENCES erasure_request(id);
    CREATE INDEX recipient_request_id_idx ON recipient (request_id);
    `);
  }

  /** Migrations only go forward: to go back, restore a backup. */
  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
