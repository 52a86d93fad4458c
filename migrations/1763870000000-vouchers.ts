import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whose work something is, and who could have acted in whose name: whoever made a token, and whoever made the maker's. */
export class Vouchers1763870000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
    ALTER TABLE api_token ADD COLUMN vouchers text[] NOT NULL DEFAULT '{}';
    ALTER TABLE api_token ALTER COLUMN vouchers DROP DEFAULT;
    -- Which of a person's tokens was used to make another is not known: all of them count. Two may have made each other's, so the
    -- way back is bounded.
    WITH RECURSIVE chain AS (
      SELECT id, created_by AS voucher, 1 AS distance FROM api_token
      UNION
      SELECT chain.id, maker.created_by, distance + 1
      FROM chain JOIN api_token maker ON maker.actor_id = voucher AND distance < 16
    ), nearest AS (
      SELECT id, voucher, min(distance) AS distance FROM chain GROUP BY id, voucher
    )
    UPDATE api_token SET vouchers = known.vouchers
    FROM (SELECT id, array_agg(voucher ORDER BY distance, voucher) AS vouchers FROM nearest GROUP BY id) known
    WHERE known.id = api_token.id;

    -- A bot is one token; of a person it is not known with which they came.
    ALTER TABLE run ADD COLUMN requested_by_vouchers text[];
    UPDATE run SET requested_by_vouchers = coalesce(
      (SELECT vouchers FROM api_token WHERE kind = 'BOT' AND actor_id = requested_by),
      array_remove(ARRAY[requested_by_person], requested_by))
    WHERE requested_by IS NOT NULL;
    ALTER TABLE run DROP COLUMN requested_by_person;

    ALTER TABLE checkpoint_merge ADD COLUMN requested_by text, ADD COLUMN requested_by_vouchers text[];
    ALTER TABLE checkpoint ADD COLUMN imported_by text, ADD COLUMN imported_by_vouchers text[];

    UPDATE erasure_request SET playbook_by = jsonb_build_object('id', playbook_by -> 'id', 'vouchers', to_jsonb(coalesce(
      (SELECT vouchers FROM api_token WHERE kind = 'BOT' AND actor_id = playbook_by ->> 'id'),
      array_remove(ARRAY[playbook_by ->> 'personId'], NULL))))
    WHERE playbook_by IS NOT NULL;

    ALTER TABLE approval ADD COLUMN vouchers text[] NOT NULL DEFAULT '{}';
    ALTER TABLE approval ALTER COLUMN vouchers DROP DEFAULT;
    `);
  }

  /** Migrations only go forward: to go back, restore a backup. */
  async down(): Promise<void> {
    throw new Error('migrations only go forward');
  }
}
