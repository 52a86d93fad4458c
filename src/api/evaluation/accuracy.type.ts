import { Field, Float, Int, ObjectType } from 'type-graphql';
import type { Proportion } from '../../metrics';

@ObjectType('Accuracy', { description: 'A share of right answers with its 95 % Wilson interval.' })
export class AccuracyType {
  @Field(() => Int, { description: 'Right answers.' })
  correct: number;

  @Field(() => Int, { description: 'Images asked about.' })
  total: number;

  @Field(() => Float, { description: 'correct / total, from 0 to 1.' })
  accuracy: number;

  @Field(() => Float, { description: 'Lower end of the interval.' })
  lower: number;

  @Field(() => Float, { description: 'Upper end of the interval.' })
  upper: number;

  static of(this: void, { correct, total, accuracy, low, high }: Proportion): AccuracyType {
    return Object.assign(new AccuracyType(), { correct, total, accuracy, lower: low, upper: high });
  }
}

@ObjectType('ClassAccuracy', { description: 'Accuracy on the images of one class.' })
export class ClassAccuracyType extends AccuracyType {
  @Field(() => String, { description: 'The class.' })
  className: string;
}
