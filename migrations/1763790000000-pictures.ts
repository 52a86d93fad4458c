import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whether a run draws what changed. */
export class Pictures1763790000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE run ADD COLUMN pictures boolean NOT NULL DEFAULT true');
  }

  /** Migrations only go forward: to go back, restore a backup. */
  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
