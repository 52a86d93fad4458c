import { createHash, randomBytes } from 'node:crypto';
import { In } from 'typeorm';
import type { Database } from '../../database';
import { pseudonymWithin } from '../actor/actor';
import { Pseudonym } from './pseudonym.entity';

/**
 * Salted hashes in place of personal references, for records that are never changed. One reference has one hash until
 * it is forgotten; then what was written stays as it is, and nobody can tell any more whom it was about.
 */
export class PseudonymService {
  constructor(readonly database: Database) {}

  /**
   * The hash that stands for a reference, made at first use; for the id of a forgotten actor the hash it was forgotten under.
   * Part of the caller's transaction.
   */
  async of(reference: string): Promise<string> {
    const forgotten = pseudonymWithin(reference);
    if (forgotten !== null) return forgotten;
    const rows = this.database.repository(Pseudonym);
    const known = await rows.findOneBy({ reference });
    if (known) return known.digest;
    const salt = randomBytes(32);
    const digest = createHash('sha256').update(salt).update(reference).digest('hex');
    // Somebody else may have been faster: then theirs is the one.
    await rows.createQueryBuilder().insert().values({ digest, reference, salt }).orIgnore().execute();
    return (await rows.findOneByOrFail({ reference })).digest;
  }

  /** The hashes of several, in order. */
  async ofAll(references: readonly string[]): Promise<string[]> {
    const digests: string[] = [];
    // One after the other: a transaction has one connection.
    for (const reference of references) digests.push(await this.of(reference));
    return digests;
  }

  /** Whom hashes stand for; forgotten ones are left out. For dataloaders. */
  async references(digests: readonly string[]): Promise<Map<string, string>> {
    const rows = await this.database.repository(Pseudonym).findBy({ digest: In([...digests]) });
    return new Map(rows.map(({ digest, reference }) => [digest, reference]));
  }

  /** The hash that stands for a reference now, if any; to search by. */
  async find(reference: string): Promise<string | null> {
    return (await this.database.repository(Pseudonym).findOneBy({ reference }))?.digest ?? null;
  }

  /** Destroys the salt; the row as it was, or null. What the reference does later gets another hash. */
  async forget(reference: string): Promise<Pseudonym | null> {
    const rows = this.database.repository(Pseudonym);
    const known = await rows.findOneBy({ reference });
    if (known) await rows.delete({ reference });
    return known;
  }
}
