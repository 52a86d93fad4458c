import type { Failure, Progress } from '../run/run.entity';

/** Every kind of event and what it carries. The one place where an event is declared. */
export interface RunEventPayloads {
  QUEUED: { priority: number };
  STARTED: { attempt: number; executorId: string; resumedFrom: { stage: string; step: number } | null };
  STAGE: { stage: string; totalSteps: number };
  /** At most one every 100 ms; `losses` are the latest step's. */
  PROGRESS: Progress & { stage: string; losses: Record<string, number> };
  LOG: { level: 'debug' | 'info' | 'warn' | 'error'; message: string };
  SNAPSHOT: { stage: string; step: number };
  EVALUATED: { evaluationId: string; role: 'BEFORE' | 'AFTER' };
  ARTIFACT_ADDED: { artifactId: string };
  /** The attempt ended without settling the run; another one will go on from the last snapshot. */
  RETRYING: Failure & { attempt: number };
  CANCEL_REQUESTED: Record<string, never>;
  SUCCEEDED: { checkpointId: string; outcome: string | null };
  FAILED: Failure;
  CANCELLED: Record<string, never>;
}

export type RunEventType = keyof RunEventPayloads;

/** A terminal event is a run's last: subscriptions complete after it. */
export const runEventTypes: Record<RunEventType, { terminal: boolean; about: string }> = {
  QUEUED: { terminal: false, about: 'the run was accepted' },
  STARTED: { terminal: false, about: 'an executor began an attempt' },
  STAGE: { terminal: false, about: 'the method entered a stage' },
  PROGRESS: { terminal: false, about: 'steps were done' },
  LOG: { terminal: false, about: 'the trainer or the executor had something to say' },
  SNAPSHOT: { terminal: false, about: 'a point from which a retried attempt goes on was stored' },
  EVALUATED: { terminal: false, about: 'the checkpoint was evaluated before or after the run' },
  ARTIFACT_ADDED: { terminal: false, about: 'a picture or table was made, or made anew by a retried attempt' },
  RETRYING: { terminal: false, about: 'an attempt was lost or failed and will be repeated' },
  CANCEL_REQUESTED: { terminal: false, about: 'somebody asked for the run to stop' },
  SUCCEEDED: { terminal: true, about: 'the unlearned checkpoint exists' },
  FAILED: { terminal: true, about: 'the run ended without a checkpoint' },
  CANCELLED: { terminal: true, about: 'the run was stopped on request' },
};

/** An event before it has a number. */
export type NewRunEvent = { [T in RunEventType]: { type: T; payload: RunEventPayloads[T] } }[RunEventType];
