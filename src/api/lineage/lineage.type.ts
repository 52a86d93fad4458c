import { Ctx, Field, Float, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import {
  type LineageChange,
  type LineageEdge,
  type LineageNode,
  type LineageNodeType,
  lineageKindNames,
  lineageKinds,
  lineageNodeTypeNames,
  lineageNodeTypes,
} from '../../domain';
import type { Context } from '../context';
import { enumOf } from '../enum-of';
import { Node } from '../node';
import { DateTime } from '../scalars';
import { lineageSubjects } from './lineage-subject';

export const LineageNodeTypeEnum = enumOf(lineageNodeTypeNames);
registerEnumType(LineageNodeTypeEnum, {
  name: 'LineageNodeType',
  description: 'What a node of the lineage graph is.',
  valuesConfig: Object.fromEntries(lineageNodeTypeNames.map((type) => [type, { description: lineageNodeTypes[type] }])),
});

export const LineageKindEnum = enumOf(lineageKindNames);
registerEnumType(LineageKindEnum, {
  name: 'LineageKind',
  description: 'How one thing came of another.',
  valuesConfig: Object.fromEntries(lineageKindNames.map((kind) => [kind, { description: lineageKinds[kind].about }])),
});

export const LineageDirectionEnum = enumOf(['ANCESTORS', 'DESCENDANTS', 'BOTH']);
registerEnumType(LineageDirectionEnum, {
  name: 'LineageDirection',
  description: 'Which way to walk.',
  valuesConfig: {
    ANCESTORS: { description: 'What it was made from.' },
    DESCENDANTS: { description: 'What was made from it.' },
    BOTH: { description: 'Both ways from where it starts.' },
  },
});

export const TruncatedByEnum = enumOf(['DEPTH', 'NODES']);
registerEnumType(TruncatedByEnum, {
  name: 'TruncatedBy',
  description: 'Why a walk ended early.',
  valuesConfig: {
    DEPTH: { description: '`maxDepth` was reached.' },
    NODES: { description: '`maxNodes` was reached.' },
  },
});

@ObjectType('LineageNode', { description: 'A thing in the lineage graph.' })
export class LineageNodeObject {
  @Field(() => ID, { description: 'Id of the thing; edges name it.' })
  subjectId: string;

  @Field(() => LineageNodeTypeEnum, { description: 'What it is.' })
  type: LineageNodeType;

  @Field(() => String, { description: 'What people call it.' })
  label: string;

  @Field(() => Int, { description: 'Edges from the start on a shortest way; below 0 for ancestors.' })
  depth: number;

  @Field(() => DateTime, { description: 'When it was made.' })
  createdAt: Date;

  static of(this: void, { node, depth }: { node: LineageNode; depth: number }): LineageNodeObject {
    const { id: subjectId, ...rest } = node;
    return Object.assign(new LineageNodeObject(), rest, { subjectId, depth });
  }

  @Field(() => Node, {
    nullable: true,
    description: 'The thing itself; null where you may not see it.',
  })
  async subject(@Ctx() context: Context): Promise<Node | null> {
    return lineageSubjects[this.type](this.subjectId, context);
  }
}

@ObjectType('LineageEdge', { description: 'One thing came of another.' })
export class LineageEdgeType {
  @Field(() => ID, { description: 'Id of what was first.' })
  fromId: string;

  @Field(() => ID, { description: 'Id of what came of it.' })
  toId: string;

  @Field(() => LineageKindEnum, { description: 'How.' })
  kind: string;

  @Field(() => Float, {
    nullable: true,
    description: 'The weight of a checkpoint in a merge: those of all sum to 1. Null where nothing was merged.',
  })
  share: number | null;

  @Field(() => DateTime, { description: 'Since when it is known.' })
  createdAt: Date;

  static of(this: void, row: LineageEdge): LineageEdgeType {
    return Object.assign(new LineageEdgeType(), row);
  }
}

@ObjectType('Lineage', { description: 'Where a thing came from and what became of it.' })
export class LineageType {
  @Field(() => [LineageNodeObject], { description: 'The things met, the one asked about first, nearest first.' })
  nodes: LineageNodeObject[];

  @Field(() => [LineageEdgeType], {
    description: 'Every edge between the nodes, so that no way from one to another is lost.',
  })
  edges: LineageEdgeType[];

  @Field(() => Boolean, { description: 'Whether nothing was left out.' })
  complete: boolean;

  @Field(() => TruncatedByEnum, { nullable: true, description: 'Why something was left out.' })
  truncatedBy: string | null;

  @Field(() => DateTime, { description: 'The moment at which the graph stood like this.' })
  asOf: Date;
}

@ObjectType('LineageChange', {
  description: 'A new node, a new edge, or, with neither, a sign that the subscription is alive.',
})
export class LineageChangeType {
  @Field(() => DateTime, { description: 'When it came to be: pass the newest one as `after` to go on from there.' })
  at: Date;

  @Field(() => LineageNodeObject, { nullable: true, description: 'The new thing; its depth says nothing here.' })
  node: LineageNodeObject | null;

  @Field(() => LineageEdgeType, { nullable: true, description: 'What came of what.' })
  edge: LineageEdgeType | null;

  static of(this: void, change: LineageChange): LineageChangeType {
    const node = change.kind === 'node' ? LineageNodeObject.of({ node: change.node, depth: 0 }) : null;
    const edge = change.kind === 'edge' ? LineageEdgeType.of(change.edge) : null;
    return Object.assign(new LineageChangeType(), { at: change.at, node, edge });
  }
}
