import { Args, ArgsType, Ctx, Field, ID, Int, Query, Resolver } from 'type-graphql';
import type { LineageDirection, LineageNodeType, LineageRequest } from '../../domain';
import type { Context } from '../context';
import { DateTime } from '../scalars';
import {
  LineageDirectionEnum,
  LineageEdgeType,
  LineageNodeObject,
  LineageNodeTypeEnum,
  LineageType,
} from './lineage.type';

@ArgsType()
class LineageArgs implements LineageRequest {
  @Field(() => ID, { description: 'Id of the thing to start from.' })
  of: string;

  @Field(() => LineageDirectionEnum, { defaultValue: 'BOTH', description: 'Which way to walk.' })
  direction: LineageDirection;

  @Field(() => Int, { defaultValue: 10, description: 'Edges from the start, 1 to 10,000.' })
  maxDepth: number;

  @Field(() => Int, { defaultValue: 200, description: 'Nodes in all, 1 to 20,000; the nearest are kept.' })
  maxNodes: number;

  @Field(() => [LineageNodeTypeEnum], {
    nullable: true,
    description:
      'Walk over nodes of these types and the start alone: `[CHECKPOINT]` shows how checkpoints hang together. All types when left out.',
  })
  types?: LineageNodeType[] | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'The graph as it stood then, not later than now; as it stands when left out.',
  })
  asOf?: Date | null;
}

@Resolver()
export class LineageResolver {
  @Query(() => LineageType, {
    nullable: true,
    description:
      'Where a thing came from and what became of it; null when there is no such thing, or was not then. Erasure requests are part of it for those who may see them; for others they are not there.',
  })
  async lineage(
    @Args(() => LineageArgs) { of, ...request }: LineageArgs,
    @Ctx() { domain }: Context,
  ): Promise<LineageType | null> {
    const found = await domain.lineage.of(of, request);
    if (!found) return null;
    return {
      ...found,
      nodes: found.nodes.map(LineageNodeObject.of),
      edges: found.edges.map(LineageEdgeType.of),
    };
  }
}
