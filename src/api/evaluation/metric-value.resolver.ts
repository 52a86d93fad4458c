import { Arg, Args, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { METRIC_NAMES, type MetricName } from '../../metrics';
import { type ConnectionOf, connectionType, PageArgs, toConnection } from '../connection';
import type { Context } from '../context';
import { EvaluationType } from './evaluation.type';
import { MetricEnum, MetricInfoType } from './metric.type';
import { MetricValueFilterInput, MetricValueType } from './metric-value.type';

const MetricValueConnection = connectionType('MetricValue', 'numbers of evaluations', () => MetricValueType);

@Resolver(() => EvaluationType)
export class MetricValueResolver {
  @Query(() => [MetricInfoType], { description: 'Every metric that an evaluation can be asked for.' })
  metrics(): MetricInfoType[] {
    return METRIC_NAMES.map(MetricInfoType.of);
  }

  @Query(() => MetricValueConnection, {
    description: 'Numbers of all evaluations, those of the newest first; within one, in its order.',
  })
  async metricValues(
    @Args(() => PageArgs) page: PageArgs,
    @Arg('filter', () => MetricValueFilterInput, { nullable: true, description: 'Which ones; all when left out.' })
    filter: MetricValueFilterInput | null,
    @Ctx() { domain }: Context,
  ): Promise<ConnectionOf<MetricValueType>> {
    return toConnection(await domain.values.list(filter ?? {}, page), page, MetricValueType.of);
  }

  @FieldResolver(() => [MetricValueType], {
    description: 'What it found, metrics as asked for and classes in label order; empty until it is done.',
  })
  async values(
    @Root() evaluation: EvaluationType,
    @Arg('metric', () => MetricEnum, { nullable: true, description: 'One metric; all when left out.' })
    metric: MetricName | null,
    @Arg('subject', () => String, { nullable: true, description: 'One class or group; all when left out.' })
    subject: string | null,
    @Ctx() { loaders }: Context,
  ): Promise<MetricValueType[]> {
    const rows = await loaders.evaluationValues.load(evaluation.id);
    return rows
      .filter((row) => (metric == null || row.metric === metric) && (subject == null || row.subject === subject))
      .map(MetricValueType.of);
  }
}
