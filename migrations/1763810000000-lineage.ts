import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * One graph of everything. Edges were between checkpoints alone before; what else there is becomes nodes, dated as it was made,
 * with the edges that follow from its row.
 */
export class Lineage1763810000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
    CREATE TABLE lineage_node (
      id uuid NOT NULL,
      type text NOT NULL,
      label text NOT NULL,
      created_at timestamptz(3) NOT NULL DEFAULT now(),
      CONSTRAINT lineage_node_pkey PRIMARY KEY (id)
    );
    INSERT INTO lineage_node (id, type, label, created_at)
    SELECT id, 'DATASET', name, created_at FROM dataset
    UNION ALL SELECT id, kind || '_SET', name, created_at FROM sample_set
    UNION ALL SELECT id, 'CHECKPOINT', name, created_at FROM checkpoint
    UNION ALL SELECT id, 'MERGE', name, created_at FROM checkpoint_merge
    UNION ALL SELECT run.id, 'RUN', method.name || ' on ' || checkpoint.name, run.created_at
      FROM run JOIN method ON method.id = run.method_id JOIN checkpoint ON checkpoint.id = run.checkpoint_id
    UNION ALL SELECT evaluation.id, 'EVALUATION',
        checkpoint.name || ' on ' || dataset.name || coalesce(', ' || lower(role) || ' a run', ''), evaluation.created_at
      FROM evaluation JOIN checkpoint ON checkpoint.id = evaluation.checkpoint_id
        JOIN dataset ON dataset.id = evaluation.dataset_id;

    ALTER TABLE lineage_edge RENAME TO lineage_edge_of_checkpoints;
    ALTER TABLE lineage_edge_of_checkpoints RENAME CONSTRAINT lineage_edge_pkey TO lineage_edge_of_checkpoints_pkey;
    CREATE TABLE lineage_edge (
      from_id uuid NOT NULL,
      to_id uuid NOT NULL,
      kind text NOT NULL,
      share double precision,
      created_at timestamptz(3) NOT NULL DEFAULT now(),
      CONSTRAINT lineage_edge_pkey PRIMARY KEY (from_id, to_id, kind)
    );
    INSERT INTO lineage_edge (from_id, to_id, kind, share, created_at)
    SELECT parent_id, child_id, kind, share, created_at FROM lineage_edge_of_checkpoints
    UNION ALL SELECT dataset_id, id, 'SELECTED', NULL, created_at FROM sample_set WHERE dataset_id IS NOT NULL
    UNION ALL SELECT DISTINCT used.id, run.id, 'USED', NULL::double precision, run.created_at
      FROM run, LATERAL (VALUES (checkpoint_id), (forget_set_id), (retain_set_id), (calibration_set_id), (evaluate_on_id)) AS used(id)
      WHERE used.id IS NOT NULL
    UNION ALL SELECT (source->>'checkpointId')::uuid, merge.id, 'USED', (source->>'share')::float8, merge.created_at
      FROM checkpoint_merge AS merge, jsonb_array_elements(sources) AS source
    UNION ALL SELECT DISTINCT used.id, evaluation.id, 'USED', NULL::double precision, evaluation.created_at
      FROM evaluation, LATERAL (VALUES (checkpoint_id), (dataset_id), (reference_id)) AS used(id) WHERE used.id IS NOT NULL
    UNION ALL SELECT run_id, id, 'GENERATED', NULL, created_at FROM evaluation WHERE run_id IS NOT NULL
    UNION ALL SELECT coalesce(run_id, merge_id), id, 'GENERATED', NULL, created_at FROM checkpoint
      WHERE run_id IS NOT NULL OR merge_id IS NOT NULL;
    DROP TABLE lineage_edge_of_checkpoints;
    CREATE INDEX lineage_edge_to_id_idx ON lineage_edge (to_id);
    ALTER TABLE lineage_edge ADD CONSTRAINT lineage_edge_from_id_fkey FOREIGN KEY (from_id) REFERENCES lineage_node(id);
    ALTER TABLE lineage_edge ADD CONSTRAINT lineage_edge_to_id_fkey FOREIGN KEY (to_id) REFERENCES lineage_node(id);
    `);
  }

  /** Migrations only go forward: to go back, restore a backup. */
  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
