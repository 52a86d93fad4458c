import type { RunEventType } from '../../domain';
import { encodeCursor } from '../cursor';
import * as payloads from './event-payloads';
import type { EventRow, RunEventBase } from './run-event.type';

const classes: Record<RunEventType, new () => RunEventBase> = {
  QUEUED: payloads.QueuedEvent,
  STARTED: payloads.StartedEvent,
  STAGE: payloads.StageEvent,
  PROGRESS: payloads.ProgressEvent,
  LOG: payloads.LogEvent,
  SNAPSHOT: payloads.SnapshotEvent,
  EVALUATED: payloads.EvaluatedEvent,
  RETRYING: payloads.RetryingEvent,
  CANCEL_REQUESTED: payloads.CancelRequestedEvent,
  SUCCEEDED: payloads.SucceededEvent,
  FAILED: payloads.FailedEvent,
  CANCELLED: payloads.CancelledEvent,
};

/** A row as GraphQL shows it: its payload's keys are fields of the event's own type. */
export function showEvent({ payload, runId, seq, at, type }: EventRow): RunEventBase {
  return Object.assign(new classes[type](), payload, { runId, seq, at, type, cursor: eventCursor({ runId, seq }) });
}

/** Names the run too, so that a cursor of another run is noticed instead of skipping events. */
export function eventCursor({ runId, seq }: { runId: string; seq: number }): string {
  return encodeCursor([runId, seq]);
}
