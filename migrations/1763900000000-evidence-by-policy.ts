import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The shipped policy as it was when this was written: what, at most, at least, compared with, when. */
const SHIPPED = [
  ['the forgotten classes are not answered with', 'PARAPHRASES', 'largest', 0.25, null, 'ORIGINAL', 'ALWAYS'],
  ['forget images look like unseen ones', 'MEMBERSHIP_INFERENCE', 'auc', 0.6, null, null, 'ALWAYS'],
  ['forget images are to it what they are to a retrained one', 'RMIA', 'auc', 0.6, 0.4, null, 'WITH_RETRAINED'],
  [
    'the image tower does not tell them from others',
    'LINEAR_PROBE',
    'recall',
    0.75,
    null,
    'ORIGINAL',
    'WITHOUT_RETRAINED',
  ],
  ['the image tower tells them as a retrained one does', 'LINEAR_PROBE', 'auc', 1.1, null, 'RETRAINED', 'ALWAYS'],
  ['they do not lie together', 'IMAGE_LEAK', 'P@10', 0.9, null, 'ORIGINAL', 'WITHOUT_RETRAINED'],
  ['they lie together as in a retrained model', 'IMAGE_LEAK', 'P@10', 1.25, null, 'RETRAINED', 'ALWAYS'],
  ['training on the rest does not bring them back', 'RELEARN_RETAIN', 'recovered', 0.5, null, null, 'ALWAYS'],
  ['a few images do not bring them back at once', 'RELEARN_FORGET', 'steps', null, 30, null, 'WITHOUT_RETRAINED'],
  [
    'a few images bring them back no sooner than to a retrained model',
    'RELEARN_FORGET',
    'steps',
    null,
    0.5,
    'RETRAINED',
    'ALWAYS',
  ],
  ['the rest is left', 'RETAIN_DRIFT', 'accuracy', null, 0.9, 'ORIGINAL', 'ALWAYS'],
].map(([name, attack, key, atMost, atLeast, relativeTo, when]) => ({
  name,
  attack,
  key,
  atMost,
  atLeast,
  relativeTo,
  when,
}));

/**
 * What a protected alias asks for is a PASS by one policy. One that asked for a PASS by whichever policy gets that of the newest playbook that moves
 * it, or that by which what it points at has passed, or the shipped one, which is written where a project has none yet. And a certificate may be replaced
 * once more when what was to replace it was taken back.
 */
export class EvidenceByPolicy1763900000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE alias ADD COLUMN policy_id uuid');
    await runner.query(`
    UPDATE alias SET policy_id = COALESCE(
      (SELECT policy.id FROM playbook JOIN policy ON policy.id::text = playbook.policy_id
       WHERE playbook.alias_id = alias.id ORDER BY playbook.created_at DESC, playbook.id DESC LIMIT 1),
      (SELECT policy_id FROM verification
       WHERE checkpoint_id = alias.checkpoint_id AND verdict = 'PASS' ORDER BY finished_at DESC, id DESC LIMIT 1)
    ) WHERE pass_needed`);
    await runner.query(
      `INSERT INTO policy (project_id, name, version, reasons, thresholds)
       SELECT DISTINCT project_id, 'default', 1, 'As docs/evidence.md has them.', $1::jsonb FROM alias
       WHERE pass_needed AND policy_id IS NULL
       ON CONFLICT (project_id, name, version) DO NOTHING`,
      [JSON.stringify(SHIPPED)],
    );
    await runner.query(`
    UPDATE alias SET policy_id = (
      SELECT id FROM policy
      WHERE policy.project_id = alias.project_id AND name = 'default' ORDER BY version DESC LIMIT 1
    ) WHERE pass_needed AND policy_id IS NULL;
    ALTER TABLE alias DROP COLUMN pass_needed;
    ALTER TABLE alias ADD CONSTRAINT alias_policy_id_fkey FOREIGN KEY (policy_id) REFERENCES policy(id);

    DROP INDEX certificate_supersedes_id_idx;
    CREATE UNIQUE INDEX certificate_supersedes_id_idx ON certificate (supersedes_id) WHERE status <> 'REVOKED';
    `);
  }

  /** Migrations only go forward: to go back, restore a backup. */
  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
