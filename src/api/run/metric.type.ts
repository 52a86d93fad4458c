import { Field, Float, Int, ObjectType } from 'type-graphql';

@ObjectType('MetricPoint', { description: 'A number of a run at one step. Every step is kept.' })
export class MetricPoint {
  @Field(() => String, { description: 'The metric: a loss term, or what the method measures.' })
  name: string;

  @Field(() => String, { description: 'Stage of the run.' })
  stage: string;

  @Field(() => Int, { description: 'Step of the stage.' })
  step: number;

  @Field(() => Float, { description: 'The number.' })
  value: number;
}
