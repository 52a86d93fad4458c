import { Field, Float, ObjectType } from 'type-graphql';
import { BigIntScalar } from '../scalars';

@ObjectType('RunCost', { description: 'What the attempt that finished a run took.' })
export class CostType {
  @Field(() => Float, { description: 'Its seconds from beginning to end, evaluations included.' })
  seconds: number;

  @Field(() => BigIntScalar, { description: "Largest resident memory of the trainer's process." })
  peakMemoryBytes: number;

  @Field(() => Float, {
    description: "Elements of the weights that differ from the original's, as a share of all, from 0 to 1.",
  })
  updatedShare: number;
}
