import { Arg, Args, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { type ConnectionOf, connectionType, PageArgs, toConnection } from '../connection';
import type { Context } from '../context';
import {
  CreateForgetSetInput,
  CreateForgetSetResult,
  CreateRetainSetInput,
  CreateRetainSetResult,
} from './sample-set.input';
import { SampleSetType } from './sample-set.type';

const SampleSetConnection = connectionType('SampleSet', 'forget sets or retain sets', () => SampleSetType);

@Resolver()
export class SampleSetResolver {
  @Query(() => SampleSetConnection, { description: 'Forget sets, newest first.' })
  async forgetSets(
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { domain }: Context,
  ): Promise<ConnectionOf<SampleSetType>> {
    return toConnection(await domain.sets.list('FORGET', page), page, SampleSetType.of);
  }

  @Query(() => SampleSetConnection, { description: 'Retain sets, newest first.' })
  async retainSets(
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { domain }: Context,
  ): Promise<ConnectionOf<SampleSetType>> {
    return toConnection(await domain.sets.list('RETAIN', page), page, SampleSetType.of);
  }

  @Mutation(() => CreateForgetSetResult.union, { description: 'Writes down what is to be forgotten.' })
  async createForgetSet(
    @Arg('input', () => CreateForgetSetInput, { description: 'The set.' }) input: CreateForgetSetInput,
    @Ctx() { domain }: Context,
  ): Promise<object> {
    return CreateForgetSetResult.show(await domain.sets.create({ ...input, kind: 'FORGET' }));
  }

  @Mutation(() => CreateRetainSetResult.union, { description: 'Writes down what is to be kept.' })
  async createRetainSet(
    @Arg('input', () => CreateRetainSetInput, { description: 'The set.' }) input: CreateRetainSetInput,
    @Ctx() { domain }: Context,
  ): Promise<object> {
    return CreateRetainSetResult.show(await domain.sets.create({ ...input, kind: 'RETAIN' }));
  }
}
