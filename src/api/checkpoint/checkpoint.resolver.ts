import { Arg, Args, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import { type ConnectionOf, connectionType, PageArgs, toConnection } from '../connection';
import type { Context } from '../context';
import {
  DeclareTrainingInput,
  DeclareTrainingResult,
  DeleteCheckpointInput,
  DeleteCheckpointResult,
  ImportCheckpointInput,
  ImportCheckpointResult,
} from './checkpoint.input';
import { CheckpointType } from './checkpoint.type';

const CheckpointConnection = connectionType('Checkpoint', 'checkpoints', () => CheckpointType);

@Resolver()
export class CheckpointResolver {
  @Query(() => CheckpointConnection, { description: 'Checkpoints that are not deleted, newest first.' })
  async checkpoints(
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { domain }: Context,
  ): Promise<ConnectionOf<CheckpointType>> {
    return toConnection(await domain.checkpoints.list(page), page, CheckpointType.of);
  }

  @Query(() => CheckpointType, { nullable: true, description: 'One checkpoint, deleted or not.' })
  async checkpoint(
    @Arg('id', () => ID, { description: 'Its id.' }) id: string,
    @Ctx() { domain }: Context,
  ): Promise<CheckpointType | null> {
    const row = await domain.checkpoints.get(id);
    return row && CheckpointType.of(row);
  }

  @Mutation(() => ImportCheckpointResult.union, {
    description: 'Reads a checkpoint, checks every tensor, keeps a copy of its files and registers it.',
  })
  async importCheckpoint(
    @Arg('input', () => ImportCheckpointInput, { description: 'What to import.' }) input: ImportCheckpointInput,
    @Ctx() { domain }: Context,
  ): Promise<object> {
    return ImportCheckpointResult.show(await domain.checkpoints.import(input));
  }

  @Mutation(() => DeclareTrainingResult.union, {
    description:
      'Says on which datasets a checkpoint was trained before it was imported: `carriers` follows that. What was said before stays said.',
  })
  async declareTraining(
    @Arg('input', () => DeclareTrainingInput, { description: 'What is declared.' }) input: DeclareTrainingInput,
    @Ctx() { domain }: Context,
  ): Promise<object> {
    return DeclareTrainingResult.show(await domain.checkpoints.declareTraining(input));
  }

  @Mutation(() => DeleteCheckpointResult.union, {
    description:
      'Marks a checkpoint as deleted: nothing starts from it any more and its files are not given out; lineage still names it. Repeatable.',
  })
  async deleteCheckpoint(
    @Arg('input', () => DeleteCheckpointInput, { description: 'What to delete.' }) { id }: DeleteCheckpointInput,
    @Ctx() { domain }: Context,
  ): Promise<object> {
    return DeleteCheckpointResult.show(await domain.checkpoints.delete(id));
  }
}
