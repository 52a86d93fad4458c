import { createHash } from 'node:crypto';
import type { Database } from '../../database';
import { currentActor } from '../actor/actor';
import { canonical } from '../idempotency/idempotency.service';
import { AuditEntry } from './audit-entry.entity';

export interface Change {
  /** In capitals, noun first: `RUN_STARTED`. */
  action: string;
  subject: { type: string; id: string };
  /** What is kept of the subject before and after; only its digest is written. Left out: it was, or is, not there. */
  before?: object;
  after?: object;
}

/** Who changed what, and when. */
export class AuditLog {
  constructor(readonly database: Database) {}

  /** Part of the transaction that makes the change: neither is ever without the other. */
  async record({ action, subject, before, after }: Change): Promise<void> {
    await this.database.repository(AuditEntry).insert({
      actorId: currentActor().id,
      action,
      subjectType: subject.type,
      subjectId: subject.id,
      beforeDigest: before ? digestOf(before) : null,
      afterDigest: after ? digestOf(after) : null,
    });
  }
}

function digestOf(state: object): string {
  return createHash('sha256').update(canonical(state)).digest('hex');
}
