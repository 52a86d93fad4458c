import { Field, ID, InputType, Int } from 'type-graphql';
import { IdempotentInput } from '../idempotent.input';
import { resultType } from '../user-error';
import { AliasType, MovedAliases } from './alias.type';

const policyId = 'The policy by which a checkpoint needs the verdict PASS; null for none';
const approvalsNeeded = 'How many people must have approved a checkpoint, 0 to 10.';

@InputType({ description: 'An alias to make.' })
export class CreateAliasInput extends IdempotentInput {
  @Field(() => String, { description: 'Up to 63 small letters, digits, dots, dashes and underscores.' })
  name: string;

  @Field(() => ID, { nullable: true, description: `${policyId}.` })
  policyId?: string | null;

  @Field(() => Int, { defaultValue: 0, description: approvalsNeeded })
  approvalsNeeded: number;
}

@InputType({ description: 'What it shall take to move an alias.' })
export class ProtectAliasInput {
  @Field(() => String, { description: 'Its name.' })
  alias: string;

  @Field(() => ID, { nullable: true, description: `${policyId}. Left out, it stays as it was.` })
  policyId?: string | null;

  @Field(() => Int, { description: approvalsNeeded })
  approvalsNeeded: number;
}

@InputType({ description: 'Where one alias shall point.' })
export class AliasMoveInput {
  @Field(() => String, { description: 'Its name.' })
  alias: string;

  @Field(() => ID, { description: 'The checkpoint.' })
  checkpointId: string;

  @Field(() => ID, {
    nullable: true,
    description: 'What it points at now, null for nothing: if it does not, nobody moves. Left out, it is not compared.',
  })
  expected?: string | null;
}

@InputType({ description: 'Aliases to move together.' })
export class MoveAliasesInput {
  @Field(() => [AliasMoveInput], { description: '1 to 20, each alias once.' })
  moves: AliasMoveInput[];

  @Field(() => String, { description: 'Why, for the history.' })
  reason: string;
}

@InputType({ description: 'An alias to move back.' })
export class RollbackAliasInput {
  @Field(() => String, { description: 'Its name.' })
  alias: string;

  @Field(() => ID, { description: 'The move of its history whose checkpoint it shall point at again.' })
  moveId: string;

  @Field(() => String, { description: 'Why, for the history.' })
  reason: string;
}

@InputType({ description: 'An alias to delete.' })
export class DeleteAliasInput {
  @Field(() => String, { description: 'Its name.' })
  alias: string;

  @Field(() => String, { description: 'Why, for the history.' })
  reason: string;
}

const success = { type: () => AliasType, show: AliasType.of };
const lacking = [
  'INVALID_INPUT',
  'ALIAS_NOT_FOUND',
  'CHECKPOINT_NOT_FOUND',
  'CHECKPOINT_DELETED',
  'ALIAS_NEEDS_PASS',
  'ALIAS_NEEDS_APPROVALS',
  'ALIAS_REJECTED',
] as const;

export const CreateAliasResult = resultType('CreateAliasResult', success, [
  'INVALID_INPUT',
  'ALIAS_EXISTS',
  'POLICY_NOT_FOUND',
  'IDEMPOTENCY_CONFLICT',
]);
export const ProtectAliasResult = resultType('ProtectAliasResult', success, [
  'INVALID_INPUT',
  'ALIAS_NOT_FOUND',
  'POLICY_NOT_FOUND',
]);
export const DeleteAliasResult = resultType('DeleteAliasResult', success, [
  'INVALID_INPUT',
  'ALIAS_NOT_FOUND',
  'ALIAS_PROTECTED',
]);
export const MoveAliasesResult = resultType('MoveAliasesResult', { type: () => MovedAliases, show: MovedAliases.of }, [
  ...lacking,
  'ALIAS_MOVED_BEFORE',
]);
export const RollbackAliasResult = resultType('RollbackAliasResult', success, [...lacking, 'ALIAS_MOVE_NOT_FOUND']);
