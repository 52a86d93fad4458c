import { createHash } from 'node:crypto';
import type { SelectQueryBuilder } from 'typeorm';
import type { Database } from '../../database';
import { canonical } from '../../signing';
import { currentActor, currentProject } from '../actor/actor';
import { isId } from '../listing/cursor';
import { type Page, type PageRequest, pageSize } from '../listing/page';
import { projectOfNew } from '../project/owned';
import type { PseudonymService } from '../pseudonym/pseudonym.service';
import { Misuse } from '../refusal/misuse';
import { AuditEntry } from './audit-entry.entity';

export interface Change {
  /** In capitals, noun first: `RUN_STARTED`. */
  action: string;
  subject: { type: string; id: string };
  /**
   * What is kept of the subject before and after; only its digest is written. Left out: it was, or is, not there. What
   * is personal goes in as its pseudonym: a digest of a name alone could be guessed.
   */
  before?: object;
  after?: object;
  /** The subject's, for Lethe itself, which works in all of them; the actor's when left out. */
  projectId?: string;
}

export interface AuditFilter {
  /** What it was done to. */
  subjectId?: string | null;
  action?: string | null;
  /** Id of an actor; finds nothing once the link to it was destroyed. */
  actor?: string | null;
}

/** Who changed what, and when. */
export class AuditLog {
  constructor(
    readonly database: Database,
    readonly pseudonyms: PseudonymService,
  ) {}

  /** Part of the transaction that makes the change: neither is ever without the other. */
  async record({ action, subject, before, after, projectId }: Change): Promise<void> {
    await this.database.transaction(async () => {
      await this.database.repository(AuditEntry).insert({
        projectId: projectId ?? projectOfNew(),
        actor: await this.pseudonyms.of(currentActor().id),
        action,
        subjectType: subject.type,
        subjectId: subject.id,
        beforeDigest: before ? digestOf(before) : null,
        afterDigest: after ? digestOf(after) : null,
      });
    });
  }

  async get(id: number): Promise<AuditEntry | null> {
    return this.#visible().andWhere({ id }).getOne();
  }

  /** The last entry about a subject with this action. */
  async latestOf(subjectId: string, action: string): Promise<AuditEntry | null> {
    return this.#visible().andWhere({ subjectId, action }).orderBy('entry.id', 'DESC').getOne();
  }

  /** Entries have no ids that users give, so they are no `Owned` rows; they are kept apart here. */
  #visible(): SelectQueryBuilder<AuditEntry> {
    const query = this.database.repository(AuditEntry).createQueryBuilder('entry').where('true');
    const projectId = currentProject();
    return projectId === null ? query : query.andWhere({ projectId });
  }

  /** Newest first. */
  async list({ first, after }: PageRequest, filter: AuditFilter = {}): Promise<Page<AuditEntry>> {
    const size = pageSize(first);
    const query = this.#visible();
    const { subjectId, action, actor } = filter;
    if (subjectId != null) query.andWhere(isId(subjectId) ? 'entry.subjectId = :subjectId' : 'false', { subjectId });
    if (action != null) query.andWhere('entry.action = :action', { action });
    if (actor != null) query.andWhere('entry.actor = :digest', { digest: (await this.pseudonyms.find(actor)) ?? '' });
    const rest = query.clone();
    if (after != null) rest.andWhere('entry.id < :id', { id: decodeCursor(after) });
    const rows = await rest
      .orderBy('entry.id', 'DESC')
      .limit(size + 1)
      .getMany();
    return {
      items: rows.slice(0, size).map((node) => ({ cursor: String(node.id), node })),
      hasNextPage: rows.length > size,
      totalCount: () => query.clone().getCount(),
    };
  }
}

/** @throws Misuse MALFORMED_CURSOR */
function decodeCursor(cursor: string): number {
  if (/^\d{1,15}$/.test(cursor)) return Number(cursor);
  throw new Misuse('MALFORMED_CURSOR', 'the cursor is not one that this server gave out');
}

function digestOf(state: object): string {
  return createHash('sha256').update(canonical(state)).digest('hex');
}
