import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Evaluations of any metric: what they measure, and each number as a row. Zero-shot accuracy was one JSON value before; what
 * there is of it becomes rows. Runs say what they cost.
 */
export class Metrics1763712000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
    CREATE TABLE metric_value (
      evaluation_id uuid NOT NULL,
      position integer NOT NULL,
      metric text NOT NULL,
      key text NOT NULL,
      subject text,
      value double precision NOT NULL,
      lower double precision,
      upper double precision,
      count integer NOT NULL,
      chance double precision,
      CONSTRAINT metric_value_pkey PRIMARY KEY (evaluation_id, position)
    );
    CREATE INDEX metric_value_metric_key_idx ON metric_value (metric, key);

    INSERT INTO metric_value (evaluation_id, position, metric, key, subject, value, lower, upper, count, chance)
    SELECT evaluation.id, 0, 'ZERO_SHOT', 'accuracy', NULL, (found->>'accuracy')::float8, (found->>'lower')::float8,
      (found->>'upper')::float8, (found->>'total')::integer, (result->>'chance')::float8
    FROM evaluation, jsonb_extract_path(result, 'overall') AS found WHERE (found->>'total')::integer > 0
    UNION ALL
    SELECT evaluation.id, place, 'ZERO_SHOT', 'accuracy', found->>'className', (found->>'accuracy')::float8,
      (found->>'lower')::float8, (found->>'upper')::float8, (found->>'total')::integer, (result->>'chance')::float8
    FROM evaluation, jsonb_array_elements(result->'classes') WITH ORDINALITY AS each(found, place)
    WHERE (found->>'total')::integer > 0;

    ALTER TABLE evaluation
      ADD COLUMN metrics jsonb NOT NULL DEFAULT '["ZERO_SHOT"]',
      ADD COLUMN reference_id uuid,
      ADD COLUMN forget_classes jsonb NOT NULL DEFAULT '[]',
      ADD COLUMN groups jsonb NOT NULL DEFAULT '[]',
      ADD COLUMN device text NOT NULL DEFAULT 'AUTO',
      ADD COLUMN progress jsonb,
      ADD COLUMN environment jsonb;
    ALTER TABLE evaluation ALTER COLUMN metrics DROP DEFAULT;
    UPDATE evaluation SET environment = result->'environment' WHERE result IS NOT NULL;
    ALTER TABLE evaluation DROP COLUMN result;
    CREATE INDEX evaluation_created_at_id_idx ON evaluation (created_at, id);
    ALTER TABLE evaluation ADD CONSTRAINT evaluation_reference_id_fkey FOREIGN KEY (reference_id) REFERENCES checkpoint(id);
    ALTER TABLE metric_value ADD CONSTRAINT metric_value_evaluation_id_fkey FOREIGN KEY (evaluation_id) REFERENCES evaluation(id);

    ALTER TABLE run ADD COLUMN cost jsonb;
    `);
  }

  /** Migrations only go forward: to go back, restore a backup. */
  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
