import type { Database } from '../../database';
import type { Clock } from '../../queue';
import type { AuditLog } from '../audit/audit-log';
import type { WebhookService } from '../webhook/webhook.service';
import { ErasureRequest } from './erasure-request.entity';
import { remindersAt } from './reminders';
import type { RequestChanges } from './request-changes';
import { isClosed } from './request-status';

interface ReminderServices {
  database: Database;
  clock: Clock;
  audit: AuditLog;
  requestChanges: RequestChanges;
  webhooks: WebhookService;
}

/** Tells that a request is due soon. */
export class ReminderService {
  constructor(readonly services: ReminderServices) {}

  /**
   * Writes the newest reminder whose time has come, once for each due date, and says when the next one is.
   * @returns null when there is none any more
   */
  async remind(id: string): Promise<Date | null> {
    const { database, clock, audit, requestChanges, webhooks } = this.services;
    const request = await database
      .repository(ErasureRequest)
      .findOneOrFail({ where: { id }, lock: { mode: 'pessimistic_write' } });
    if (isClosed(request.status)) return null;
    const { due, next } = remindersAt(request.dueAt, clock());
    const payload = { days: due ?? 0, dueAt: request.dueAt.toISOString() };
    const [told] = await database.query(
      `SELECT 1 FROM request_event WHERE request_id = $1 AND type = 'REMINDER' AND payload = $2`,
      [id, JSON.stringify(payload)],
    );
    if (due !== null && !told) {
      await requestChanges.append(request, { type: 'REMINDER', payload });
      await audit.record({
        action: 'ERASURE_REQUEST_REMINDED',
        subject: { type: 'ERASURE_REQUEST', id },
        after: payload,
        projectId: request.projectId,
      });
      await webhooks.publish('REMINDER_DUE', { requestId: id, ...payload }, request.projectId);
    }
    return next;
  }
}
