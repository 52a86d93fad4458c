import { In } from 'typeorm';
import type { Database } from '../../database';
import type { Clock, Queue } from '../../queue';
import { currentActor } from '../actor/actor';
import type { AuditLog } from '../audit/audit-log';
import { backgroundJob } from '../background/background.service';
import type { CertificateService } from '../certificate/certificate.service';
import type { IdempotencyService } from '../idempotency/idempotency.service';
import type { LineageService } from '../lineage/lineage.service';
import { isId } from '../listing/cursor';
import { type Page, type PageRequest, pageOf } from '../listing/page';
import { Refusal, refuse } from '../refusal/refusals';
import type { SampleSetService } from '../sample-set/sample-set.service';
import { addMonths, MONTHS, MONTHS_EXTENDED } from './deadline';
import { ErasureRequest } from './erasure-request.entity';
import type { HoldGround, LegalBasis } from './legal-grounds';
import { Recipient } from './recipient.entity';
import { remindersAt } from './reminders';
import type { RequestChanges } from './request-changes';
import { cameToNothing, isClosed, type MovableStatus, movableStatuses, type RequestStatus } from './request-status';
import { destroySalt, hashSubject, isOfSubject, requestsOfSubject } from './subject-reference';
import { SubjectSalt } from './subject-salt.entity';

export interface ReceiveErasureRequest {
  /** What names the subject, such as a customer number. Hashed at once and never kept. */
  subjectReference: string;
  legalBasis: LegalBasis;
  /** Now when left out. */
  receivedAt?: Date | null;
  forgetSetId?: string | null;
  /** Names of those the data was disclosed to. */
  recipients?: string[] | null;
  idempotencyKey?: string | null;
}

export interface RequestFilter {
  status?: RequestStatus | null;
  /** Open ones that are due before this. */
  dueBefore?: Date | null;
  subjectReference?: string | null;
}

/** The first moment of the day anywhere: nobody is told that a request came too early because of a time zone. */
const APPLIES_FROM = new Date('2018-05-25T00:00:00+14:00');

interface RequestServices {
  database: Database;
  audit: AuditLog;
  clock: Clock;
  idempotency: IdempotencyService;
  lineage: LineageService;
  queue: Queue;
  certificates: CertificateService;
  requestChanges: RequestChanges;
  sets: SampleSetService;
}

/** Erasure requests: recorded, checked, held, extended, closed. Whoever may do what is decided at the door. */
export class ErasureRequestService {
  constructor(readonly services: RequestServices) {}

  async receive({ idempotencyKey, ...input }: ReceiveErasureRequest): Promise<ErasureRequest | Refusal> {
    // The digest that idempotency keeps of its input must not become a way to the subject: the reference stays out of it.
    const { subjectReference: _, ...remembered } = input;
    const request = await this.services.idempotency.once(
      { scope: 'receiveErasureRequest', key: idempotencyKey, input: remembered },
      () => this.#receive(input),
      (id) => this.getOrFail(id),
    );
    if (request instanceof Refusal || idempotencyKey == null) return request;
    const same = await isOfSubject(this.services.database, request.id, input.subjectReference);
    return same ? request : refuse('IDEMPOTENCY_CONFLICT', ['idempotencyKey'], { key: idempotencyKey });
  }

  async #receive(input: Omit<ReceiveErasureRequest, 'idempotencyKey'>): Promise<ErasureRequest | Refusal> {
    const { database, clock, queue, sets } = this.services;
    const now = clock();
    const receivedAt = input.receivedAt ?? now;
    const recipients = input.recipients ?? [];
    const wrong = (path: string, problem: string) => refuse('INVALID_INPUT', [path], { problem });
    if (input.subjectReference.trim() === '') return wrong('subjectReference', "a request is somebody's: say whose");
    if (receivedAt < APPLIES_FROM) return wrong('receivedAt', 'the GDPR applies from 2018-05-25 (Art. 99(2))');
    if (receivedAt > now) return wrong('receivedAt', 'a request cannot have been received in the future');
    if (recipients.some((name) => name.trim() === '')) return wrong('recipients', 'a recipient needs a name');
    const { forgetSetId = null } = input;
    if (forgetSetId !== null && (await sets.get(forgetSetId))?.kind !== 'FORGET') {
      return refuse('SET_NOT_FOUND', ['forgetSetId'], { kind: 'forget', id: forgetSetId });
    }
    return database.transaction(async () => {
      const { salt, hash: subjectHash } = hashSubject(input.subjectReference);
      const { legalBasis } = input;
      const dueAt = addMonths(receivedAt, MONTHS);
      const requests = database.repository(ErasureRequest);
      const made = await requests.save(requests.create({ subjectHash, legalBasis, receivedAt, dueAt, forgetSetId }));
      await database.repository(SubjectSalt).insert({ requestId: made.id, salt });
      for (const name of recipients) {
        await database.repository(Recipient).insert({ projectId: made.projectId, requestId: made.id, name });
      }
      const { lineage } = this.services;
      // Its label is the day it came: nothing of the person it is about.
      const label = `request of ${receivedAt.toISOString().slice(0, 10)}`;
      await lineage.add({ type: 'ERASURE_REQUEST', id: made.id, label });
      if (forgetSetId !== null) await lineage.link({ from: made.id, to: forgetSetId, kind: 'CAUSED' });
      const payload = { legalBasis, dueAt: dueAt.toISOString() };
      await this.services.requestChanges.append(made, { type: 'RECEIVED', payload });
      const { due, next } = remindersAt(dueAt, now);
      await queue.enqueue(
        backgroundJob({ kind: 'REMINDER', subjectId: made.id, runAfter: due === null ? next : null }),
      );
      const request = await this.getOrFail(made.id);
      const subject = { type: 'ERASURE_REQUEST', id: request.id };
      const after = await this.services.requestChanges.kept(request);
      await this.services.audit.record({ action: 'ERASURE_REQUEST_RECEIVED', subject, after });
      return request;
    });
  }

  /** Records an identity check. Only a good one lets the request proceed; a bad one may be followed by another. */
  async checkIdentity(id: string, verified: boolean, method: string): Promise<ErasureRequest | Refusal> {
    if (method.trim() === '') return refuse('INVALID_INPUT', ['method'], { problem: 'say how identity was checked' });
    return this.services.requestChanges.change(id, (request) => {
      if (request.identity?.verified || request.status !== 'RECEIVED') {
        return refuse('REQUEST_STATUS', ['id'], { id, status: request.status, wanted: 'IDENTITY_CHECKED' });
      }
      const checkedAt = this.services.clock().toISOString();
      const identity = { verified, method, checkedAt, checkedBy: currentActor().id };
      return verified
        ? { set: { identity, status: 'IDENTITY_CHECKED' }, event: { type: 'IDENTITY_VERIFIED', payload: { method } } }
        : { set: { identity }, event: { type: 'IDENTITY_NOT_VERIFIED', payload: { method } } };
    });
  }

  /** Two further months, once, if the subject is told why within the first. @param noticedAt now when left out */
  async extend(id: string, reason: string, noticedAt?: Date | null): Promise<ErasureRequest | Refusal> {
    if (reason.trim() === '') {
      return refuse('INVALID_INPUT', ['reason'], { problem: 'the notice has to say why it takes longer' });
    }
    return this.services.requestChanges.change(id, ({ receivedAt, extension }) => {
      const now = this.services.clock();
      const at = noticedAt ?? now;
      if (extension) return refuse('DEADLINE_EXTENDED_BEFORE', ['id'], { id, noticedAt: extension.noticedAt });
      const last = addMonths(receivedAt, MONTHS);
      if (at > now || at < receivedAt) {
        const problem = 'the notice is given between receipt and now';
        return refuse('INVALID_INPUT', ['noticedAt'], { problem });
      }
      if (at > last) return refuse('NOTICE_TOO_LATE', ['noticedAt'], { id, last: last.toISOString() });
      const dueAt = addMonths(receivedAt, MONTHS_EXTENDED);
      const notice = { reason, noticedAt: at.toISOString() };
      return {
        set: { extension: notice, dueAt },
        event: { type: 'DEADLINE_EXTENDED', payload: { ...notice, dueAt: dueAt.toISOString() } },
      };
    });
  }

  /** Stops the request on a ground of Art. 17(3) until the hold is lifted. The deadline goes on. */
  async hold(id: string, ground: HoldGround, reason: string): Promise<ErasureRequest | Refusal> {
    if (reason.trim() === '') return refuse('INVALID_INPUT', ['reason'], { problem: 'a hold needs a reason' });
    return this.services.requestChanges.change(id, ({ status: from }) => {
      const placed = { placedAt: this.services.clock().toISOString(), placedBy: currentActor().id };
      return {
        set: { status: 'ON_HOLD', hold: { ground, reason, ...placed, from } },
        event: { type: 'HELD', payload: { ground, reason } },
      };
    });
  }

  /** Puts a held request back to where it was. */
  async liftHold(id: string, reason: string): Promise<ErasureRequest | Refusal> {
    return this.services.requestChanges.change(id, ({ hold }) =>
      hold
        ? { set: { status: hold.from, hold: null }, event: { type: 'HOLD_LIFTED', payload: { reason } } }
        : refuse('REQUEST_NOT_HELD', ['id'], { id }),
    );
  }

  /** Moves it by hand, where the table of transitions allows it. A refusal must say why. What was certified for one that comes to nothing is taken back. */
  async move(id: string, to: MovableStatus, reason?: string | null): Promise<ErasureRequest | Refusal> {
    if (!movableStatuses.includes(to)) throw new Error(`internal: nobody moves a request to ${to} by hand`);
    if (to === 'REFUSED' && !reason?.trim()) {
      return refuse('INVALID_INPUT', ['reason'], {
        problem: 'Art. 12(4): the subject is told why a request is refused',
      });
    }
    const { database, certificates, requestChanges } = this.services;
    return database.transaction(async () => {
      const moved = await requestChanges.change(id, ({ status: from, hold }) => {
        if (hold && !isClosed(to)) return refuse('REQUEST_ON_HOLD', ['id'], { id, reason: hold.reason });
        return { set: { status: to }, event: { type: 'MOVED', payload: { from, to, reason: reason ?? null } } };
      });
      if (!(moved instanceof Refusal) && cameToNothing(to)) {
        await certificates.revokeOf(id, `erasure request ${id} is ${to}`);
      }
      return moved;
    });
  }

  /** What to forget. A run for another set does not count any more: the playbook, if there is one, begins anew. */
  async linkForgetSet(id: string, forgetSetId: string): Promise<ErasureRequest | Refusal> {
    const set = await this.services.sets.get(forgetSetId);
    if (set?.kind !== 'FORGET') return refuse('SET_NOT_FOUND', ['forgetSetId'], { kind: 'forget', id: forgetSetId });
    return this.services.requestChanges.change(id, async ({ promotedAt }) => {
      if (promotedAt) return refuse('REQUEST_PROMOTED', ['id'], { id });
      await this.services.lineage.link({ from: id, to: forgetSetId, kind: 'CAUSED' });
      return {
        set: { forgetSetId, runId: null, verificationId: null, stepRefusal: null },
        event: { type: 'FORGET_SET_LINKED', payload: { forgetSetId } },
      };
    });
  }

  async addRecipient(id: string, name: string): Promise<ErasureRequest | Refusal> {
    if (name.trim() === '') return refuse('INVALID_INPUT', ['name'], { problem: 'a recipient needs a name' });
    return this.services.requestChanges.change(id, async ({ projectId }) => {
      const recipients = this.services.database.repository(Recipient);
      const { identifiers } = await recipients.insert({ projectId, requestId: id, name });
      return { event: { type: 'RECIPIENT_ADDED', payload: { recipientId: identifiers[0]!.id as string } } };
    });
  }

  /** Also after the request is closed: recipients are told of what was done. Telling twice keeps the first time. */
  async informRecipient(id: string, recipientId: string): Promise<ErasureRequest | Refusal> {
    return this.services.requestChanges.change(
      id,
      async () => {
        const recipients = this.services.database.repository(Recipient);
        const found = isId(recipientId) && (await recipients.findOneBy({ id: recipientId, requestId: id }));
        if (!found) return refuse('RECIPIENT_NOT_FOUND', ['recipientId'], { id: recipientId });
        if (found.informedAt) return null;
        const informedAt = this.services.clock();
        await recipients.update({ id: recipientId }, { informedAt });
        const payload = { recipientId, informedAt: informedAt.toISOString() };
        return { event: { type: 'RECIPIENT_INFORMED', payload } };
      },
      { closedToo: true },
    );
  }

  /** Destroys the salt of a closed request: what it was about stays on record, whose it was does not. */
  async unlinkSubject(id: string): Promise<ErasureRequest | Refusal> {
    return this.services.requestChanges.change(
      id,
      async ({ status }) => {
        if (!isClosed(status)) return refuse('REQUEST_OPEN', ['id'], { id, status });
        const destroyed = await destroySalt(this.services.database, id);
        return destroyed ? { event: { type: 'SUBJECT_UNLINKED', payload: {} } } : null;
      },
      { closedToo: true },
    );
  }

  async recipientsOf(requestIds: readonly string[]): Promise<Recipient[]> {
    return this.services.database
      .repository(Recipient)
      .find({ where: { requestId: In([...requestIds]) }, order: { createdAt: 'ASC', id: 'ASC' } });
  }

  async recipientsByIds(ids: readonly string[]): Promise<Recipient[]> {
    return this.services.database.repository(Recipient).findBy({ id: In([...ids]) });
  }

  async get(id: string): Promise<ErasureRequest | null> {
    return isId(id) ? this.services.database.repository(ErasureRequest).findOneBy({ id }) : null;
  }

  async getOrFail(id: string): Promise<ErasureRequest> {
    return this.services.database.repository(ErasureRequest).findOneByOrFail({ id });
  }

  async byIds(ids: readonly string[]): Promise<ErasureRequest[]> {
    return this.services.database.repository(ErasureRequest).findBy({ id: In([...ids]) });
  }

  async list(page: PageRequest, filter: RequestFilter = {}): Promise<Page<ErasureRequest>> {
    const { database } = this.services;
    const query = database.repository(ErasureRequest).createQueryBuilder('request');
    if (filter.status != null) query.andWhere('request.status = :status', { status: filter.status });
    if (filter.dueBefore != null) {
      query.andWhere('request.dueAt < :dueBefore AND request.closedAt IS NULL', { dueBefore: filter.dueBefore });
    }
    if (filter.subjectReference != null) {
      const ids = await requestsOfSubject(database, filter.subjectReference);
      query.andWhere('request.id = ANY(:ids)', { ids });
    }
    return pageOf(query, page);
  }
}
