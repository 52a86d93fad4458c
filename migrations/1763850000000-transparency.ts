import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The audit log as a transparency log, actors as salted hashes, certificates. */
export class Transparency1763850000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
    CREATE TABLE pseudonym (
      id uuid NOT NULL DEFAULT gen_random_uuid(),
      created_at timestamptz(3) NOT NULL DEFAULT now(),
      digest text NOT NULL,
      reference text NOT NULL,
      salt bytea NOT NULL,
      CONSTRAINT pseudonym_pkey PRIMARY KEY (id)
    );
    CREATE UNIQUE INDEX pseudonym_reference_idx ON pseudonym (reference);
    CREATE UNIQUE INDEX pseudonym_digest_idx ON pseudonym (digest);

    INSERT INTO pseudonym (digest, reference, salt)
    SELECT encode(sha256(salt || convert_to(actor_id, 'UTF8')), 'hex'), actor_id, salt
    FROM (
      SELECT actor_id, sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())) AS salt
      FROM (SELECT DISTINCT actor_id FROM audit_entry) AS actors
    ) AS salted;

    ALTER TABLE audit_entry ADD COLUMN project_id uuid NOT NULL DEFAULT '00000000-0000-4000-8000-000000000001';
    ALTER TABLE audit_entry ALTER COLUMN project_id DROP DEFAULT;
    ALTER TABLE audit_entry ADD COLUMN actor text, ADD COLUMN position bigint;
    UPDATE audit_entry SET actor = digest FROM pseudonym WHERE reference = actor_id;
    ALTER TABLE audit_entry ALTER COLUMN actor SET NOT NULL, DROP COLUMN actor_id;
    CREATE UNIQUE INDEX audit_entry_position_idx ON audit_entry (position);
    CREATE INDEX audit_entry_project_id_id_idx ON audit_entry (project_id, id);
    CREATE INDEX audit_entry_id_idx ON audit_entry (id) WHERE position IS NULL;

    CREATE FUNCTION audit_entry_stays() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'UPDATE' AND OLD.position IS NULL AND to_jsonb(NEW) - 'position' = to_jsonb(OLD) - 'position' THEN
        RETURN NEW;
      END IF;
      RAISE EXCEPTION 'audit entries are never changed and never removed';
    END $$;
    CREATE TRIGGER audit_entry_stays BEFORE UPDATE OR DELETE ON audit_entry
      FOR EACH ROW EXECUTE FUNCTION audit_entry_stays();

    CREATE TABLE log_tile (
      level integer NOT NULL,
      index bigint NOT NULL,
      hashes bytea NOT NULL,
      CONSTRAINT log_tile_pkey PRIMARY KEY (level, index)
    );
    CREATE TABLE signed_checkpoint (
      size bigint NOT NULL,
      note text NOT NULL,
      signed_at timestamptz(3) NOT NULL DEFAULT now(),
      CONSTRAINT signed_checkpoint_pkey PRIMARY KEY (size)
    );

    CREATE TABLE certificate (
      id uuid NOT NULL DEFAULT gen_random_uuid(),
      created_at timestamptz(3) NOT NULL DEFAULT now(),
      project_id uuid NOT NULL,
      status text NOT NULL DEFAULT 'PENDING',
      reason text,
      claims jsonb NOT NULL,
      request_id text,
      run_id text NOT NULL,
      result_id text NOT NULL,
      valid_until timestamptz(3),
      supersedes_id uuid,
      log_index bigint,
      bundle_digest text,
      bundle_bytes bigint,
      page_digest text,
      page_bytes bigint,
      CONSTRAINT certificate_pkey PRIMARY KEY (id)
    );
    ALTER TABLE certificate ADD CONSTRAINT certificate_supersedes_id_fkey FOREIGN KEY (supersedes_id) REFERENCES certificate(id);
    ALTER TABLE certificate ADD CONSTRAINT certificate_project_id_fkey FOREIGN KEY (project_id) REFERENCES project(id);
    CREATE INDEX certificate_project_id_created_at_id_idx ON certificate (project_id, created_at, id);
    CREATE INDEX certificate_result_id_idx ON certificate (result_id);
    CREATE INDEX certificate_status_idx ON certificate (status);
    CREATE UNIQUE INDEX certificate_supersedes_id_idx ON certificate (supersedes_id);
    `);
  }

  /** Migrations only go forward: to go back, restore a backup. */
  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
