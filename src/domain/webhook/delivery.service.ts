import { In } from 'typeorm';
import type { Database } from '../../database';
import type { Clock, Queue } from '../../queue';
import type { AuditLog } from '../audit/audit-log';
import { backgroundJob } from '../background/background.service';
import type { BackgroundWork } from '../background/background-work';
import { isId } from '../listing/cursor';
import { type Page, type PageRequest, pageOf } from '../listing/page';
import { inProjectOf } from '../project/in-project-of';
import { type Refusal, refuse } from '../refusal/refusals';
import { type Answer, sendWebhook } from './send-webhook';
import type { WebhookService } from './webhook.service';
import { WebhookAttempt } from './webhook-attempt.entity';
import { cancelledFor, type DeliveryStatus, WebhookDelivery } from './webhook-delivery.entity';
import { secretsOf, WebhookEndpoint } from './webhook-endpoint.entity';

interface DeliveryServices {
  database: Database;
  audit: AuditLog;
  clock: Clock;
  queue: Queue;
  webhooks: WebhookService;
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

/** Sends what was published, until it arrives or is given up, and keeps every attempt. */
export class DeliveryService {
  constructor(readonly services: DeliveryServices) {}

  /** How a worker delivers. */
  readonly work: BackgroundWork<Answer | null> = {
    act: (id) => this.#send(id),
    settle: (id, answer) => inProjectOf(this.services.database, WebhookDelivery, id, () => this.#settle(id, answer)),
  };

  async #send(id: string): Promise<Answer | null> {
    const { database, clock, webhooks } = this.services;
    const where = { id, status: 'PENDING' as const };
    const delivery = await database.repository(WebhookDelivery).findOne({ where, relations: { endpoint: true } });
    if (!delivery || delivery.endpoint!.disabledAt) return null;
    const at = clock();
    const { url } = delivery.endpoint!;
    const message = { url, secrets: secretsOf(delivery.endpoint!, at), id: delivery.messageId, body: delivery.body };
    return sendWebhook(message, webhooks.destinations, at);
  }

  async #settle(id: string, answer: Answer | null): Promise<Date | null> {
    const { database, clock, webhooks } = this.services;
    const deliveries = database.repository(WebhookDelivery);
    const { endpointId } = await deliveries.findOneByOrFail({ id });
    const endpoint = (await webhooks.locked(endpointId))!;
    const delivery = await deliveries.findOneOrFail({ where: { id }, lock: { mode: 'pessimistic_write' } });
    const pending = delivery.status === 'PENDING';
    if (!answer) {
      if (!pending) return null;
      const { disabledAt, disabledReason } = endpoint;
      if (!disabledAt) return clock(); // somebody let the endpoint in again
      await deliveries.update({ id }, cancelledFor(disabledReason!));
      return null;
    }
    const at = clock();
    const number = delivery.attempts + 1;
    await database.repository(WebhookAttempt).insert({ deliveryId: id, number, at, ...answer });
    const { responseStatus } = answer;
    const delivered = responseStatus !== null && responseStatus >= 200 && responseStatus < 300;
    const endpoints = database.repository(WebhookEndpoint);
    if (delivered) {
      await endpoints.update({ id: endpoint.id }, { failingSince: null });
      const end = { status: 'DELIVERED', cancelledReason: null, nextAttemptAt: null } as const;
      await deliveries.update({ id }, { attempts: number, ...end });
      return null;
    }
    if (!pending) {
      // Cancelled while it was under way.
      await deliveries.update({ id }, { attempts: number });
      return null;
    }
    const failingSince = endpoint.failingSince ?? at;
    await endpoints.update({ id: endpoint.id }, { failingSince });
    const tooLong = at.getTime() - failingSince.getTime() >= PATIENCE;
    const pause = responseStatus === GONE || tooLong ? undefined : pauses[number - delivery.attemptsBefore - 1];
    // A fifth is left to chance, so that deliveries that failed together do not come back together.
    const next = pause === undefined ? null : new Date(at.getTime() + pause * (1 + Math.random() / 5));
    const status: DeliveryStatus = next ? 'PENDING' : 'FAILED';
    await deliveries.update({ id }, { attempts: number, status, nextAttemptAt: next });
    if (!endpoint.disabledAt) {
      if (responseStatus === GONE) await webhooks.disable(endpoint, 'it answered 410 Gone');
      else if (tooLong) await webhooks.disable(endpoint, `nothing was delivered since ${failingSince.toISOString()}`);
    }
    return next;
  }

  /** Sends a delivery again: the same id and body, a new signature, as if it had not been tried yet. */
  async replay(id: string): Promise<WebhookDelivery | Refusal> {
    const { database, audit, queue, webhooks } = this.services;
    if (!isId(id)) return refuse('DELIVERY_NOT_FOUND', ['id'], { id });
    return database.transaction(async () => {
      const deliveries = database.repository(WebhookDelivery);
      const found = await deliveries.findOneBy({ id });
      if (!found) return refuse('DELIVERY_NOT_FOUND', ['id'], { id });
      const { url, deletedAt, disabledAt } = (await webhooks.locked(found.endpointId))!;
      if (deletedAt) return refuse('WEBHOOK_DELETED', ['id'], { url, deletedAt: deletedAt.toISOString() });
      if (disabledAt) return refuse('WEBHOOK_DISABLED', ['id'], { url });
      const delivery = await deliveries.findOneOrFail({ where: { id }, lock: { mode: 'pessimistic_write' } });
      const { attempts: attemptsBefore } = delivery;
      await deliveries.update(
        { id },
        { status: 'PENDING', cancelledReason: null, attemptsBefore, nextAttemptAt: null },
      );
      await queue.wake(backgroundJob({ kind: 'WEBHOOK', subjectId: id }));
      const subject = { type: 'WEBHOOK', id: found.endpointId };
      await audit.record({ action: 'WEBHOOK_REPLAYED', subject, after: { deliveryId: id, url } });
      return deliveries.findOneByOrFail({ id });
    });
  }

  async byIds(ids: readonly string[]): Promise<WebhookDelivery[]> {
    return this.services.database.repository(WebhookDelivery).findBy({ id: In([...ids]) });
  }

  async list(
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
