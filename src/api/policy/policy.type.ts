import { Field, Float, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { AttackName } from '../../attacks';
import {
  type ComparedModel,
  comparedModels,
  type Occasion,
  occasions,
  type Policy,
  type Threshold,
} from '../../domain';
import { enumOf } from '../enum-of';
import { Node } from '../node';
import { DateTime } from '../scalars';
import { AttackEnum } from '../verification/attack.type';
import { ProtocolType } from './protocol.type';

export const ComparedModelEnum = enumOf(comparedModels);
registerEnumType(ComparedModelEnum, {
  name: 'ComparedModel',
  description: 'The model whose own number a threshold is a multiple of.',
  valuesConfig: {
    ORIGINAL: { description: 'The checkpoint that knew what was to be forgotten.' },
    RETRAINED: { description: 'A checkpoint trained without it. The threshold applies only where one is given.' },
  },
});

export const OccasionEnum = enumOf(occasions);
registerEnumType(OccasionEnum, {
  name: 'Occasion',
  description: 'When a threshold applies.',
  valuesConfig: {
    ALWAYS: { description: 'Whenever what it is relative to is there.' },
    WITH_RETRAINED: { description: 'Where a retrained model is given.' },
    WITHOUT_RETRAINED: { description: 'Where none is.' },
  },
});

@ObjectType('Threshold', { description: 'Where a number of an attack has to lie.' })
export class ThresholdType {
  @Field(() => String, { description: 'Its name in the policy.' })
  name: string;

  @Field(() => AttackEnum, { description: 'The attack.' })
  attack: AttackName;

  @Field(() => String, { description: 'Which number of the attack; `attacks` lists them.' })
  key: string;

  @Field(() => Float, { nullable: true, description: 'The number may not be larger.' })
  atMost: number | null;

  @Field(() => Float, { nullable: true, description: 'The number may not be smaller.' })
  atLeast: number | null;

  @Field(() => ComparedModelEnum, {
    nullable: true,
    description: "The bounds are multiples of this model's number; null: they are bounds as they are.",
  })
  relativeTo: ComparedModel | null;

  @Field(() => OccasionEnum, { description: 'When it applies.' })
  when: Occasion;

  static of(this: void, threshold: Threshold): ThresholdType {
    return Object.assign(new ThresholdType(), threshold);
  }
}

@ObjectType('Policy', {
  implements: Node,
  description: 'What the evidence of forgetting must show. Never changed: a change is a new version.',
})
export class PolicyType extends Node {
  static of(this: void, row: Policy): PolicyType {
    return new PolicyType(row);
  }

  @Field(() => String, { description: 'Its name.' })
  name: string;

  @Field(() => Int, { description: '1, 2, ... within the name.' })
  version: number;

  @Field(() => String, { description: 'Why its numbers are what they are.' })
  reasons: string;

  @Field(() => [ThresholdType], { description: 'Its lines. A verification passes when all that apply do.' })
  thresholds: Threshold[];

  @Field(() => ProtocolType, { description: 'How its numbers are measured.' })
  protocol: ProtocolType;

  @Field(() => DateTime, { description: 'When this version was made.' })
  createdAt: Date;
}
