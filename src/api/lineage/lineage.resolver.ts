import { Args, ArgsType, Ctx, Field, ID, Int, Query, Resolver } from 'type-graphql';
import type { LineageDirection, LineageRequest } from '../../domain';
import { CheckpointType } from '../checkpoint/checkpoint.type';
import type { Context } from '../context';
import { LineageDirectionEnum, LineageEdgeType, LineageType } from './lineage.type';

@ArgsType()
class LineageArgs implements LineageRequest {
  @Field(() => ID, { description: 'Id of the checkpoint to start from.' })
  of: string;

  @Field(() => LineageDirectionEnum, { defaultValue: 'BOTH', description: 'Which way to walk.' })
  direction: LineageDirection;

  @Field(() => Int, { defaultValue: 10, description: 'Edges from the start, 1 to 100.' })
  maxDepth: number;

  @Field(() => Int, { defaultValue: 200, description: 'Checkpoints in all, 1 to 1000.' })
  maxNodes: number;
}

@Resolver()
export class LineageResolver {
  @Query(() => LineageType, {
    nullable: true,
    description: 'Where a checkpoint came from and what became of it; null when there is no such checkpoint.',
  })
  async lineage(
    @Args(() => LineageArgs) { of, ...request }: LineageArgs,
    @Ctx() { domain }: Context,
  ): Promise<LineageType | null> {
    const found = await domain.lineage.of(of, request);
    if (!found) return null;
    return {
      nodes: found.nodes.map(({ checkpoint }) => CheckpointType.of(checkpoint)),
      edges: found.edges.map((edge) => new LineageEdgeType(edge)),
      complete: found.complete,
      truncatedBy: found.truncatedBy,
    };
  }
}
