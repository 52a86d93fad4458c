import { Ctx, Field, ID, Int, ObjectType } from 'type-graphql';
import type { Alias, AliasMove } from '../../domain';
import { CheckpointType } from '../checkpoint/checkpoint.type';
import type { Context } from '../context';
import { Node } from '../node';
import { PolicyType } from '../policy/policy.type';
import { DateTime } from '../scalars';

@ObjectType('Alias', {
  implements: Node,
  description: 'A name for whichever checkpoint is in some use, such as `production`.',
})
export class AliasType extends Node {
  private readonly checkpointId: string | null;
  private readonly policyId: string | null;

  static of(this: void, row: Alias): AliasType {
    return new AliasType(row);
  }

  @Field(() => String, { description: 'The name.' })
  name: string;

  @Field(() => Int, { description: 'How many people must have approved a checkpoint before the alias moves to it.' })
  approvalsNeeded: number;

  @Field(() => DateTime, { description: 'When it was first made.' })
  createdAt: Date;

  @Field(() => DateTime, { nullable: true, description: 'When it was deleted; null while it is there.' })
  deletedAt: Date | null;

  @Field(() => PolicyType, {
    nullable: true,
    description:
      'The policy by which a checkpoint needs the verdict PASS before the alias moves to it, about what it is to have forgotten; null when it needs none.',
  })
  async policy(@Ctx() { loaders }: Context): Promise<PolicyType | null> {
    return this.policyId ? PolicyType.of(await loaders.policy.load(this.policyId)) : null;
  }

  @Field(() => CheckpointType, { nullable: true, description: 'What it points at; null before its first move.' })
  async checkpoint(@Ctx() { loaders }: Context): Promise<CheckpointType | null> {
    return this.checkpointId ? CheckpointType.of(await loaders.checkpoint.load(this.checkpointId)) : null;
  }
}

@ObjectType('AliasMove', { implements: Node, description: 'One move of an alias.' })
export class AliasMoveType extends Node {
  private readonly fromId: string | null;
  private readonly toId: string | null;

  static of(this: void, row: AliasMove): AliasMoveType {
    return new AliasMoveType(row);
  }

  @Field(() => String, { description: 'Why.' })
  reason: string;

  @Field(() => String, { description: 'Id of who moved it.' })
  actorId: string;

  @Field(() => DateTime, { description: 'When.' })
  createdAt: Date;

  @Field(() => ID, { nullable: true, description: 'The earlier move it went back to, where it was a rollback.' })
  rollbackToId: string | null;

  @Field(() => CheckpointType, { nullable: true, description: 'Where it pointed before.' })
  async from(@Ctx() { loaders }: Context): Promise<CheckpointType | null> {
    return this.fromId ? CheckpointType.of(await loaders.checkpoint.load(this.fromId)) : null;
  }

  @Field(() => CheckpointType, { nullable: true, description: 'Where it points since; null where it was deleted.' })
  async to(@Ctx() { loaders }: Context): Promise<CheckpointType | null> {
    return this.toId ? CheckpointType.of(await loaders.checkpoint.load(this.toId)) : null;
  }
}

@ObjectType('MovedAliases', { description: 'Aliases that moved together.' })
export class MovedAliases {
  @Field(() => [AliasType], { description: 'In the order in which they were given.' })
  aliases: AliasType[];

  static of(this: void, rows: Alias[]): MovedAliases {
    return Object.assign(new MovedAliases(), { aliases: rows.map(AliasType.of) });
  }
}
