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
import { nextAttempt, PATIENCE, reliefUntil } from './schedule';
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

const GONE = 410;

/** Sends what was published, until it arrives or is given up, and keeps every attempt. */
export class DeliveryService {
  constructor(readonly services: DeliveryServices) {}

  /** How a worker delivers. */
  readonly work: BackgroundWork<Answer | null> = {
    act: (id) => this.#send(id),
    settle: (id, answer) => inProjectOf(this.services.database, WebhookDelivery, id, () => this.#settle(id, answer)),
  };

  /** Null when it is not to be sent now; `#settle` finds out why. */
  async #send(id: string): Promise<Answer | null> {
    const { database, clock, webhooks } = this.services;
    const where = { id, status: 'PENDING' as const };
    const delivery = await database.repository(WebhookDelivery).findOne({ where, relations: { endpoint: true } });
    if (!delivery) return null;
    const at = clock();
    const endpoint = delivery.endpoint!;
    const { url, disabledAt, waitUntil } = endpoint;
    if (disabledAt || (waitUntil && waitUntil > at)) return null;
    const message = { url, secrets: secretsOf(endpoint, at), id: delivery.messageId, body: delivery.body };
    return sendWebhook(message, webhooks.destinations, at);
  }

  async #settle(id: string, answer: Answer | null): Promise<Date | null> {
    const { database, webhooks } = this.services;
    const deliveries = database.repository(WebhookDelivery);
    const { endpointId } = await deliveries.findOneByOrFail({ id });
    const endpoint = (await webhooks.locked(endpointId))!;
    const delivery = await deliveries.findOneOrFail({ where: { id }, lock: { mode: 'pessimistic_write' } });
    return answer ? this.#record(delivery, endpoint, answer) : this.#postpone(delivery, endpoint);
  }

  /** What was not sent, is cancelled, or waits until its endpoint wants it. */
  async #postpone({ id, status }: WebhookDelivery, endpoint: WebhookEndpoint): Promise<Date | null> {
    if (status !== 'PENDING') return null;
    const deliveries = this.services.database.repository(WebhookDelivery);
    if (endpoint.disabledAt) {
      await deliveries.update({ id }, cancelledFor(endpoint.disabledReason!));
      return null;
    }
    // It may be past already: somebody let the endpoint in again.
    const nextAttemptAt = endpoint.waitUntil ?? this.services.clock();
    await deliveries.update({ id }, { nextAttemptAt });
    return nextAttemptAt;
  }

  /** Writes an attempt down, and what follows from it. */
  async #record(delivery: WebhookDelivery, endpoint: WebhookEndpoint, answer: Answer): Promise<Date | null> {
    const { database, clock, webhooks } = this.services;
    const deliveries = database.repository(WebhookDelivery);
    const endpoints = database.repository(WebhookEndpoint);
    const { id } = delivery;
    const { responseStatus, error, milliseconds, retryAfter, overloaded } = answer;
    const at = clock();
    const attempts = delivery.attempts + 1;
    const attempt = { deliveryId: id, number: attempts, at, responseStatus, error, milliseconds };
    await database.repository(WebhookAttempt).insert(attempt);
    if (responseStatus !== null && responseStatus >= 200 && responseStatus < 300) {
      await endpoints.update({ id: endpoint.id }, { failingSince: null, waitUntil: null });
      const end = { status: 'DELIVERED', cancelledReason: null, nextAttemptAt: null } as const;
      await deliveries.update({ id }, { attempts, ...end });
      return null;
    }
    if (delivery.status !== 'PENDING') {
      // Cancelled while it was under way.
      await deliveries.update({ id }, { attempts });
      return null;
    }
    const failingSince = endpoint.failingSince ?? at;
    const waitUntil = overloaded || retryAfter ? reliefUntil(at, retryAfter) : endpoint.waitUntil;
    await endpoints.update({ id: endpoint.id }, { failingSince, waitUntil });
    const over = reasonToDisable(answer, failingSince, at);
    const next = over === null ? nextAttempt(attempts - delivery.attemptsBefore, at, retryAfter) : null;
    await deliveries.update({ id }, { attempts, status: next ? 'PENDING' : 'FAILED', nextAttemptAt: next });
    if (over !== null && !endpoint.disabledAt) await webhooks.disable(endpoint, over);
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
      await queue.wake(backgroundJob({ kind: 'WEBHOOK', subjectId: id, lane: found.endpointId }));
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

/** Why an endpoint is not to be sent to any more after an attempt that failed; null when it is. */
function reasonToDisable({ responseStatus }: Answer, failingSince: Date, at: Date): string | null {
  if (responseStatus === GONE) return 'it answered 410 Gone';
  return at.getTime() - failingSince.getTime() >= PATIENCE
    ? `nothing was delivered since ${failingSince.toISOString()}`
    : null;
}
