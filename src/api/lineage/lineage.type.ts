import { Ctx, Field, Float, ID, ObjectType, registerEnumType } from 'type-graphql';
import { lineageKinds } from '../../domain';
import { CheckpointType } from '../checkpoint/checkpoint.type';
import type { Context } from '../context';
import { enumOf } from '../enum-of';
import { RunType } from '../run/run.type';

export const LineageKindEnum = enumOf(lineageKinds);
registerEnumType(LineageKindEnum, {
  name: 'LineageKind',
  description: 'How a checkpoint came from another.',
  valuesConfig: {
    UNLEARNED: { description: 'By a run that made it forget.' },
    MERGED: { description: 'By averaging the weights of several.' },
  },
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

@ObjectType('LineageEdge', { description: 'One checkpoint was made from another.' })
export class LineageEdgeType {
  private readonly runId: string | null;

  @Field(() => ID, { description: 'Id of the checkpoint it was made from.' })
  parentId: string;

  @Field(() => ID, { description: 'Id of the checkpoint that was made.' })
  childId: string;

  @Field(() => LineageKindEnum, { description: 'How.' })
  kind: string;

  @Field(() => Float, {
    nullable: true,
    description: "The parent's weight in a merge: those of all parents sum to 1. Null where it was no merge.",
  })
  share: number | null;

  constructor(row: { parentId: string; childId: string; kind: string; runId: string | null; share: number | null }) {
    Object.assign(this, row);
  }

  @Field(() => RunType, { nullable: true, description: 'The run that did it.' })
  async run(@Ctx() { loaders }: Context): Promise<RunType | null> {
    return this.runId ? RunType.of(await loaders.run.load(this.runId)) : null;
  }
}

@ObjectType('Lineage', { description: 'Where a checkpoint came from and what became of it.' })
export class LineageType {
  @Field(() => [CheckpointType], { description: 'The checkpoints met, the one asked about first, nearest first.' })
  nodes: CheckpointType[];

  @Field(() => [LineageEdgeType], { description: 'How they hang together; both ends are in `nodes`.' })
  edges: LineageEdgeType[];

  @Field(() => Boolean, { description: 'Whether nothing was left out.' })
  complete: boolean;

  @Field(() => TruncatedByEnum, { nullable: true, description: 'Why something was left out.' })
  truncatedBy: string | null;
}
