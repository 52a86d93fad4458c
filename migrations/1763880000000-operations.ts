import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Secrets of webhooks that were replaced and still sign; webhooks and aliases that were deleted, and what they have left. */
export class Operations1763880000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
    ALTER TABLE webhook_endpoint ADD COLUMN former_secrets jsonb NOT NULL DEFAULT '[]';
    ALTER TABLE webhook_endpoint ADD COLUMN wait_until timestamptz(3);
    ALTER TABLE webhook_endpoint ADD COLUMN deleted_at timestamptz(3);
    ALTER TABLE webhook_delivery ADD COLUMN cancelled_reason text;

    ALTER TABLE alias ADD COLUMN deleted_at timestamptz(3);
    ALTER TABLE alias_move ALTER COLUMN to_id DROP NOT NULL;
    `);
  }

  /** Migrations only go forward: to go back, restore a backup. */
  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
