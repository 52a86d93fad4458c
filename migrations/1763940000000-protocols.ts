import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How everything is measured is the policy's. */
export class Protocols1763940000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // What verifications measured by so far, where nobody asked for something else.
    await runner.query(`
    ALTER TABLE policy ADD COLUMN protocol jsonb NOT NULL DEFAULT '{
      "templates": ["a photo of a {}"],
      "images": 500,
      "seed": 0,
      "relearning": {
        "learningRate": null, "batchSize": 64, "steps": 60, "every": 2, "samples": 8, "share": 0.8
      }
    }';
    ALTER TABLE policy ALTER COLUMN protocol DROP DEFAULT;
    `);
  }

  /** Migrations only go forward: to go back, restore a backup. */
  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
