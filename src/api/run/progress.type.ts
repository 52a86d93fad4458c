import { Field, Float, Int, ObjectType } from 'type-graphql';

@ObjectType('Progress', { description: 'How far a run is.' })
export class ProgressType {
  @Field(() => Int, { description: 'Steps done.' })
  step: number;

  @Field(() => Int, { description: 'Steps there are.' })
  totalSteps: number;

  @Field(() => Float, { description: 'From 0 to 1, over the whole run.' })
  fraction: number;

  @Field(() => Float, { nullable: true, description: 'Seconds that are left, as far as can be told.' })
  etaSeconds: number | null;
}
