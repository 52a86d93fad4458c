import { Field, ID, InputType } from 'type-graphql';
import type { Device } from '../../domain';
import type { MetricName } from '../../metrics';
import { IdempotentInput } from '../idempotent.input';
import { DeviceEnum } from '../run/run-enums';
import { resultType } from '../user-error';
import { EvaluationType } from './evaluation.type';
import { MetricEnum } from './metric.type';

@InputType({ description: 'Classes that count as one dataset in the scores.' })
export class ClassGroupInput {
  @Field(() => String, { description: 'Its name, the subject of its numbers.' })
  name: string;

  @Field(() => [String], { description: 'Its classes. The forget classes among them do not count.' })
  classes: string[];
}

@InputType({ description: 'An evaluation to make.' })
export class EvaluateCheckpointInput extends IdempotentInput {
  @Field(() => ID, { description: 'The checkpoint to ask.' })
  checkpointId: string;

  @Field(() => ID, { description: 'The images to ask about.' })
  datasetId: string;

  @Field(() => [MetricEnum], { nullable: true, description: 'What to measure; ZERO_SHOT when left out.' })
  metrics?: MetricName[] | null;

  @Field(() => [String], {
    nullable: true,
    description: 'Prompts, with {} for the class name; the default is "a photo of a {}".',
  })
  templates?: string[] | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The checkpoint to compare with, as a rule the original; metrics of drift and scores need it.',
  })
  referenceId?: string | null;

  @Field(() => [String], { nullable: true, description: 'Classes that were to be forgotten; scores need them.' })
  forgetClasses?: string[] | null;

  @Field(() => [ClassGroupInput], {
    nullable: true,
    description: 'Datasets of the scores; when left out, all classes are one.',
  })
  groups?: ClassGroupInput[] | null;

  @Field(() => DeviceEnum, { nullable: true, description: 'What computes; AUTO when left out.' })
  device?: Device | null;
}

export const EvaluateCheckpointResult = resultType(
  'EvaluateCheckpointResult',
  { type: () => EvaluationType, show: EvaluationType.of },
  [
    'INVALID_INPUT',
    'CHECKPOINT_NOT_FOUND',
    'CHECKPOINT_DELETED',
    'DATASET_NOT_FOUND',
    'CLASS_UNKNOWN',
    'METRIC_INPUT_MISSING',
    'REFERENCE_UNLIKE',
    'DEVICE_UNAVAILABLE',
    'IDEMPOTENCY_CONFLICT',
  ],
);
