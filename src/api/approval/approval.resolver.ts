import { Arg, Args, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { CheckpointType } from '../checkpoint/checkpoint.type';
import { type ConnectionOf, connectionType, PageArgs, toConnection } from '../connection';
import type { Context } from '../context';
import {
  DecideCheckpointInput,
  DecideCheckpointResult,
  WithdrawApprovalInput,
  WithdrawApprovalResult,
} from './approval.input';
import { ApprovalType } from './approval.type';

const ApprovalConnection = connectionType('Approval', 'decisions about checkpoints', () => ApprovalType);

@Resolver(() => CheckpointType)
export class ApprovalResolver {
  @FieldResolver(() => ApprovalConnection, { description: 'What people decided about it, withdrawn decisions too.' })
  async approvals(
    @Root() { id: checkpointId }: CheckpointType,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { domain }: Context,
  ): Promise<ConnectionOf<ApprovalType>> {
    return toConnection(await domain.approvals.list(page, { checkpointId }), page, ApprovalType.of);
  }

  @Mutation(() => DecideCheckpointResult.union, {
    description:
      'Approves or rejects a checkpoint: a person who is a reviewer or privacy officer, once, and never the result of their own run or merge, nor what they imported.',
  })
  async decideCheckpoint(
    @Arg('input', () => DecideCheckpointInput, { description: 'The decision.' }) input: DecideCheckpointInput,
    @Ctx() { domain }: Context,
  ): Promise<object> {
    return DecideCheckpointResult.show(await domain.approvals.give(input));
  }

  @Mutation(() => WithdrawApprovalResult.union, {
    description: "Takes back one's own decision; it stays on record. Repeatable.",
  })
  async withdrawApproval(
    @Arg('input', () => WithdrawApprovalInput, { description: 'Which one.' }) { id }: WithdrawApprovalInput,
    @Ctx() { domain }: Context,
  ): Promise<object> {
    return WithdrawApprovalResult.show(await domain.approvals.withdraw(id));
  }
}
