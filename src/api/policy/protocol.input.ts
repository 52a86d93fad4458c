import { Field, Float, InputType, Int } from 'type-graphql';

@InputType({ description: 'How the relearning attacks train. What is left out has a default.' })
export class RelearningInput {
  @Field(() => Float, {
    nullable: true,
    description: "Adam's learning rate; 1e-4 for models below ten million weights, else 1e-5.",
  })
  learningRate?: number | null;

  @Field(() => Int, { nullable: true, description: 'Samples of each set in a step; 64.' })
  batchSize?: number | null;

  @Field(() => Int, { nullable: true, description: 'Steps after which they give up; 60.' })
  steps?: number | null;

  @Field(() => Int, { nullable: true, description: 'Steps between two looks at the accuracy; 2.' })
  every?: number | null;

  @Field(() => Int, { nullable: true, description: 'Forget images that RELEARN_FORGET trains on; 8.' })
  samples?: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "Share of the original's accuracy at which the classes count as back; 0.8.",
  })
  share?: number | null;
}

@InputType({ description: 'How a policy has everything measured that it judges. What is left out has a default.' })
export class ProtocolInput {
  @Field(() => [String], { nullable: true, description: 'Prompts, with {} for the class name; "a photo of a {}".' })
  templates?: string[] | null;

  @Field(() => Int, {
    nullable: true,
    description: 'At most so many forget images and held-out images of their classes, and twice as many others; 500.',
  })
  images?: number | null;

  @Field(() => Int, { nullable: true, description: 'Seed of everything random; 0.' })
  seed?: number | null;

  @Field(() => RelearningInput, { nullable: true, description: 'How the relearning attacks train.' })
  relearning?: RelearningInput | null;
}
