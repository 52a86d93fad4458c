import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Playbooks that name datasets in the place of sets, and so serve any request. Those that name sets keep them. */
export class StandingPlaybooks1763920000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
    ALTER TABLE playbook ADD COLUMN retain_from_id uuid;
    ALTER TABLE playbook ADD COLUMN calibrate_from_id uuid;
    ALTER TABLE playbook ADD CONSTRAINT playbook_retain_from_id_fkey FOREIGN KEY (retain_from_id) REFERENCES dataset(id);
    ALTER TABLE playbook ADD CONSTRAINT playbook_calibrate_from_id_fkey FOREIGN KEY (calibrate_from_id) REFERENCES dataset(id);
    `);
  }

  /** Migrations only go forward: to go back, restore a backup. */
  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
