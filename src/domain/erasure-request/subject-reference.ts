import { createHash, randomBytes } from 'node:crypto';
import type { Database } from '../../database';
import { currentProject } from '../actor/actor';
import { SubjectSalt } from './subject-salt.entity';

const SALT_BYTES = 32;

/** What a person wrote and what another wrote for the same reference: surrounding space and Unicode form do not count. */
function normalised(reference: string): string {
  return reference.trim().normalize('NFC');
}

/** A salt and what the reference becomes under it. */
export function hashSubject(reference: string): { salt: Buffer; hash: string } {
  const salt = randomBytes(SALT_BYTES);
  return { salt, hash: hashed(salt, reference) };
}

function hashed(salt: Buffer, reference: string): string {
  return createHash('sha256').update(salt).update(normalised(reference)).digest('hex');
}

/** Salts looked at in one read. */
const BATCH = 10_000;

/**
 * Ids of the requests of a subject: the reference is hashed with every salt there still is, here, so that no statement and no
 * log of the database has it. A scan, and meant to be one: docs/decisions/0016-subjects-by-salt.md.
 */
export async function requestsOfSubject(database: Database, reference: string): Promise<string[]> {
  const found: string[] = [];
  for (let after = '00000000-0000-0000-0000-000000000000'; ; ) {
    const rows = await database.query<{ id: string; hash: string; salt: Buffer }>(
      `SELECT request.id, request.subject_hash AS hash, subject_salt.salt
       FROM erasure_request request JOIN subject_salt ON subject_salt.request_id = request.id
       WHERE request.id > $1 AND ($2::uuid IS NULL OR request.project_id = $2) ORDER BY request.id LIMIT $3`,
      [after, currentProject(), BATCH],
    );
    found.push(...rows.filter(({ hash, salt }) => hash === hashed(salt, reference)).map(({ id }) => id));
    if (rows.length < BATCH) return found;
    after = rows.at(-1)!.id;
  }
}

/** Whether a request is this subject's; false also when its salt is gone. */
export async function isOfSubject(database: Database, requestId: string, reference: string): Promise<boolean> {
  const row = await database.repository(SubjectSalt).findOne({ where: { requestId }, relations: { request: true } });
  return row !== null && hashed(row.salt, reference) === row.request!.subjectHash;
}

/** Makes the hash unlinkable; false when it was already. */
export async function destroySalt(database: Database, requestId: string): Promise<boolean> {
  const { affected } = await database.repository(SubjectSalt).delete({ requestId });
  return affected === 1;
}
