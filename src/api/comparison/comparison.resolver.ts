import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import { LARGEST_PAGE } from '../../domain';
import type { Context } from '../context';
import { ComparedRunType, RunComparisonType } from './comparison.type';

@Resolver()
export class ComparisonResolver {
  @Query(() => RunComparisonType, {
    description: 'Runs side by side: what each forgot and kept, by its own evaluations, and what it cost.',
  })
  async compareRuns(
    @Arg('ids', () => [ID], { description: `The runs, 1 to ${LARGEST_PAGE}.` }) ids: string[],
    @Ctx() { domain }: Context,
  ): Promise<RunComparisonType> {
    const { rows, missing } = await domain.comparison.compare(ids);
    return { rows: rows.map(ComparedRunType.of), missing };
  }
}
