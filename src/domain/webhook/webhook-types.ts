import type { Decision } from '../approval/approval.entity';
import type { RequestStatus } from '../erasure-request/request-status';
import type { Verdict } from '../policy/judge';
import type { RunStatus } from '../run/run-status';

/** Every event that webhooks tell of, and what it carries: ids and states, never anything of a subject. */
export interface WebhookPayloads {
  RUN_FINISHED: { runId: string; status: RunStatus; resultId: string | null };
  VERIFICATION_FINISHED: { verificationId: string; checkpointId: string; verdict: Verdict };
  REQUEST_MOVED: { requestId: string; from: RequestStatus; to: RequestStatus };
  REMINDER_DUE: { requestId: string; days: number; dueAt: string };
  APPROVAL_GIVEN: { approvalId: string; checkpointId: string; decision: Decision };
  ALIAS_MOVED: { alias: string; fromId: string | null; toId: string };
  ALIAS_DELETED: { alias: string; fromId: string | null };
  CERTIFICATE_ISSUED: { certificateId: string; requestId: string | null };
  CERTIFICATE_STALE: { certificateId: string; requestId: string | null; carrierId: string };
  WEBHOOK_DISABLED: { endpointId: string; reason: string };
}

export type WebhookType = keyof WebhookPayloads;

export const webhookTypes: Record<WebhookType, string> = {
  RUN_FINISHED: 'a run succeeded, failed or was cancelled',
  VERIFICATION_FINISHED: 'a verification has its verdict',
  REQUEST_MOVED: 'the status of an erasure request changed',
  REMINDER_DUE: 'an erasure request is due in so many days; 0 says that it is overdue',
  APPROVAL_GIVEN: 'a person approved or rejected a checkpoint',
  ALIAS_MOVED: 'an alias points at another checkpoint',
  ALIAS_DELETED: 'an alias is no more',
  CERTIFICATE_ISSUED: 'a certificate was issued',
  CERTIFICATE_STALE: 'what a certificate says holds no longer',
  WEBHOOK_DISABLED:
    'an endpoint is not sent to any more: it failed for too long, or somebody switched it off or deleted it',
};

/** RUN_FINISHED -> `run.finished`: what the body of a delivery says. */
export function wireType(type: WebhookType): string {
  return type.toLowerCase().replace('_', '.');
}
