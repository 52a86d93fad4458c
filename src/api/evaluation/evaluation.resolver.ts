import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { CheckpointType } from '../checkpoint/checkpoint.type';
import { type ConnectionOf, connectionType, PageArgs, toConnection } from '../connection';
import type { Context } from '../context';
import { EvaluateCheckpointInput, EvaluateCheckpointResult } from './evaluation.input';
import { EvaluationType } from './evaluation.type';

const EvaluationConnection = connectionType('Evaluation', 'evaluations', () => EvaluationType);

@Resolver(() => CheckpointType)
export class EvaluationResolver {
  @Query(() => EvaluationType, { nullable: true, description: 'One evaluation.' })
  async evaluation(
    @Arg('id', () => ID, { description: 'Its id.' }) id: string,
    @Ctx() { domain }: Context,
  ): Promise<EvaluationType | null> {
    const row = await domain.evaluations.get(id);
    return row && EvaluationType.of(row);
  }

  @FieldResolver(() => EvaluationConnection, { description: 'Its evaluations, newest first.' })
  async evaluations(
    @Root() checkpoint: CheckpointType,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { domain }: Context,
  ): Promise<ConnectionOf<EvaluationType>> {
    return toConnection(await domain.evaluations.ofCheckpoint(checkpoint.id, page), page, EvaluationType.of);
  }

  @Mutation(() => EvaluateCheckpointResult.union, {
    description: 'Queues an evaluation by any metrics. Ask for its `status` and `progress` until it has ended.',
  })
  async evaluateCheckpoint(
    @Arg('input', () => EvaluateCheckpointInput, { description: 'The evaluation.' }) input: EvaluateCheckpointInput,
    @Ctx() { domain }: Context,
  ): Promise<object> {
    return EvaluateCheckpointResult.show(await domain.evaluations.request(input));
  }
}
