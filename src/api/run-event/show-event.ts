import type { RunEventType } from '../../domain';
import * as payloads from './event-payloads';
import type { EventRow, RunEventBase } from './run-event.type';

export const eventClasses: Record<RunEventType, new () => RunEventBase> = {
  QUEUED: payloads.QueuedEvent,
  STARTED: payloads.StartedEvent,
  STAGE: payloads.StageEvent,
  PROGRESS: payloads.ProgressEvent,
  LOG: payloads.LogEvent,
  SNAPSHOT: payloads.SnapshotEvent,
  EVALUATED: payloads.EvaluatedEvent,
  ARTIFACT_ADDED: payloads.ArtifactAddedEvent,
  RETRYING: payloads.RetryingEvent,
  CANCEL_REQUESTED: payloads.CancelRequestedEvent,
  SUCCEEDED: payloads.SucceededEvent,
  FAILED: payloads.FailedEvent,
  CANCELLED: payloads.CancelledEvent,
};

/** A row as GraphQL shows it: its payload's keys are fields of the event's own type. */
export function showEvent({ payload, runId, seq, at, type }: EventRow): RunEventBase {
  return Object.assign(new eventClasses[type](), payload, { runId, seq, at, type, cursor: String(seq) });
}
