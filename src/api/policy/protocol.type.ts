import { Field, Float, Int, ObjectType } from 'type-graphql';

@ObjectType('RelearningProtocol', { description: 'How the relearning attacks train.' })
export class RelearningProtocolType {
  @Field(() => Float, {
    nullable: true,
    description: "Adam's learning rate; null: 1e-4 for models below ten million weights, else 1e-5.",
  })
  learningRate: number | null;

  @Field(() => Int, { description: 'Samples of each set in a step.' })
  batchSize: number;

  @Field(() => Int, { description: 'Steps after which they give up.' })
  steps: number;

  @Field(() => Int, { description: 'Steps between two looks at the accuracy.' })
  every: number;

  @Field(() => Int, { description: 'Forget images that RELEARN_FORGET trains on.' })
  samples: number;

  @Field(() => Float, { description: "Share of the original's accuracy at which the classes count as back." })
  share: number;
}

@ObjectType('Protocol', {
  description:
    "How a policy has everything measured that it judges. It is the policy's and not the asker's, who could else choose the verdict.",
})
export class ProtocolType {
  @Field(() => [String], { description: 'Prompts, with {} for the class name.' })
  templates: string[];

  @Field(() => Int, {
    description: 'At most so many forget images and held-out images of their classes, and twice as many others.',
  })
  images: number;

  @Field(() => Int, { description: 'Seed of everything random, the choice of images included.' })
  seed: number;

  @Field(() => RelearningProtocolType, { description: 'How the relearning attacks train.' })
  relearning: RelearningProtocolType;
}
