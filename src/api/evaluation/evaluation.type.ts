import { Ctx, Field, Float, Int, ObjectType } from 'type-graphql';
import type { Evaluation } from '../../domain';
import { type MetricName, type ZeroShotReport, zeroShotReport } from '../../metrics';
import { CheckpointType } from '../checkpoint/checkpoint.type';
import type { Context } from '../context';
import { DatasetType } from '../dataset/dataset.type';
import { Node } from '../node';
import { FailureType } from '../run/failure.type';
import { DeviceEnum, RunStatusEnum } from '../run/run-enums';
import { DateTime, JsonObject } from '../scalars';
import { AccuracyType, ClassAccuracyType } from './accuracy.type';
import { MetricEnum } from './metric.type';

@ObjectType('ClassGroup', { description: 'Classes that count as one dataset in the scores.' })
export class ClassGroupType {
  @Field(() => String, { description: 'Its name.' })
  name: string;

  @Field(() => [String], { description: 'Its classes.' })
  classes: string[];
}

@ObjectType('EvaluationProgress', { description: 'How far an evaluation is.' })
export class EvaluationProgressType {
  @Field(() => String, { description: 'What it does: embeds images of a model, or computes the metric of that name.' })
  stage: string;

  @Field(() => Int, { description: 'Images embedded, or metrics computed.' })
  done: number;

  @Field(() => Int, { description: 'How many there are.' })
  total: number;
}

@ObjectType('Evaluation', {
  implements: Node,
  description: 'Metrics of a checkpoint on a dataset: asked for, or part of a run (before, after; ZERO_SHOT).',
})
export class EvaluationType extends Node {
  private readonly checkpointId: string;
  private readonly datasetId: string;
  private readonly referenceId: string | null;

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

  @Field(() => [MetricEnum], { description: 'What it measures.' })
  metrics: MetricName[];

  @Field(() => EvaluationProgressType, { nullable: true, description: 'How far it is; null before its first report.' })
  progress: EvaluationProgressType | null;

  @Field(() => [String], { description: 'Classes that were to be forgotten, for the scores.' })
  forgetClasses: string[];

  @Field(() => [ClassGroupType], { description: 'Datasets of the scores; all classes are one when there are none.' })
  groups: ClassGroupType[];

  @Field(() => DeviceEnum, { description: 'The device asked for.' })
  device: string;

  @Field(() => JsonObject, { nullable: true, description: 'What the numbers depend on.' })
  environment: Record<string, unknown> | null;

  @Field(() => [ClassAccuracyType], {
    nullable: true,
    description: 'ZERO_SHOT of each class, in counts; null until it is done, or when it was not asked for.',
  })
  async classes(@Ctx() context: Context): Promise<ClassAccuracyType[] | null> {
    const report = await this.zeroShot(context);
    return report?.classes.map((each) => ({ className: each.name, ...AccuracyType.of(each) })) ?? null;
  }

  @Field(() => AccuracyType, {
    nullable: true,
    description: 'ZERO_SHOT over all images, in counts; null as `classes`.',
  })
  async overall(@Ctx() context: Context): Promise<AccuracyType | null> {
    const report = await this.zeroShot(context);
    return report && AccuracyType.of(report.overall);
  }

  @Field(() => Float, { nullable: true, description: 'ZERO_SHOT of guessing; null as `classes`.' })
  async chance(@Ctx() context: Context): Promise<number | null> {
    return (await this.zeroShot(context))?.chance ?? null;
  }

  @Field(() => CheckpointType, { description: 'The checkpoint that was asked.' })
  async checkpoint(@Ctx() { loaders }: Context): Promise<CheckpointType> {
    return CheckpointType.of(await loaders.checkpoint.load(this.checkpointId));
  }

  @Field(() => DatasetType, { description: 'The images it was asked about.' })
  async dataset(@Ctx() { loaders }: Context): Promise<DatasetType> {
    return DatasetType.of(await loaders.dataset.load(this.datasetId));
  }
  @Field(() => CheckpointType, { nullable: true, description: 'The checkpoint that some metrics compare with.' })
  async reference(@Ctx() { loaders }: Context): Promise<CheckpointType | null> {
    return this.referenceId ? CheckpointType.of(await loaders.checkpoint.load(this.referenceId)) : null;
  }

  private async zeroShot({ loaders }: Context): Promise<ZeroShotReport | null> {
    const values = await loaders.evaluationValues.load(this.id);
    return zeroShotReport(values.filter(({ metric }) => metric === 'ZERO_SHOT'));
  }
}
