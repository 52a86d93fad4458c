import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The keys that were signed with, and more that is never changed and never removed. */
export class KeysAndTriggers1763930000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
    CREATE TABLE published_key (
      id uuid NOT NULL DEFAULT gen_random_uuid(),
      created_at timestamptz(3) NOT NULL DEFAULT now(),
      purpose text NOT NULL,
      algorithm text NOT NULL,
      hint text NOT NULL,
      pem text NOT NULL,
      verifier_key text,
      used_until timestamptz(3),
      CONSTRAINT published_key_pkey PRIMARY KEY (id)
    );
    CREATE UNIQUE INDEX published_key_purpose_idx ON published_key (purpose) WHERE used_until IS NULL;

    CREATE FUNCTION row_stays() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION 'rows of % are never changed and never removed', TG_TABLE_NAME;
    END $$;

    CREATE TRIGGER audit_entry_not_emptied BEFORE TRUNCATE ON audit_entry FOR EACH STATEMENT EXECUTE FUNCTION row_stays();

    CREATE TRIGGER log_tile_not_emptied BEFORE TRUNCATE ON log_tile FOR EACH STATEMENT EXECUTE FUNCTION row_stays();
    CREATE TRIGGER log_tile_stays BEFORE DELETE ON log_tile FOR EACH ROW EXECUTE FUNCTION row_stays();
    -- Hashes are added to the last tile of a level.
    CREATE TRIGGER log_tile_grows BEFORE UPDATE ON log_tile FOR EACH ROW
      WHEN (NEW.level <> OLD.level OR NEW.index <> OLD.index
        OR substr(NEW.hashes, 1, length(OLD.hashes)) <> OLD.hashes)
      EXECUTE FUNCTION row_stays();

    CREATE TRIGGER signed_checkpoint_not_emptied BEFORE TRUNCATE ON signed_checkpoint
      FOR EACH STATEMENT EXECUTE FUNCTION row_stays();
    CREATE TRIGGER signed_checkpoint_stays BEFORE UPDATE OR DELETE ON signed_checkpoint
      FOR EACH ROW EXECUTE FUNCTION row_stays();

    -- Who did it can be forgotten, and becomes nobody else.
    CREATE TRIGGER alias_move_not_emptied BEFORE TRUNCATE ON alias_move FOR EACH STATEMENT EXECUTE FUNCTION row_stays();
    CREATE TRIGGER alias_move_stays BEFORE DELETE ON alias_move FOR EACH ROW EXECUTE FUNCTION row_stays();
    CREATE TRIGGER alias_move_unchanged BEFORE UPDATE ON alias_move FOR EACH ROW
      WHEN (to_jsonb(NEW) - 'actor_id' <> to_jsonb(OLD) - 'actor_id' OR NEW.actor_id !~ '^(bot:)?forgotten:')
      EXECUTE FUNCTION row_stays();

    CREATE TRIGGER request_event_not_emptied BEFORE TRUNCATE ON request_event
      FOR EACH STATEMENT EXECUTE FUNCTION row_stays();
    CREATE TRIGGER request_event_stays BEFORE DELETE ON request_event FOR EACH ROW EXECUTE FUNCTION row_stays();
    CREATE TRIGGER request_event_unchanged BEFORE UPDATE ON request_event FOR EACH ROW
      WHEN (to_jsonb(NEW) - 'actor_id' <> to_jsonb(OLD) - 'actor_id' OR NEW.actor_id !~ '^(bot:)?forgotten:')
      EXECUTE FUNCTION row_stays();

    -- A key is given up once, and that is all that happens to it.
    CREATE TRIGGER published_key_not_emptied BEFORE TRUNCATE ON published_key
      FOR EACH STATEMENT EXECUTE FUNCTION row_stays();
    CREATE TRIGGER published_key_stays BEFORE DELETE ON published_key FOR EACH ROW EXECUTE FUNCTION row_stays();
    CREATE TRIGGER published_key_unchanged BEFORE UPDATE ON published_key FOR EACH ROW
      WHEN (to_jsonb(NEW) - 'used_until' <> to_jsonb(OLD) - 'used_until' OR OLD.used_until IS NOT NULL)
      EXECUTE FUNCTION row_stays();
    `);
  }

  /** Migrations only go forward: to go back, restore a backup. */
  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
