import { Field, ID, InputType, Int } from 'type-graphql';
import type { Device, RunStatus } from '../../domain';
import { IdempotentInput } from '../idempotent.input';
import { JsonObject } from '../scalars';
import { resultType } from '../user-error';
import { RunType } from './run.type';
import { DeviceEnum, RunStatusEnum } from './run-enums';

@InputType({ description: 'Which runs to list. Given parts must all hold.' })
export class RunFilter {
  @Field(() => RunStatusEnum, { nullable: true, description: 'Runs that are there now.' })
  status?: RunStatus | null;

  @Field(() => ID, { nullable: true, description: 'Runs that started from this checkpoint.' })
  checkpointId?: string | null;
}

@InputType({ description: 'A run to start. The sets and the images to evaluate on must share no image.' })
export class StartRunInput extends IdempotentInput {
  @Field(() => ID, { description: 'The original checkpoint.' })
  checkpointId: string;

  @Field(() => String, { description: 'Name of the method; `methods` lists them.' })
  method: string;

  @Field(() => ID, { description: 'What is to be forgotten.' })
  forgetSetId: string;

  @Field(() => ID, { nullable: true, description: 'What is to be kept; some methods need it.' })
  retainSetId?: string | null;

  @Field(() => ID, { nullable: true, description: 'A retain set on which the method tunes itself; few need it.' })
  calibrationSetId?: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'Dataset for accuracy before and after; none is measured without it.',
  })
  evaluateOnId?: string | null;

  @Field(() => [String], {
    nullable: true,
    description: 'Prompts of the evaluation, with {} for the class name; the default is "a photo of a {}".',
  })
  templates?: string[] | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether to draw what changed (`artifacts`), with `evaluateOnId`; true when left out.',
  })
  pictures?: boolean | null;

  @Field(() => JsonObject, { nullable: true, description: "Hyper-parameters; the method's defaults fill in the rest." })
  parameters?: Record<string, unknown> | null;

  @Field(() => Int, { nullable: true, description: 'Seed of everything random; 0 when left out.' })
  seed?: number | null;

  @Field(() => Int, { nullable: true, description: 'Higher goes first, -1000 to 1000; 0 when left out.' })
  priority?: number | null;

  @Field(() => DeviceEnum, { nullable: true, description: 'What computes; AUTO when left out.' })
  device?: Device | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Times an executor may begin before the run fails; 5 when left out.',
  })
  maxAttempts?: number | null;
}

@InputType({ description: 'A run to stop.' })
export class CancelRunInput {
  @Field(() => ID, { description: 'Its id.' })
  id: string;
}

const success = { type: () => RunType, show: RunType.of };

export const StartRunResult = resultType('StartRunResult', success, [
  'INVALID_INPUT',
  'CHECKPOINT_NOT_FOUND',
  'CHECKPOINT_DELETED',
  'METHOD_UNKNOWN',
  'PARAMETER_INVALID',
  'SET_NOT_FOUND',
  'SET_MISSING',
  'SET_WITHOUT_SAMPLES',
  'CLASSES_MISSING',
  'SETS_OVERLAP',
  'DATASET_NOT_FOUND',
  'DEVICE_UNAVAILABLE',
  'IDEMPOTENCY_CONFLICT',
]);

export const CancelRunResult = resultType('CancelRunResult', success, ['RUN_NOT_FOUND', 'RUN_FINISHED']);
