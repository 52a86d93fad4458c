import { Ctx, Field, Int, ObjectType } from 'type-graphql';
import type { Run } from '../../domain';
import { CheckpointType } from '../checkpoint/checkpoint.type';
import type { Context } from '../context';
import { DatasetType } from '../dataset/dataset.type';
import { EvaluationType } from '../evaluation/evaluation.type';
import { ExecutorType } from '../executor/executor.type';
import { MethodType } from '../method/method.type';
import { Node } from '../node';
import { SampleSetType } from '../sample-set/sample-set.type';
import { DateTime, JsonObject } from '../scalars';
import { CostType } from './cost.type';
import { FailureType } from './failure.type';
import { ProgressType } from './progress.type';
import { DeviceEnum, RunStatusEnum } from './run-enums';

@ObjectType('UnlearningRun', { implements: Node, description: 'One request to make a checkpoint forget.' })
export class RunType extends Node {
  /** Number of its newest event, hence of its events. */
  readonly lastSeq: number;
  private readonly methodId: string;
  private readonly checkpointId: string;
  private readonly forgetSetId: string;
  private readonly retainSetId: string | null;
  private readonly calibrationSetId: string | null;
  private readonly evaluateOnId: string | null;
  private readonly resultId: string | null;
  private readonly executorId: string | null;

  static of(this: void, row: Run): RunType {
    return new RunType(row);
  }

  @Field(() => RunStatusEnum, { description: 'Where it is.' })
  status: string;

  @Field(() => String, { nullable: true, description: "The method's stage it is in or ended in." })
  stage: string | null;

  @Field(() => ProgressType, { nullable: true, description: 'How far it is; null before its first step.' })
  progress: ProgressType | null;

  @Field(() => JsonObject, { description: 'Every hyper-parameter, defaults filled in.' })
  parameters: Record<string, unknown>;

  @Field(() => Int, { description: 'Seed of everything random in it: the same seed, the same weights.' })
  seed: number;

  @Field(() => DeviceEnum, { description: 'The device asked for.' })
  device: string;

  @Field(() => Int, { description: 'Higher goes first.' })
  priority: number;

  @Field(() => Boolean, { description: 'Whether it draws what changed, if it has images to evaluate on.' })
  pictures: boolean;

  @Field(() => String, { nullable: true, description: 'The method\'s own verdict, such as "threshold reached".' })
  outcome: string | null;

  @Field(() => JsonObject, {
    nullable: true,
    description: 'What the numbers depend on: versions, device, threads, code.',
  })
  environment: Record<string, unknown> | null;

  @Field(() => CostType, { nullable: true, description: 'What it took; null until it has succeeded.' })
  cost: CostType | null;

  @Field(() => FailureType, { nullable: true, description: 'Why it failed.' })
  error: FailureType | null;

  @Field(() => Int, { description: 'Times an executor began to work on it.' })
  attempts: number;

  @Field(() => Int, { description: 'Times an executor may begin before the run fails.' })
  maxAttempts: number;

  @Field(() => String, {
    nullable: true,
    description: 'Id of who asked for it, who may never approve its result; null where that is not known.',
  })
  requestedBy: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When somebody asked for it to stop.' })
  cancelRequestedAt: Date | null;

  @Field(() => DateTime, { description: 'When it was asked for.' })
  createdAt: Date;

  @Field(() => DateTime, { nullable: true, description: 'When its first attempt began.' })
  startedAt: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When it ended.' })
  finishedAt: Date | null;

  @Field(() => MethodType, { description: 'How it forgets: the exact code that serves it.' })
  async method(@Ctx() { loaders }: Context): Promise<MethodType> {
    return MethodType.of(await loaders.method.load(this.methodId));
  }

  @Field(() => CheckpointType, { description: 'The original checkpoint.' })
  async checkpoint(@Ctx() { loaders }: Context): Promise<CheckpointType> {
    return CheckpointType.of(await loaders.checkpoint.load(this.checkpointId));
  }

  @Field(() => SampleSetType, { description: 'What is to be forgotten.' })
  async forgetSet(@Ctx() { loaders }: Context): Promise<SampleSetType> {
    return SampleSetType.of(await loaders.sampleSet.load(this.forgetSetId));
  }

  @Field(() => SampleSetType, { nullable: true, description: 'What is to be kept.' })
  async retainSet(@Ctx() { loaders }: Context): Promise<SampleSetType | null> {
    return this.retainSetId ? SampleSetType.of(await loaders.sampleSet.load(this.retainSetId)) : null;
  }

  @Field(() => SampleSetType, { nullable: true, description: 'What the method tunes itself on.' })
  async calibrationSet(@Ctx() { loaders }: Context): Promise<SampleSetType | null> {
    return this.calibrationSetId ? SampleSetType.of(await loaders.sampleSet.load(this.calibrationSetId)) : null;
  }

  @Field(() => DatasetType, {
    nullable: true,
    description: 'Images for `before` and `after`, which the run does not see.',
  })
  async evaluateOn(@Ctx() { loaders }: Context): Promise<DatasetType | null> {
    return this.evaluateOnId ? DatasetType.of(await loaders.dataset.load(this.evaluateOnId)) : null;
  }

  @Field(() => CheckpointType, { nullable: true, description: 'The unlearned checkpoint.' })
  async result(@Ctx() { loaders }: Context): Promise<CheckpointType | null> {
    return this.resultId ? CheckpointType.of(await loaders.checkpoint.load(this.resultId)) : null;
  }

  @Field(() => ExecutorType, { nullable: true, description: 'Who works on it, or did last.' })
  async executor(@Ctx() { loaders }: Context): Promise<ExecutorType | null> {
    return this.executorId ? ExecutorType.of(await loaders.executor.load(this.executorId)) : null;
  }

  @Field(() => EvaluationType, { nullable: true, description: 'Accuracy of the original checkpoint.' })
  async before(@Ctx() { loaders }: Context): Promise<EvaluationType | null> {
    return this.evaluation('BEFORE', loaders);
  }

  @Field(() => EvaluationType, { nullable: true, description: 'Accuracy of the unlearned checkpoint.' })
  async after(@Ctx() { loaders }: Context): Promise<EvaluationType | null> {
    return this.evaluation('AFTER', loaders);
  }

  private async evaluation(role: 'BEFORE' | 'AFTER', loaders: Context['loaders']): Promise<EvaluationType | null> {
    const row = (await loaders.runEvaluations.load(this.id)).find((each) => each.role === role);
    return row ? EvaluationType.of(row) : null;
  }
}
