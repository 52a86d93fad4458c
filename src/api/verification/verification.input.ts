import { Field, ID, InputType } from 'type-graphql';
import type { AttackName } from '../../attacks';
import type { Device } from '../../domain';
import { IdempotentInput } from '../idempotent.input';
import { DeviceEnum } from '../run/run-enums';
import { resultType } from '../user-error';
import { AttackEnum } from './attack.type';
import { VerificationType } from './verification.type';

@InputType({ description: 'A coarser name for some classes, such as "animal".' })
export class SuperclassInput {
  @Field(() => String, { description: 'The name, as the prompts say it.' })
  name: string;

  @Field(() => [String], { description: 'Its classes.' })
  classes: string[];
}

@InputType({ description: "What every verification may be told. How it measures is the policy's `protocol`." })
abstract class VerificationInput extends IdempotentInput {
  @Field(() => ID, { nullable: true, description: "What it is judged by; Lethe's `default` when left out." })
  policyId?: string | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'A checkpoint trained without the forget images: thresholds relative to it apply, and RMIA refers to it.',
  })
  retrainedId?: string | null;

  @Field(() => [ID], {
    nullable: true,
    description:
      'More checkpoints that were not trained on the forget images: RMIA refers to the mean of them and of the retrained one.',
  })
  referenceIds?: string[] | null;

  @Field(() => [AttackEnum], {
    nullable: true,
    description: 'Which attacks; every one that what is given allows, when left out.',
  })
  attacks?: AttackName[] | null;

  @Field(() => [SuperclassInput], {
    nullable: true,
    description: 'Coarser names for SUPERCLASS; one holds a forgotten class and another one does not.',
  })
  superclasses?: SuperclassInput[] | null;

  @Field(() => DeviceEnum, { nullable: true, description: 'What computes; AUTO when left out.' })
  device?: Device | null;
}

@InputType({ description: 'A run whose result is to be verified.' })
export class VerifyRunInput extends VerificationInput {
  @Field(() => ID, { description: 'The run; it has succeeded.' })
  runId: string;

  @Field(() => ID, {
    nullable: true,
    description: "The run's own when left out. A run that only had class names needs a set with images of them.",
  })
  forgetSetId?: string | null;

  @Field(() => ID, { nullable: true, description: "The run's own when left out." })
  retainSetId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Held-out images; those the run was evaluated on when left out.' })
  datasetId?: string | null;
}

@InputType({ description: 'A checkpoint to verify that no run has made, such as an imported or a retrained one.' })
export class VerifyCheckpointInput extends VerificationInput {
  @Field(() => ID, { description: 'What is verified.' })
  checkpointId: string;

  @Field(() => ID, { description: 'The checkpoint that knew what was to be forgotten.' })
  originalId: string;

  @Field(() => ID, { description: 'What was to be forgotten, with images.' })
  forgetSetId: string;

  @Field(() => ID, { nullable: true, description: 'What was to be kept; the probe and relearning need it.' })
  retainSetId?: string | null;

  @Field(() => ID, { description: 'Images that neither training nor unlearning saw.' })
  datasetId: string;
}

@InputType({ description: 'A verification to stop.' })
export class CancelVerificationInput {
  @Field(() => ID, { description: 'Its id.' })
  id: string;
}

@InputType({ description: 'Which verifications to list. Given parts must all hold.' })
export class VerificationFilter {
  @Field(() => ID, { nullable: true, description: 'Those of the result of this run.' })
  runId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Those of this checkpoint.' })
  checkpointId?: string | null;
}

const success = { type: () => VerificationType, show: VerificationType.of };

/** What verifying a checkpoint can be refused for. */
const ofCheckpoints = [
  'INVALID_INPUT',
  'CHECKPOINT_NOT_FOUND',
  'CHECKPOINT_DELETED',
  'SET_NOT_FOUND',
  'DATASET_NOT_FOUND',
  'SETS_OVERLAP',
  'CLASS_UNKNOWN',
  'POLICY_NOT_FOUND',
  'ATTACK_INPUT_MISSING',
  'MODEL_NOT_INDEPENDENT',
  'EVIDENCE_TOO_SMALL',
  'REFERENCE_UNLIKE',
  'DEVICE_UNAVAILABLE',
] as const;

/** What verifying a run's result can be refused for. */
export const ofVerifications = ['RUN_NOT_FOUND', 'RUN_WITHOUT_RESULT', 'DATASET_MISSING', ...ofCheckpoints] as const;

export const VerifyCheckpointResult = resultType('VerifyCheckpointResult', success, [
  ...ofCheckpoints,
  'IDEMPOTENCY_CONFLICT',
]);
export const VerifyRunResult = resultType('VerifyRunResult', success, [...ofVerifications, 'IDEMPOTENCY_CONFLICT']);
export const CancelVerificationResult = resultType('CancelVerificationResult', success, [
  'VERIFICATION_NOT_FOUND',
  'VERIFICATION_FINISHED',
]);
