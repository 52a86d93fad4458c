import { Arg, Args, Ctx, Field, FieldResolver, ID, InputType, Mutation, Query, Resolver, Root } from 'type-graphql';
import { CheckpointType } from '../checkpoint/checkpoint.type';
import { type ConnectionOf, connectionType, PageArgs, toConnection } from '../connection';
import type { Context } from '../context';
import { IdempotentInput } from '../idempotent.input';
import { resultType } from '../user-error';
import { EvaluationType } from './evaluation.type';

const EvaluationConnection = connectionType('Evaluation', 'evaluations', () => EvaluationType);

@InputType({ description: 'An evaluation to make.' })
export class EvaluateCheckpointInput extends IdempotentInput {
  @Field(() => ID, { description: 'The checkpoint to ask.' })
  checkpointId: string;

  @Field(() => ID, { description: 'The images to ask about.' })
  datasetId: string;

  @Field(() => [String], {
    nullable: true,
    description: 'Prompts, with {} for the class name; the default is "a photo of a {}".',
  })
  templates?: string[] | null;
}

export const EvaluateCheckpointResult = resultType(
  'EvaluateCheckpointResult',
  { type: () => EvaluationType, show: EvaluationType.of },
  ['INVALID_INPUT', 'CHECKPOINT_NOT_FOUND', 'CHECKPOINT_DELETED', 'DATASET_NOT_FOUND', 'IDEMPOTENCY_CONFLICT'],
);

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
    description: 'Queues an evaluation: zero-shot accuracy, class by class.',
  })
  async evaluateCheckpoint(
    @Arg('input', () => EvaluateCheckpointInput, { description: 'The evaluation.' }) input: EvaluateCheckpointInput,
    @Ctx() { domain }: Context,
  ): Promise<object> {
    return EvaluateCheckpointResult.show(await domain.evaluations.request(input));
  }
}
