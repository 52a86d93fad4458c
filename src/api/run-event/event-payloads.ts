import { Ctx, Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { type RunEventType, runEventTypes } from '../../domain';
import { ArtifactType } from '../artifact/artifact.type';
import { CheckpointType } from '../checkpoint/checkpoint.type';
import type { Context } from '../context';
import { enumOf } from '../enum-of';
import { EvaluationType } from '../evaluation/evaluation.type';
import { FailureType } from '../run/failure.type';
import { ProgressType } from '../run/progress.type';
import { JsonObject } from '../scalars';
import { eventTypeName, RunEventBase } from './run-event.type';

/** Declares the object type of one kind of event. The domain says what it is about; the class, what it carries. */
function EventOf(type: RunEventType): ClassDecorator {
  const { about } = runEventTypes[type];
  const description = `${about.slice(0, 1).toUpperCase()}${about.slice(1)}.`;
  return ObjectType(eventTypeName(type), { implements: RunEventBase, description });
}

export const EvaluationRoleEnum = enumOf(['BEFORE', 'AFTER']);
registerEnumType(EvaluationRoleEnum, {
  name: 'EvaluationRole',
  description: 'When an evaluation of a run took place.',
  valuesConfig: {
    BEFORE: { description: 'Of the original checkpoint.' },
    AFTER: { description: 'Of the unlearned checkpoint.' },
  },
});

export const LogLevelEnum = enumOf(['DEBUG', 'INFO', 'WARN', 'ERROR']);
registerEnumType(LogLevelEnum, {
  name: 'LogLevel',
  description: 'How much a line of the log matters.',
  valuesConfig: {
    DEBUG: { description: 'For whoever writes the method.' },
    INFO: { description: 'Good to know.' },
    WARN: { description: 'Look at it.' },
    ERROR: { description: 'Something failed.' },
  },
});

@ObjectType('ResumePoint', { description: 'Where an attempt goes on.' })
export class ResumePoint {
  @Field(() => String, { description: 'Stage.' })
  stage: string;

  @Field(() => Int, { description: 'Steps of it that are done.' })
  step: number;
}

@EventOf('QUEUED')
export class QueuedEvent extends RunEventBase {
  @Field(() => Int, { description: 'Higher goes first.' })
  priority: number;
}

@EventOf('STARTED')
export class StartedEvent extends RunEventBase {
  @Field(() => Int, { description: 'Which attempt, from 1.' })
  attempt: number;

  @Field(() => ID, { description: 'Who works on it.' })
  executorId: string;

  @Field(() => ResumePoint, { nullable: true, description: 'Where it goes on; null when it begins at the beginning.' })
  resumedFrom: ResumePoint | null;
}

@EventOf('STAGE')
export class StageEvent extends RunEventBase {
  @Field(() => String, { description: 'Name of the stage.' })
  stage: string;

  @Field(() => Int, { description: 'Steps it has.' })
  totalSteps: number;
}

@EventOf('PROGRESS')
export class ProgressEvent extends RunEventBase {
  @Field(() => String, { description: 'Name of the stage.' })
  stage: string;

  @Field(() => JsonObject, { description: "The latest step's losses, by name." })
  losses: Record<string, number>;

  readonly step: number;
  readonly totalSteps: number;
  readonly fraction: number;
  readonly etaSeconds: number | null;

  @Field(() => ProgressType, { description: 'How far the run is.' })
  progress(): ProgressType {
    const { step, totalSteps, fraction, etaSeconds } = this;
    return { step, totalSteps, fraction, etaSeconds };
  }
}

@EventOf('LOG')
export class LogEvent extends RunEventBase {
  readonly level: string;

  @Field(() => LogLevelEnum, { name: 'level', description: 'How much it matters.' })
  levelName(): string {
    return this.level.toUpperCase();
  }

  @Field(() => String, { description: 'What was said.' })
  message: string;
}

@EventOf('SNAPSHOT')
export class SnapshotEvent extends RunEventBase {
  @Field(() => String, { description: 'Stage.' })
  stage: string;

  @Field(() => Int, { description: 'Steps of it that the snapshot holds.' })
  step: number;
}

@EventOf('EVALUATED')
export class EvaluatedEvent extends RunEventBase {
  private readonly evaluationId: string;

  @Field(() => EvaluationRoleEnum, { description: 'Of which checkpoint.' })
  role: string;

  @Field(() => EvaluationType, { description: 'What was found.' })
  async evaluation(@Ctx() { loaders }: Context): Promise<EvaluationType> {
    return EvaluationType.of(await loaders.evaluation.load(this.evaluationId));
  }
}

@EventOf('ARTIFACT_ADDED')
export class ArtifactAddedEvent extends RunEventBase {
  private readonly artifactId: string;

  @Field(() => ArtifactType, { description: 'The picture or table, as it is now.' })
  async artifact(@Ctx() { loaders }: Context): Promise<ArtifactType> {
    return ArtifactType.of(await loaders.artifact.load(this.artifactId));
  }
}

@EventOf('RETRYING')
export class RetryingEvent extends RunEventBase {
  readonly code: string;
  readonly message: string;

  @Field(() => Int, { description: 'The attempt that was lost.' })
  attempt: number;

  @Field(() => FailureType, { description: 'Why.' })
  reason(): FailureType {
    return { code: this.code, message: this.message };
  }
}

@EventOf('CANCEL_REQUESTED')
export class CancelRequestedEvent extends RunEventBase {}

@EventOf('SUCCEEDED')
export class SucceededEvent extends RunEventBase {
  private readonly checkpointId: string;

  @Field(() => String, { nullable: true, description: "The method's own verdict." })
  outcome: string | null;

  @Field(() => CheckpointType, { description: 'The unlearned checkpoint.' })
  async checkpoint(@Ctx() { loaders }: Context): Promise<CheckpointType> {
    return CheckpointType.of(await loaders.checkpoint.load(this.checkpointId));
  }
}

@EventOf('FAILED')
export class FailedEvent extends RunEventBase {
  readonly code: string;
  readonly message: string;

  @Field(() => FailureType, { description: 'Why.' })
  error(): FailureType {
    return { code: this.code, message: this.message };
  }
}

@EventOf('CANCELLED')
export class CancelledEvent extends RunEventBase {}
