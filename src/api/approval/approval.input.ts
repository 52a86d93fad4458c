import { Field, ID, InputType } from 'type-graphql';
import type { Decision } from '../../domain';
import { resultType } from '../user-error';
import { ApprovalType, DecisionEnum } from './approval.type';

@InputType({ description: 'A decision about a checkpoint.' })
export class DecideCheckpointInput {
  @Field(() => ID, { description: "The checkpoint, as a rule a run's result." })
  checkpointId: string;

  @Field(() => DecisionEnum, { description: 'The decision.' })
  decision: Decision;

  @Field(() => String, { description: 'Why; a rejection must say so.' })
  comment: string;
}

@InputType({ description: 'A decision to take back.' })
export class WithdrawApprovalInput {
  @Field(() => ID, { description: 'Its id.' })
  id: string;
}

const success = { type: () => ApprovalType, show: ApprovalType.of };

export const DecideCheckpointResult = resultType('DecideCheckpointResult', success, [
  'INVALID_INPUT',
  'CHECKPOINT_NOT_FOUND',
  'CHECKPOINT_DELETED',
  'APPROVER_NOT_ALLOWED',
  'APPROVAL_OF_OWN_RUN',
  'APPROVAL_OF_OWN_MERGE',
  'APPROVAL_OF_OWN_IMPORT',
  'APPROVER_NOT_INDEPENDENT',
  'APPROVAL_REPEATED',
  'APPROVAL_COUNTED',
]);

export const WithdrawApprovalResult = resultType('WithdrawApprovalResult', success, [
  'APPROVAL_NOT_FOUND',
  'APPROVAL_OF_ANOTHER',
  'APPROVAL_OF_OWN_RUN',
  'APPROVAL_OF_OWN_MERGE',
  'APPROVAL_OF_OWN_IMPORT',
  'APPROVER_NOT_INDEPENDENT',
]);
