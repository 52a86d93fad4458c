import { Ctx, Field, ObjectType, registerEnumType } from 'type-graphql';
import { type Approval, decisions } from '../../domain';
import { CheckpointType } from '../checkpoint/checkpoint.type';
import type { Context } from '../context';
import { enumOf } from '../enum-of';
import { Node } from '../node';
import { DateTime } from '../scalars';

export const DecisionEnum = enumOf(decisions);
registerEnumType(DecisionEnum, {
  name: 'Decision',
  description: 'What a person decided about a checkpoint.',
  valuesConfig: {
    APPROVED: { description: 'It may be used.' },
    REJECTED: { description: 'It may not: while this stands, no protected alias moves to it.' },
  },
});

@ObjectType('Approval', { implements: Node, description: 'What one person decided about one checkpoint.' })
export class ApprovalType extends Node {
  private readonly checkpointId: string;

  static of(this: void, row: Approval): ApprovalType {
    return new ApprovalType(row);
  }

  @Field(() => DecisionEnum, { description: 'The decision.' })
  decision: string;

  @Field(() => String, { description: 'Why.' })
  comment: string;

  @Field(() => String, { description: 'Id of who decided.' })
  approverId: string;

  @Field(() => [String], {
    description: 'Ids of whoever had made the token that the approver showed, and of those who had made theirs.',
  })
  vouchers: string[];

  @Field(() => String, { description: 'Name of who decided, as it was then.' })
  approverName: string;

  @Field(() => DateTime, { description: 'When.' })
  createdAt: Date;

  @Field(() => DateTime, { nullable: true, description: 'When it was taken back; null while it stands.' })
  withdrawnAt: Date | null;

  @Field(() => CheckpointType, { description: 'What about.' })
  async checkpoint(@Ctx() { loaders }: Context): Promise<CheckpointType> {
    return CheckpointType.of(await loaders.checkpoint.load(this.checkpointId));
  }
}
