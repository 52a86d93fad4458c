import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Jobs of which one at a time is done, such as deliveries to one endpoint. Those that wait already are in no lane. */
export class Lanes1763920000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
    ALTER TABLE job ADD COLUMN lane uuid;
    CREATE INDEX job_lane_idx ON job (lane);
    ALTER TABLE wake_up ADD COLUMN lane uuid;
    `);
  }

  /** Migrations only go forward: to go back, restore a backup. */
  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
