import { randomBytes, randomUUID } from 'node:crypto';
import { In } from 'typeorm';
import type { Database } from '../../database';
import type { Clock, Queue } from '../../queue';
import type { AuditLog } from '../audit/audit-log';
import { backgroundJob } from '../background/background.service';
import type { BackgroundWork } from '../background/background-work';
import type { IdempotencyService } from '../idempotency/idempotency.service';
import { isId } from '../listing/cursor';
import { type Page, type PageRequest, pageOf } from '../listing/page';
import { inProjectOf } from '../project/in-project-of';
import { projectOfNew } from '../project/owned';
import { Refusal, refuse } from '../refusal/refusals';
import type { Destinations } from './destinations';
import { type Answer, sendWebhook } from './send-webhook';
import { WebhookAttempt } from './webhook-attempt.entity';
import { type DeliveryStatus, WebhookDelivery } from './webhook-delivery.entity';
import { WebhookEndpoint } from './webhook-endpoint.entity';
import { type WebhookPayloads, type WebhookType, wireType } from './webhook-types';

export interface CreateWebhook {
  url: string;
  /** Empty for everything. */
  types: WebhookType[];
  idempotencyKey?: string | null;
}

interface WebhookServices {
  database: Database;
  audit: AuditLog;
  clock: Clock;
  queue: Queue;
  idempotency: IdempotencyService;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/**
 * Pauses after each failed attempt, three days in all, as the specification proposes:
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#deliverability-and-reliability
 */
export const pauses = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
] as const;

/** An endpoint that has failed for this long, without one success, is not sent to any more. */
const PATIENCE = 5 * 24 * HOUR;

const GONE = 410;

/** Tells endpoints what happened. A delivery is written with what it tells of, and sent by workers afterwards. */
export class WebhookService {
  constructor(
    readonly services: WebhookServices,
    readonly destinations: Destinations,
  ) {}

  /**
   * Part of the caller's transaction: nobody is told of what was taken back.
   * @param projectId of what it tells of; the actor's when left out
   */
  async publish<T extends WebhookType>(
    type: T,
    data: WebhookPayloads[T],
    projectId: string = projectOfNew(),
  ): Promise<void> {
    const { database, clock, queue } = this.services;
    await database.transaction(async () => {
      const endpoints = await database.query<{ id: string }>(
        `SELECT id FROM webhook_endpoint 
         WHERE project_id = $2 AND disabled_at IS NULL AND (types = '{}' OR $1 = ANY(types))`,
        [type, projectId],
      );
      const messageId = `msg_${randomUUID()}`;
      const body = JSON.stringify({ type: wireType(type), timestamp: clock().toISOString(), data });
      const deliveries = database.repository(WebhookDelivery);
      for (const { id: endpointId } of endpoints) {
        const made = await deliveries.save(deliveries.create({ projectId, endpointId, messageId, type, body }));
        await queue.enqueue(backgroundJob({ kind: 'WEBHOOK', subjectId: made.id }));
      }
    });
  }

  /** How a worker delivers. */
  readonly work: BackgroundWork<Answer | null> = {
    act: (id) => this.#send(id),
    settle: (id, answer) => inProjectOf(this.services.database, WebhookDelivery, id, () => this.#settle(id, answer)),
  };

  async #send(id: string): Promise<Answer | null> {
    const { database, clock } = this.services;
    const where = { id, status: 'PENDING' as const };
    const delivery = await database.repository(WebhookDelivery).findOne({ where, relations: { endpoint: true } });
    if (!delivery || delivery.endpoint!.disabledAt) return null;
    const { url, secret } = delivery.endpoint!;
    return sendWebhook({ url, secret, id: delivery.messageId, body: delivery.body }, this.destinations, clock());
  }

  async #settle(id: string, answer: Answer | null): Promise<Date | null> {
    const { database, clock } = this.services;
    const deliveries = database.repository(WebhookDelivery);
    const delivery = await deliveries.findOneOrFail({ where: { id }, lock: { mode: 'pessimistic_write' } });
    if (delivery.status !== 'PENDING') return null;
    if (!answer) {
      await deliveries.update({ id }, { status: 'FAILED', nextAttemptAt: null });
      return null;
    }
    const at = clock();
    const number = delivery.attempts + 1;
    await database.repository(WebhookAttempt).insert({ deliveryId: id, number, at, ...answer });
    const { responseStatus } = answer;
    const delivered = responseStatus !== null && responseStatus >= 200 && responseStatus < 300;
    const endpoints = database.repository(WebhookEndpoint);
    // Not a full lock: who publishes refers to the endpoint and shall not wait.
    const endpoint = await endpoints.findOneOrFail({
      where: { id: delivery.endpointId },
      lock: { mode: 'for_no_key_update' },
    });
    if (delivered) {
      await endpoints.update({ id: endpoint.id }, { failingSince: null });
      await deliveries.update({ id }, { attempts: number, status: 'DELIVERED', nextAttemptAt: null });
      return null;
    }
    const failingSince = endpoint.failingSince ?? at;
    await endpoints.update({ id: endpoint.id }, { failingSince });
    const tooLong = at.getTime() - failingSince.getTime() >= PATIENCE;
    if (responseStatus === GONE) await this.#disable(endpoint, 'it answered 410 Gone');
    else if (tooLong) await this.#disable(endpoint, `nothing was delivered since ${failingSince.toISOString()}`);
    const pause = responseStatus === GONE || tooLong ? undefined : pauses[number - delivery.attemptsBefore - 1];
    // A fifth is left to chance, so that deliveries that failed together do not come back together.
    const next = pause === undefined ? null : new Date(at.getTime() + pause * (1 + Math.random() / 5));
    const status: DeliveryStatus = next ? 'PENDING' : 'FAILED';
    await deliveries.update({ id }, { attempts: number, status, nextAttemptAt: next });
    return next;
  }

  async create({ idempotencyKey, ...input }: CreateWebhook): Promise<WebhookEndpoint | Refusal> {
    return this.services.idempotency.once(
      { scope: 'createWebhook', key: idempotencyKey, input },
      () => this.#create(input),
      (id) => this.services.database.repository(WebhookEndpoint).findOneByOrFail({ id }),
    );
  }

  async #create({ url, types }: Omit<CreateWebhook, 'idempotencyKey'>): Promise<WebhookEndpoint | Refusal> {
    const { database, audit } = this.services;
    const problem = this.destinations.problemOf(url);
    if (problem) return refuse('WEBHOOK_URL_REFUSED', ['url'], { problem });
    return database.transaction(async () => {
      const secret = `whsec_${randomBytes(32).toString('base64')}`;
      const endpoints = database.repository(WebhookEndpoint);
      const { id } = await endpoints.save(endpoints.create({ url, types: [...new Set(types)], secret }));
      await audit.record({ action: 'WEBHOOK_CREATED', subject: { type: 'WEBHOOK', id }, after: { url, types } });
      return endpoints.findOneByOrFail({ id });
    });
  }

  /** Switches an endpoint off, or on again with a clean record. Doing either twice is no error. */
  async enable(id: string, enabled: boolean): Promise<WebhookEndpoint | Refusal> {
    const { database, audit } = this.services;
    if (!isId(id)) return refuse('WEBHOOK_NOT_FOUND', ['id'], { id });
    return database.transaction(async () => {
      const endpoints = database.repository(WebhookEndpoint);
      const endpoint = await endpoints.findOne({ where: { id }, lock: { mode: 'for_no_key_update' } });
      if (!endpoint) return refuse('WEBHOOK_NOT_FOUND', ['id'], { id });
      if ((endpoint.disabledAt === null) === enabled) return endpoint;
      if (enabled) {
        await endpoints.update({ id }, { disabledAt: null, disabledReason: null, failingSince: null });
        const { url, types } = endpoint;
        await audit.record({ action: 'WEBHOOK_ENABLED', subject: { type: 'WEBHOOK', id }, after: { url, types } });
      } else {
        await this.#disable(endpoint, 'somebody switched it off');
      }
      return endpoints.findOneByOrFail({ id });
    });
  }

  /** Part of a transaction that holds the endpoint's lock. The others are told. */
  async #disable({ id, url, projectId }: WebhookEndpoint, reason: string): Promise<void> {
    const { database, audit, clock } = this.services;
    const change = { disabledAt: clock(), disabledReason: reason };
    await database.repository(WebhookEndpoint).update({ id }, change);
    await audit.record({ action: 'WEBHOOK_DISABLED', subject: { type: 'WEBHOOK', id }, after: { url, reason } });
    await this.publish('WEBHOOK_DISABLED', { endpointId: id, reason }, projectId);
  }

  /** Sends a delivery again: the same id and body, a new signature, as if it had not been tried yet. */
  async replay(id: string): Promise<WebhookDelivery | Refusal> {
    const { database, queue } = this.services;
    if (!isId(id)) return refuse('DELIVERY_NOT_FOUND', ['id'], { id });
    return database.transaction(async () => {
      const deliveries = database.repository(WebhookDelivery);
      const delivery = await deliveries.findOne({ where: { id }, lock: { mode: 'pessimistic_write' } });
      if (!delivery) return refuse('DELIVERY_NOT_FOUND', ['id'], { id });
      const endpoint = await database.repository(WebhookEndpoint).findOneByOrFail({ id: delivery.endpointId });
      if (endpoint.disabledAt) return refuse('WEBHOOK_DISABLED', ['id'], { url: endpoint.url });
      const { attempts: attemptsBefore } = delivery;
      await deliveries.update({ id }, { status: 'PENDING', attemptsBefore, nextAttemptAt: null });
      await queue.wake(backgroundJob({ kind: 'WEBHOOK', subjectId: id }));
      return deliveries.findOneByOrFail({ id });
    });
  }

  async get(id: string): Promise<WebhookEndpoint | null> {
    return isId(id) ? this.services.database.repository(WebhookEndpoint).findOneBy({ id }) : null;
  }

  async byIds(ids: readonly string[]): Promise<WebhookEndpoint[]> {
    return this.services.database.repository(WebhookEndpoint).findBy({ id: In([...ids]) });
  }

  async deliveriesByIds(ids: readonly string[]): Promise<WebhookDelivery[]> {
    return this.services.database.repository(WebhookDelivery).findBy({ id: In([...ids]) });
  }

  async list(page: PageRequest): Promise<Page<WebhookEndpoint>> {
    return pageOf(this.services.database.repository(WebhookEndpoint).createQueryBuilder('endpoint'), page);
  }

  async deliveries(
    endpointId: string,
    page: PageRequest,
    filter: { status?: DeliveryStatus | null } = {},
  ): Promise<Page<WebhookDelivery>> {
    const query = this.services.database.repository(WebhookDelivery).createQueryBuilder('delivery');
    query.where('delivery.endpointId = :endpointId', { endpointId });
    if (filter.status != null) query.andWhere('delivery.status = :status', { status: filter.status });
    return pageOf(query, page);
  }

  /** Attempts of each delivery, in order. */
  async attemptsOf(deliveryIds: readonly string[]): Promise<WebhookAttempt[]> {
    const where = { deliveryId: In([...deliveryIds]) };
    return this.services.database.repository(WebhookAttempt).find({ where, order: { number: 'ASC' } });
  }
}
