import { Ctx, Field, Float, Int, ObjectType } from 'type-graphql';
import type { Evaluation, EvaluationResult } from '../../domain';
import { CheckpointType } from '../checkpoint/checkpoint.type';
import type { Context } from '../context';
import { DatasetType } from '../dataset/dataset.type';
import { Node } from '../node';
import { FailureType } from '../run/failure.type';
import { RunStatusEnum } from '../run/run-enums';
import { DateTime, JsonObject } from '../scalars';

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
}

@ObjectType('ClassAccuracy', { description: 'Accuracy on the images of one class.' })
export class ClassAccuracyType extends AccuracyType {
  @Field(() => String, { description: 'The class.' })
  className: string;
}

@ObjectType('Evaluation', {
  implements: Node,
  description: 'Zero-shot accuracy of a checkpoint on a dataset: asked for, or part of a run (before, after).',
})
export class EvaluationType extends Node {
  private readonly checkpointId: string;
  private readonly datasetId: string;
  private readonly result: EvaluationResult | null;

  static of(this: void, row: Evaluation): EvaluationType {
    return new EvaluationType(row);
  }

  @Field(() => RunStatusEnum, { description: 'Where it is.' })
  status: string;

  @Field(() => [String], { description: 'Prompts, with {} for the class name; their embeddings are averaged.' })
  templates: string[];

  @Field(() => FailureType, { nullable: true, description: 'Why it failed.' })
  error: FailureType | null;

  @Field(() => DateTime, { description: 'When it was asked for.' })
  createdAt: Date;

  @Field(() => DateTime, { nullable: true, description: 'When it ended.' })
  finishedAt: Date | null;

  @Field(() => [ClassAccuracyType], { nullable: true, description: 'Accuracy of each class; null until it is done.' })
  classes(): ClassAccuracyType[] | null {
    return this.result?.classes ?? null;
  }

  @Field(() => AccuracyType, { nullable: true, description: 'Accuracy over all images; null until it is done.' })
  overall(): AccuracyType | null {
    return this.result?.overall ?? null;
  }

  @Field(() => Float, { nullable: true, description: 'Accuracy of guessing.' })
  chance(): number | null {
    return this.result?.chance ?? null;
  }

  @Field(() => JsonObject, { nullable: true, description: 'What the numbers depend on.' })
  environment(): Record<string, unknown> | null {
    return this.result?.environment ?? null;
  }

  @Field(() => CheckpointType, { description: 'The checkpoint that was asked.' })
  async checkpoint(@Ctx() { loaders }: Context): Promise<CheckpointType> {
    return CheckpointType.of(await loaders.checkpoint.load(this.checkpointId));
  }

  @Field(() => DatasetType, { description: 'The images it was asked about.' })
  async dataset(@Ctx() { loaders }: Context): Promise<DatasetType> {
    return DatasetType.of(await loaders.dataset.load(this.datasetId));
  }
}
