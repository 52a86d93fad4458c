import type { Database } from '../../database';
import type { Clock, Queue } from '../../queue';
import { currentActor } from '../actor/actor';
import type { AuditLog } from '../audit/audit-log';
import { backgroundJob } from '../background/background.service';
import { isId } from '../listing/cursor';
import type { PseudonymService } from '../pseudonym/pseudonym.service';
import { Refusal, refuse } from '../refusal/refusals';
import type { WebhookService } from '../webhook/webhook.service';
import { ErasureRequest } from './erasure-request.entity';
import { RequestEvent } from './request-event.entity';
import type { RequestEventPayloads, RequestEventType } from './request-event-types';
import { requestEventChannel } from './request-feed';
import { isClosed, requestMayBecome } from './request-status';

/** Columns of a request. */
export type RequestSet = Partial<Omit<ErasureRequest, 'forgetSet' | 'playbook' | 'project' | 'run' | 'takeProject'>>;

/** A change of one request: what is written, and the event that says so. */
export interface RequestChange {
  set?: RequestSet;
  event: { [T in RequestEventType]: { type: T; payload: RequestEventPayloads[T] } }[RequestEventType];
}

interface ChangeServices {
  database: Database;
  audit: AuditLog;
  clock: Clock;
  pseudonyms: PseudonymService;
  queue: Queue;
  webhooks: WebhookService;
}

/** The one way in which a request changes, and the events that tell of it. */
export class RequestChanges {
  constructor(readonly services: ChangeServices) {}

  /**
   * One change, under the request's lock: what it sets, its event and its audit row, or none of it.
   * `decide` answers null where nothing is to be done.
   */
  async change(
    id: string,
    decide: (request: ErasureRequest) => RequestChange | Refusal | null | Promise<RequestChange | Refusal | null>,
    { closedToo = false } = {},
  ): Promise<ErasureRequest | Refusal> {
    const { database, audit, clock, queue, webhooks } = this.services;
    if (!isId(id)) return refuse('REQUEST_NOT_FOUND', ['id'], { id });
    return database.transaction(async () => {
      const requests = database.repository(ErasureRequest);
      const before = await requests.findOne({ where: { id }, lock: { mode: 'pessimistic_write' } });
      if (!before) return refuse('REQUEST_NOT_FOUND', ['id'], { id });
      const { status } = before;
      if (isClosed(status) && !closedToo) return refuse('REQUEST_CLOSED', ['id'], { id, status });
      const change = await decide(before);
      if (change === null) return before;
      if (change instanceof Refusal) return change;
      const to = change.set?.status ?? status;
      if (change.set?.status !== undefined && !requestMayBecome(status, to)) {
        return refuse('REQUEST_STATUS', ['id'], { id, status, wanted: to });
      }
      const closed = isClosed(to) && !isClosed(status) ? { closedAt: clock(), hold: null } : {};
      const set: RequestSet = { ...change.set, ...closed };
      if (Object.keys(set).length > 0) await requests.update({ id }, set);
      await this.append(before, change.event);
      // A new due date means other reminders; a closed request, none.
      if (set.dueAt || set.closedAt) await queue.wake(backgroundJob({ kind: 'REMINDER', subjectId: id }));
      if (set.playbookId ?? before.playbookId) await queue.wake(backgroundJob({ kind: 'PLAYBOOK', subjectId: id }));
      const after = await requests.findOneByOrFail({ id });
      const action = `ERASURE_REQUEST_${change.event.type}`;
      await audit.record({
        action,
        subject: { type: 'ERASURE_REQUEST', id },
        before: await this.kept(before),
        after: await this.kept(after),
      });
      if (to !== status) await webhooks.publish('REQUEST_MOVED', { requestId: id, from: status, to }, before.projectId);
      return after;
    });
  }

  /** Numbers and stores an event. Part of a transaction that holds the request's lock. */
  async append({ id, lastSeq }: ErasureRequest, { type, payload }: RequestChange['event']): Promise<void> {
    const { database, clock } = this.services;
    const seq = lastSeq + 1;
    await database.repository(ErasureRequest).update({ id }, { lastSeq: seq });
    await database
      .repository(RequestEvent)
      .insert({ requestId: id, seq, at: clock(), actorId: currentActor().id, type, payload });
    await database.notify(requestEventChannel, id);
  }

  /** What the audit log digests of a request. */
  async kept({ id, createdAt, lastSeq, identity, hold, playbookBy, ...state }: ErasureRequest): Promise<object> {
    const { pseudonyms } = this.services;
    return {
      ...state,
      identity: identity && { ...identity, checkedBy: await pseudonyms.of(identity.checkedBy) },
      hold: hold && { ...hold, placedBy: await pseudonyms.of(hold.placedBy) },
      playbookBy: playbookBy && {
        id: await pseudonyms.of(playbookBy.id),
        vouchers: await pseudonyms.ofAll(playbookBy.vouchers ?? []),
      },
    };
  }

  /** Events after a number, in order. */
  async events(requestId: string, after: number, limit: number): Promise<RequestEvent[]> {
    return this.services.database
      .repository(RequestEvent)
      .createQueryBuilder('event')
      .where('event.requestId = :requestId AND event.seq > :after', { requestId, after })
      .orderBy('event.seq')
      .limit(limit)
      .getMany();
  }
}
