import { Arg, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import type { Context } from '../context';
import { MergeCheckpointsInput, MergeCheckpointsResult } from './merge.input';
import { MergeType } from './merge.type';

@Resolver()
export class MergeResolver {
  @Query(() => MergeType, { nullable: true, description: 'One merge.' })
  async checkpointMerge(
    @Arg('id', () => ID, { description: 'Its id.' }) id: string,
    @Ctx() { domain }: Context,
  ): Promise<MergeType | null> {
    const row = await domain.merges.get(id);
    return row && MergeType.of(row);
  }

  @Mutation(() => MergeCheckpointsResult.union, {
    description: 'Queues the weighted average of checkpoints of one architecture, weight by weight.',
  })
  async mergeCheckpoints(
    @Arg('input', () => MergeCheckpointsInput, { description: 'The merge.' }) input: MergeCheckpointsInput,
    @Ctx() { domain }: Context,
  ): Promise<object> {
    return MergeCheckpointsResult.show(await domain.merges.request(input));
  }
}
