import { Ctx, Query, Resolver } from 'type-graphql';
import type { Context } from '../context';
import { ExecutorType } from './executor.type';

@Resolver()
export class ExecutorResolver {
  @Query(() => [ExecutorType], { description: 'Executors that were heard of lately, newest first.' })
  async executors(@Ctx() { domain }: Context): Promise<ExecutorType[]> {
    return (await domain.executors.alive()).map(ExecutorType.of);
  }
}
