import { Ctx, Field, Float, ObjectType } from 'type-graphql';
import type { CheckpointMerge, MergeSource } from '../../domain';
import { CheckpointType } from '../checkpoint/checkpoint.type';
import type { Context } from '../context';
import { Node } from '../node';
import { FailureType } from '../run/failure.type';
import { RunStatusEnum } from '../run/run-enums';
import { DateTime } from '../scalars';

@ObjectType('MergeSource', { description: 'A checkpoint of a merge.' })
export class MergeSourceType {
  private readonly checkpointId: string;

  @Field(() => Float, { description: 'Its weight in the average; those of all sources sum to 1.' })
  share: number;

  constructor(source: MergeSource) {
    Object.assign(this, source);
  }

  @Field(() => CheckpointType, { description: 'The checkpoint.' })
  async checkpoint(@Ctx() { loaders }: Context): Promise<CheckpointType> {
    return CheckpointType.of(await loaders.checkpoint.load(this.checkpointId));
  }
}

@ObjectType('CheckpointMerge', {
  implements: Node,
  description: 'One request to average checkpoints of one architecture, weight by weight.',
})
export class MergeType extends Node {
  private readonly sources: MergeSource[];
  private readonly resultId: string | null;

  static of(this: void, row: CheckpointMerge): MergeType {
    return new MergeType(row);
  }

  @Field(() => String, { description: 'Name of the checkpoint to be made.' })
  name: string;

  @Field(() => RunStatusEnum, { description: 'Where it is.' })
  status: string;

  @Field(() => FailureType, { nullable: true, description: 'Why it failed.' })
  error: FailureType | null;

  @Field(() => String, {
    nullable: true,
    description: 'Id of who asked for it, who may never approve its result; null where that is not known.',
  })
  requestedBy: string | null;

  @Field(() => DateTime, { description: 'When it was asked for.' })
  createdAt: Date;

  @Field(() => DateTime, { nullable: true, description: 'When it ended.' })
  finishedAt: Date | null;

  @Field(() => [MergeSourceType], {
    name: 'sources',
    description: 'What is averaged. The result has the layout, the element types and the configuration of the first.',
  })
  shownSources(): MergeSourceType[] {
    return this.sources.map((source) => new MergeSourceType(source));
  }

  @Field(() => CheckpointType, { nullable: true, description: 'The average; null until it is done.' })
  async result(@Ctx() { loaders }: Context): Promise<CheckpointType | null> {
    return this.resultId ? CheckpointType.of(await loaders.checkpoint.load(this.resultId)) : null;
  }
}
