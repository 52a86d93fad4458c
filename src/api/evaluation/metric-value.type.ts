import { Ctx, Field, Float, ID, InputType, Int, ObjectType } from 'type-graphql';
import type { MetricValue, MetricValueFilter } from '../../domain';
import { METRICS, type MetricName } from '../../metrics';
import type { Context } from '../context';
import { RunType } from '../run/run.type';
import { EvaluationType } from './evaluation.type';
import { MetricDirectionEnum, MetricEnum } from './metric.type';

@ObjectType('MetricValue', { description: 'One number of an evaluation.' })
export class MetricValueType {
  private readonly evaluationId: string;

  static of(this: void, row: MetricValue): MetricValueType {
    return Object.assign(new MetricValueType(), row);
  }

  @Field(() => MetricEnum, { description: 'What was measured.' })
  metric: MetricName;

  @Field(() => String, { description: 'Which number of the metric, such as `R@5`; `metrics` lists them.' })
  key: string;

  @Field(() => String, {
    nullable: true,
    description: 'The class, or the group of a score, that it is about; null: all of them.',
  })
  subject: string | null;

  @Field(() => Float, { description: 'The number. Rates are from 0 to 1.' })
  value: number;

  @Field(() => Float, { nullable: true, description: 'Lower end of the 95 % interval; null where there is none.' })
  lower: number | null;

  @Field(() => Float, { nullable: true, description: 'Upper end of the 95 % interval; null where there is none.' })
  upper: number | null;

  @Field(() => Int, { description: 'What it counts or averages: images, queries or retrieved images.' })
  count: number;

  @Field(() => Float, { nullable: true, description: 'What guessing gives; null where that says nothing.' })
  chance: number | null;

  @Field(() => MetricDirectionEnum, { description: 'Which way is better.' })
  direction(): string {
    return METRICS[this.metric].direction;
  }

  @Field(() => EvaluationType, { description: 'The evaluation that found it.' })
  async evaluation(@Ctx() { loaders }: Context): Promise<EvaluationType> {
    return EvaluationType.of(await loaders.evaluation.load(this.evaluationId));
  }

  @Field(() => RunType, {
    nullable: true,
    description: 'The run that made the evaluation, else the one that made the evaluated checkpoint.',
  })
  async run(@Ctx() { loaders }: Context): Promise<RunType | null> {
    const { runId, checkpointId } = await loaders.evaluation.load(this.evaluationId);
    const id = runId ?? (await loaders.checkpoint.load(checkpointId)).runId;
    return id ? RunType.of(await loaders.run.load(id)) : null;
  }
}

@InputType('MetricValueFilter', {
  description: 'Which numbers to list. Given parts must all hold; each holds for any of its members.',
})
export class MetricValueFilterInput implements MetricValueFilter {
  @Field(() => [MetricEnum], { nullable: true, description: 'Of these metrics.' })
  metrics?: MetricName[] | null;

  @Field(() => [String], { nullable: true, description: 'With these keys, such as `R@5`.' })
  keys?: string[] | null;

  @Field(() => [String], {
    nullable: 'itemsAndList',
    description: 'About these classes or groups; null stands for the numbers over all of them.',
  })
  subjects?: (string | null)[] | null;

  @Field(() => [ID], { nullable: true, description: 'Of these checkpoints.' })
  checkpointIds?: string[] | null;

  @Field(() => [ID], { nullable: true, description: 'On these datasets.' })
  datasetIds?: string[] | null;

  @Field(() => [ID], {
    nullable: true,
    description: 'Of these runs: their own evaluations, and all of the checkpoints they made.',
  })
  runIds?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'Of runs of these methods.' })
  methods?: string[] | null;
}
