import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Secrets of webhooks that were replaced and still sign. */
export class Operations1763880000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
    ALTER TABLE webhook_endpoint ADD COLUMN former_secrets jsonb NOT NULL DEFAULT '[]';
    `);
  }

  /** Migrations only go forward: to go back, restore a backup. */
  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
