import { Field, ID, InputType, Int } from 'type-graphql';
import type { PlaybookStep, RefusalCode } from '../../domain';
import { ErasureRequestType } from '../erasure-request/erasure-request.type';
import { IdempotentInput } from '../idempotent.input';
import { JsonObject } from '../scalars';
import { resultType } from '../user-error';
import { ofVerifications } from '../verification/verification.input';
import { PlaybookGraphType, PlaybookStepEnum } from './playbook.type';

@InputType({ description: 'A playbook to make.' })
export class CreatePlaybookInput extends IdempotentInput {
  @Field(() => String, { description: 'Its name.' })
  name: string;

  @Field(() => String, { description: 'Name of the alias whose checkpoint is made to forget and replaced.' })
  alias: string;

  @Field(() => String, { description: 'Name of the method.' })
  method: string;

  @Field(() => JsonObject, { nullable: true, description: "The method's hyper-parameters." })
  parameters?: Record<string, unknown> | null;

  @Field(() => Int, { nullable: true, description: 'Seed of its runs; 0 when left out.' })
  seed?: number | null;

  @Field(() => ID, { nullable: true, description: 'What its runs keep.' })
  retainSetId?: string | null;

  @Field(() => ID, { nullable: true, description: 'What the method tunes itself on.' })
  calibrationSetId?: string | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'Dataset of which its runs keep all but what the request forgets: such a playbook serves any request. In the place of retainSetId.',
  })
  retainFromId?: string | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'Dataset of which the method tunes itself on all but what the request forgets. In the place of calibrationSetId.',
  })
  calibrateFromId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Images its runs are evaluated on; a policy needs them.' })
  evaluateOnId?: string | null;

  @Field(() => ID, { nullable: true, description: 'What verification measures by; left out, nothing is verified.' })
  policyId?: string | null;

  @Field(() => Int, { nullable: true, description: 'Approvals needed, 0 to 10; the alias may ask for more.' })
  approvalsNeeded?: number | null;

  @Field(() => [PlaybookStepEnum], { description: 'Steps that go by themselves; APPROVAL cannot be one.' })
  automatic: PlaybookStep[];
}

@InputType({ description: 'A playbook for a request.' })
export class GivePlaybookInput {
  @Field(() => ID, { description: "The request's id." })
  id: string;

  @Field(() => ID, { description: "The playbook's id." })
  playbookId: string;
}

@InputType({ description: 'A step to take.' })
export class TakeRequestStepInput {
  @Field(() => ID, { description: "The request's id." })
  id: string;

  @Field(() => PlaybookStepEnum, { description: 'The step: the next one, or RUN again after one that is blocked.' })
  step: PlaybookStep;
}

const success = { type: () => ErasureRequestType, show: ErasureRequestType.of };

/** What starting a run can be refused for. */
const ofRuns: RefusalCode[] = [
  'INVALID_INPUT',
  'CHECKPOINT_NOT_FOUND',
  'CHECKPOINT_DELETED',
  'METHOD_UNKNOWN',
  'PARAMETER_INVALID',
  'SET_NOT_FOUND',
  'SET_EMPTY',
  'SET_MISSING',
  'SET_WITHOUT_SAMPLES',
  'CLASSES_MISSING',
  'SETS_OVERLAP',
  'DATASET_NOT_FOUND',
  'DEVICE_UNAVAILABLE',
];

export const CreatePlaybookResult = resultType(
  'CreatePlaybookResult',
  { type: () => PlaybookGraphType, show: PlaybookGraphType.of },
  [
    'INVALID_INPUT',
    'ALIAS_NOT_FOUND',
    'METHOD_UNKNOWN',
    'PARAMETER_INVALID',
    'SET_NOT_FOUND',
    'SET_MISSING',
    'SET_WITHOUT_SAMPLES',
    'SETS_OVERLAP',
    'DATASET_NOT_FOUND',
    'POLICY_NOT_FOUND',
    'PLAYBOOK_EXISTS',
    'IDEMPOTENCY_CONFLICT',
  ],
);
export const GivePlaybookResult = resultType('GivePlaybookResult', success, [
  'REQUEST_NOT_FOUND',
  'REQUEST_CLOSED',
  'PLAYBOOK_NOT_FOUND',
  'PLAYBOOK_UNDER_WAY',
  'REQUEST_PROMOTED',
]);
export const TakeRequestStepResult = resultType('TakeRequestStepResult', success, [
  'REQUEST_NOT_FOUND',
  'REQUEST_CLOSED',
  'PLAYBOOK_MISSING',
  'STEP_NOT_NEXT',
  'ALIAS_EMPTY',
  'ALIAS_NOT_FOUND',
  'ALIAS_MOVED_BEFORE',
  'ALIAS_NEEDS_PASS',
  'ALIAS_NEEDS_APPROVALS',
  'ALIAS_REJECTED',
  'REQUEST_OF_ANOTHER_RUN',
  ...new Set([...ofRuns, ...ofVerifications]),
]);
