import { Arg, Args, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { type ConnectionOf, connectionType, PageArgs, toConnection } from '../connection';
import type { Context } from '../context';
import { RegisterDatasetInput, RegisterDatasetResult } from './dataset.input';
import { DatasetType } from './dataset.type';

const DatasetConnection = connectionType('Dataset', 'datasets', () => DatasetType);

@Resolver()
export class DatasetResolver {
  @Query(() => DatasetConnection, { description: 'Datasets, newest first.' })
  async datasets(@Args(() => PageArgs) page: PageArgs, @Ctx() { domain }: Context): Promise<ConnectionOf<DatasetType>> {
    return toConnection(await domain.datasets.list(page), page, DatasetType.of);
  }

  @Mutation(() => RegisterDatasetResult.union, {
    description: 'Reads and hashes every image of a dataset and registers it.',
  })
  async registerDataset(
    @Arg('input', () => RegisterDatasetInput, { description: 'What to register.' }) input: RegisterDatasetInput,
    @Ctx() { domain }: Context,
  ): Promise<object> {
    return RegisterDatasetResult.show(await domain.datasets.register(input));
  }
}
