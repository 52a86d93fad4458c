import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { ATTACK_NAMES } from '../../attacks';
import { CheckpointType } from '../checkpoint/checkpoint.type';
import { type ConnectionOf, connectionType, PageArgs, toConnection } from '../connection';
import type { Context } from '../context';
import { RunType } from '../run/run.type';
import { AttackInfoType } from './attack.type';
import {
  CancelVerificationInput,
  CancelVerificationResult,
  VerificationFilter,
  VerifyCheckpointInput,
  VerifyCheckpointResult,
  VerifyRunInput,
  VerifyRunResult,
} from './verification.input';
import { VerificationType } from './verification.type';

const VerificationConnection = connectionType('Verification', 'verifications', () => VerificationType);

@Resolver(() => CheckpointType)
export class VerificationResolver {
  @Query(() => [AttackInfoType], { description: 'Every attack that a verification can make.' })
  attacks(): AttackInfoType[] {
    return ATTACK_NAMES.map(AttackInfoType.of);
  }

  @Query(() => VerificationType, { nullable: true, description: 'One verification.' })
  async verification(
    @Arg('id', () => ID, { description: 'Its id.' }) id: string,
    @Ctx() { domain }: Context,
  ): Promise<VerificationType | null> {
    const row = await domain.verifications.get(id);
    return row && VerificationType.of(row);
  }

  @Query(() => VerificationConnection, { name: 'verifications', description: 'Verifications, newest first.' })
  async all(
    @Args(() => PageArgs) page: PageArgs,
    @Arg('filter', () => VerificationFilter, { nullable: true, description: 'Which ones; all when left out.' })
    filter: VerificationFilter | null,
    @Ctx() { domain }: Context,
  ): Promise<ConnectionOf<VerificationType>> {
    return toConnection(await domain.verifications.list(page, filter ?? {}), page, VerificationType.of);
  }

  @FieldResolver(() => VerificationConnection, { description: 'Its verifications, newest first.' })
  async verifications(
    @Root() { id }: CheckpointType,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { domain }: Context,
  ): Promise<ConnectionOf<VerificationType>> {
    return toConnection(await domain.verifications.list(page, { checkpointId: id }), page, VerificationType.of);
  }

  @Mutation(() => VerifyRunResult.union, {
    description:
      'Plans attacks on what a run has made and queues them. Ask for `status` and `progress` until it has ended.',
  })
  async verifyRun(
    @Arg('input', () => VerifyRunInput, { description: 'The verification.' }) input: VerifyRunInput,
    @Ctx() { domain }: Context,
  ): Promise<object> {
    return VerifyRunResult.show(await domain.verifications.verifyRun(input));
  }

  @Mutation(() => VerifyCheckpointResult.union, {
    description: 'The same for a checkpoint that no run here has made, such as an imported or a retrained one.',
  })
  async verifyCheckpoint(
    @Arg('input', () => VerifyCheckpointInput, { description: 'The verification.' }) input: VerifyCheckpointInput,
    @Ctx() { domain }: Context,
  ): Promise<object> {
    return VerifyCheckpointResult.show(await domain.verifications.verifyCheckpoint(input));
  }

  @Mutation(() => CancelVerificationResult.union, {
    description: 'Stops a verification: one that waits at once, one that is under way within seconds. Repeatable.',
  })
  async cancelVerification(
    @Arg('input', () => CancelVerificationInput, { description: 'Which one.' }) { id }: CancelVerificationInput,
    @Ctx() { domain }: Context,
  ): Promise<object> {
    return CancelVerificationResult.show(await domain.verifications.cancel(id));
  }
}

@Resolver(() => RunType)
export class RunVerificationResolver {
  @FieldResolver(() => VerificationConnection, { description: 'Verifications of its result, newest first.' })
  async verifications(
    @Root() { id }: RunType,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { domain }: Context,
  ): Promise<ConnectionOf<VerificationType>> {
    return toConnection(await domain.verifications.list(page, { runId: id }), page, VerificationType.of);
  }
}
