import { randomBytes, randomUUID } from 'node:crypto';
import { In } from 'typeorm';
import type { Database } from '../../database';
import type { Clock, Queue } from '../../queue';
import type { AuditLog } from '../audit/audit-log';
import { backgroundJob } from '../background/background.service';
import type { IdempotencyService } from '../idempotency/idempotency.service';
import { isId } from '../listing/cursor';
import { type Page, type PageRequest, pageOf } from '../listing/page';
import { projectOfNew } from '../project/owned';
import { Refusal, refuse } from '../refusal/refusals';
import type { Destinations } from './destinations';
import { cancelledFor, WebhookDelivery } from './webhook-delivery.entity';
import { WebhookEndpoint } from './webhook-endpoint.entity';
import { type WebhookPayloads, type WebhookType, wireType } from './webhook-types';

export interface RotateSecret {
  id: string;
  /** How long the secrets that sign now go on signing beside the new one. */
  graceHours: number;
  idempotencyKey?: string | null;
}

export interface CreateWebhook {
  url: string;
  /** Empty for everything. */
  types: WebhookType[];
  idempotencyKey?: string | null;
}

/** An endpoint and the secret that was made for it: shown once, so null when a request is repeated. */
export interface NewSecret {
  id: string;
  endpoint: WebhookEndpoint;
  secret: string | null;
}

interface WebhookServices {
  database: Database;
  audit: AuditLog;
  clock: Clock;
  queue: Queue;
  idempotency: IdempotencyService;
}

const HOUR = 3_600_000;
const LONGEST_GRACE_HOURS = 30 * 24;
const MOST_SECRETS = 5;

/** Tells endpoints what happened. A delivery is written with what it tells of, and sent by workers afterwards (delivery.service.ts). */
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
      const endpoints = await database.query<{ id: string; failing: boolean }>(
        `SELECT id, failing_since IS NOT NULL AS failing FROM webhook_endpoint 
         WHERE project_id = $2 AND disabled_at IS NULL AND (types = '{}' OR $1 = ANY(types))`,
        [type, projectId],
      );
      const messageId = `msg_${randomUUID()}`;
      const body = JSON.stringify({ type: wireType(type), timestamp: clock().toISOString(), data });
      const deliveries = database.repository(WebhookDelivery);
      for (const { id: endpointId, failing } of endpoints) {
        const made = await deliveries.save(deliveries.create({ projectId, endpointId, messageId, type, body }));
        // Who answers does not wait for who does not.
        const priority = failing ? -1 : 0;
        await queue.enqueue(backgroundJob({ kind: 'WEBHOOK', subjectId: made.id, priority, lane: endpointId }));
      }
    });
  }

  async create({ idempotencyKey, ...input }: CreateWebhook): Promise<NewSecret | Refusal> {
    return this.services.idempotency.once<NewSecret, Refusal>(
      { scope: 'createWebhook', key: idempotencyKey, input },
      async () => withSecret(await this.#create(input)),
      (id) => this.#withoutSecret(id),
    );
  }

  async #create({ url, types }: Omit<CreateWebhook, 'idempotencyKey'>): Promise<WebhookEndpoint | Refusal> {
    const { database, audit } = this.services;
    const problem = this.destinations.problemOf(url);
    if (problem) return refuse('WEBHOOK_URL_REFUSED', ['url'], { problem });
    return database.transaction(async () => {
      const endpoints = database.repository(WebhookEndpoint);
      const { id } = await endpoints.save(endpoints.create({ url, types: [...new Set(types)], secret: newSecret() }));
      await audit.record({ action: 'WEBHOOK_CREATED', subject: { type: 'WEBHOOK', id }, after: { url, types } });
      return endpoints.findOneByOrFail({ id });
    });
  }

  /**
   * Gives an endpoint a new secret. Those from before sign beside it for the hours given, and none of them for longer:
   * a receiver that takes any signature it knows misses nothing, and 0 ends a secret that leaked.
   */
  async rotateSecret({ idempotencyKey, ...input }: RotateSecret): Promise<NewSecret | Refusal> {
    return this.services.idempotency.once<NewSecret, Refusal>(
      { scope: 'rotateWebhookSecret', key: idempotencyKey, input },
      async () => withSecret(await this.#rotateSecret(input)),
      (id) => this.#withoutSecret(id),
    );
  }

  async #withoutSecret(id: string): Promise<NewSecret> {
    const endpoint = await this.services.database.repository(WebhookEndpoint).findOneByOrFail({ id });
    return { id, endpoint, secret: null };
  }

  async #rotateSecret({ id, graceHours }: Omit<RotateSecret, 'idempotencyKey'>): Promise<WebhookEndpoint | Refusal> {
    const { database, audit, clock } = this.services;
    const wrong = (problem: string) => refuse('INVALID_INPUT', ['graceHours'], { problem });
    if (!Number.isInteger(graceHours) || graceHours < 0 || graceHours > LONGEST_GRACE_HOURS) {
      return wrong(`graceHours must be an integer from 0 to ${LONGEST_GRACE_HOURS}`);
    }
    return database.transaction(async () => {
      const endpoint = await this.#kept(id);
      if (endpoint instanceof Refusal) return endpoint;
      const now = clock();
      const until = new Date(now.getTime() + graceHours * HOUR).toISOString();
      const { secret, formerSecrets } = endpoint;
      // Times in ISO form compare as text.
      const former = [{ secret, until }, ...formerSecrets.map((one) => ({ ...one, until: least(one.until, until) }))];
      const signing = former.filter((one) => one.until > now.toISOString());
      if (signing.length >= MOST_SECRETS) {
        return wrong(`${MOST_SECRETS} secrets sign already; rotate with graceHours 0, or wait until one has ended`);
      }
      const endpoints = database.repository(WebhookEndpoint);
      await endpoints.update({ id }, { secret: newSecret(), formerSecrets: signing });
      const after = { url: endpoint.url, graceHours };
      await audit.record({ action: 'WEBHOOK_SECRET_ROTATED', subject: { type: 'WEBHOOK', id }, after });
      return endpoints.findOneByOrFail({ id });
    });
  }

  /** Switches an endpoint off, or on again with a clean record. Doing either twice is no error. */
  async enable(id: string, enabled: boolean): Promise<WebhookEndpoint | Refusal> {
    const { database, audit } = this.services;
    return database.transaction(async () => {
      const endpoints = database.repository(WebhookEndpoint);
      const endpoint = await this.#kept(id);
      if (endpoint instanceof Refusal) return endpoint;
      if ((endpoint.disabledAt === null) === enabled) return endpoint;
      if (enabled) {
        await endpoints.update({ id }, { disabledAt: null, disabledReason: null, failingSince: null, waitUntil: null });
        const { url, types } = endpoint;
        await audit.record({ action: 'WEBHOOK_ENABLED', subject: { type: 'WEBHOOK', id }, after: { url, types } });
      } else {
        await this.disable(endpoint, 'somebody switched it off');
      }
      return endpoints.findOneByOrFail({ id });
    });
  }

  /** Ends an endpoint. What it was sent stays to be read. Deleting twice is no error. */
  async delete(id: string): Promise<WebhookEndpoint | Refusal> {
    const { database, audit, clock } = this.services;
    return database.transaction(async () => {
      const endpoint = await this.locked(id);
      if (!endpoint) return refuse('WEBHOOK_NOT_FOUND', ['id'], { id });
      if (endpoint.deletedAt) return endpoint;
      if (!endpoint.disabledAt) await this.disable(endpoint, 'somebody deleted it');
      const endpoints = database.repository(WebhookEndpoint);
      await endpoints.update({ id }, { deletedAt: clock() });
      const { url, types } = endpoint;
      await audit.record({ action: 'WEBHOOK_DELETED', subject: { type: 'WEBHOOK', id }, before: { url, types } });
      return endpoints.findOneByOrFail({ id });
    });
  }

  /** Part of a transaction that holds the endpoint's lock. What waited to be sent is cancelled, and the others are told. */
  async disable({ id, url, projectId }: WebhookEndpoint, reason: string): Promise<void> {
    const { database, audit, clock } = this.services;
    const change = { disabledAt: clock(), disabledReason: reason };
    await database.repository(WebhookEndpoint).update({ id }, change);
    await database.repository(WebhookDelivery).update({ endpointId: id, status: 'PENDING' }, cancelledFor(reason));
    await audit.record({ action: 'WEBHOOK_DISABLED', subject: { type: 'WEBHOOK', id }, after: { url, reason } });
    await this.publish('WEBHOOK_DISABLED', { endpointId: id, reason }, projectId);
  }

  /** Taken before the lock of one of its deliveries. Not a full one: who publishes refers to the endpoint and shall not wait. */
  async locked(id: string): Promise<WebhookEndpoint | null> {
    const where = { id };
    const lock = { mode: 'for_no_key_update' } as const;
    return isId(id) ? this.services.database.repository(WebhookEndpoint).findOne({ where, lock }) : null;
  }

  /** One that is not deleted, locked. */
  async #kept(id: string): Promise<WebhookEndpoint | Refusal> {
    const endpoint = await this.locked(id);
    if (!endpoint) return refuse('WEBHOOK_NOT_FOUND', ['id'], { id });
    const { url, deletedAt } = endpoint;
    return deletedAt ? refuse('WEBHOOK_DELETED', ['id'], { url, deletedAt: deletedAt.toISOString() }) : endpoint;
  }

  async get(id: string): Promise<WebhookEndpoint | null> {
    return isId(id) ? this.services.database.repository(WebhookEndpoint).findOneBy({ id }) : null;
  }

  async byIds(ids: readonly string[]): Promise<WebhookEndpoint[]> {
    return this.services.database.repository(WebhookEndpoint).findBy({ id: In([...ids]) });
  }

  async list(page: PageRequest, { deleted = false } = {}): Promise<Page<WebhookEndpoint>> {
    const query = this.services.database.repository(WebhookEndpoint).createQueryBuilder('endpoint');
    return pageOf(deleted ? query : query.where('endpoint.deletedAt IS NULL'), page);
  }
}

function withSecret(made: WebhookEndpoint | Refusal): NewSecret | Refusal {
  return made instanceof Refusal ? made : { id: made.id, endpoint: made, secret: made.secret };
}

function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

const least = (a: string, b: string) => (a < b ? a : b);
