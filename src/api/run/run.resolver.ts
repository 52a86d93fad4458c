import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { type ConnectionOf, connectionType, PageArgs, toConnection } from '../connection';
import type { Context } from '../context';
import { MetricPoint } from './metric.type';
import { CancelRunInput, CancelRunResult, RunFilter, StartRunInput, StartRunResult } from './run.input';
import { RunType } from './run.type';

const RunConnection = connectionType('UnlearningRun', 'runs', () => RunType);

@Resolver(() => RunType)
export class RunResolver {
  @Query(() => RunConnection, { description: 'Runs, newest first.' })
  async runs(
    @Args(() => PageArgs) page: PageArgs,
    @Arg('filter', () => RunFilter, { nullable: true, description: 'Which ones; all when left out.' })
    filter: RunFilter | null,
    @Ctx() { domain }: Context,
  ): Promise<ConnectionOf<RunType>> {
    return toConnection(await domain.runs.list(page, filter ?? {}), page, RunType.of);
  }

  @Query(() => RunType, { nullable: true, description: 'One run.' })
  async run(
    @Arg('id', () => ID, { description: 'Its id.' }) id: string,
    @Ctx() { domain }: Context,
  ): Promise<RunType | null> {
    const row = await domain.runs.get(id);
    return row && RunType.of(row);
  }

  @FieldResolver(() => [MetricPoint], { description: 'What it measured, step by step.' })
  async metrics(
    @Root() run: RunType,
    @Arg('name', () => String, { nullable: true, description: 'One metric; all when left out.' }) name: string | null,
    @Ctx() { domain }: Context,
  ): Promise<MetricPoint[]> {
    return domain.runs.metrics(run.id, name);
  }

  @Mutation(() => StartRunResult.union, {
    description: 'Checks all that can be known beforehand and queues a run. `runEvents` follows it.',
  })
  async startRun(
    @Arg('input', () => StartRunInput, { description: 'The run.' }) input: StartRunInput,
    @Ctx() { domain }: Context,
  ): Promise<object> {
    return StartRunResult.show(await domain.runs.start(input));
  }

  @Mutation(() => CancelRunResult.union, {
    description: 'Stops a run: one that waits at once, one that is under way within seconds. Repeatable.',
  })
  async cancelRun(
    @Arg('input', () => CancelRunInput, { description: 'Which run.' }) { id }: CancelRunInput,
    @Ctx() { domain }: Context,
  ): Promise<object> {
    return CancelRunResult.show(await domain.runs.cancel(id));
  }
}
