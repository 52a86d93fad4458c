import { Field, Float, InputType } from 'type-graphql';
import type { AttackName } from '../../attacks';
import type { ComparedModel, Occasion } from '../../domain';
import { IdempotentInput } from '../idempotent.input';
import { resultType } from '../user-error';
import { AttackEnum } from '../verification/attack.type';
import { ComparedModelEnum, OccasionEnum, PolicyType } from './policy.type';
import { ProtocolInput } from './protocol.input';

@InputType({ description: 'Where a number of an attack has to lie. At least one bound is given.' })
export class ThresholdInput {
  @Field(() => String, { description: 'Its name, unique in the policy.' })
  name: string;

  @Field(() => AttackEnum, { description: 'The attack.' })
  attack: AttackName;

  @Field(() => String, { description: 'Which number of the attack; `attacks` lists them.' })
  key: string;

  @Field(() => Float, { nullable: true, description: 'The number may not be larger.' })
  atMost?: number | null;

  @Field(() => Float, { nullable: true, description: 'The number may not be smaller.' })
  atLeast?: number | null;

  @Field(() => ComparedModelEnum, {
    nullable: true,
    description: "The bounds are multiples of this model's number; left out, they are bounds as they are.",
  })
  relativeTo?: ComparedModel | null;

  @Field(() => OccasionEnum, { nullable: true, description: 'When it applies; ALWAYS when left out.' })
  when?: Occasion | null;
}

@InputType({ description: 'A policy to make, or the next version of one.' })
export class CreatePolicyInput extends IdempotentInput {
  @Field(() => String, { description: 'Its name; a name that is there gets its next version.' })
  name: string;

  @Field(() => String, { description: 'Why its numbers are what they are.' })
  reasons: string;

  @Field(() => [ThresholdInput], { description: 'Its lines.' })
  thresholds: ThresholdInput[];

  @Field(() => ProtocolInput, { nullable: true, description: 'How its numbers are measured.' })
  protocol?: ProtocolInput | null;
}

export const CreatePolicyResult = resultType('CreatePolicyResult', { type: () => PolicyType, show: PolicyType.of }, [
  'INVALID_INPUT',
  'IDEMPOTENCY_CONFLICT',
]);
