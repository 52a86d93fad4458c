import { Field, Float, InputType, Int } from 'type-graphql';
import { protocolOf } from '../../domain';

/** What holds where it is left out. */
const usual = protocolOf();

@InputType({ description: 'How the relearning attacks train. What is left out has a default.' })
export class RelearningInput {
  @Field(() => Float, {
    nullable: true,
    description: "Adam's learning rate; 1e-4 for models below ten million weights, else 1e-5.",
  })
  learningRate?: number | null;

  @Field(() => Int, { nullable: true, description: `Samples of each set in a step; ${usual.relearning.batchSize}.` })
  batchSize?: number | null;

  @Field(() => Int, { nullable: true, description: `Steps after which they give up; ${usual.relearning.steps}.` })
  steps?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: `Steps between two looks at the accuracy; ${usual.relearning.every}.`,
  })
  every?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: `Forget images that RELEARN_FORGET trains on; ${usual.relearning.samples}.`,
  })
  samples?: number | null;

  @Field(() => Float, {
    nullable: true,
    description: `Share of the original's accuracy at which the classes count as back; ${usual.relearning.share}.`,
  })
  share?: number | null;
}

@InputType({ description: 'How a policy has everything measured that it judges. What is left out has a default.' })
export class ProtocolInput {
  @Field(() => [String], {
    nullable: true,
    description: `Prompts, with {} for the class name; "${usual.templates.join('", "')}".`,
  })
  templates?: string[] | null;

  @Field(() => Int, {
    nullable: true,
    description: `At most so many forget images and held-out images of their classes, and twice as many others; ${usual.images}.`,
  })
  images?: number | null;

  @Field(() => Int, { nullable: true, description: `Seed of everything random; ${usual.seed}.` })
  seed?: number | null;

  @Field(() => RelearningInput, { nullable: true, description: 'How the relearning attacks train.' })
  relearning?: RelearningInput | null;
}
