import { Arg, Ctx, Query, Resolver } from 'type-graphql';
import { Refusal } from '../../domain';
import type { Context } from '../context';
import { MethodType } from './method.type';

@Resolver()
export class MethodResolver {
  @Query(() => [MethodType], {
    description: 'Methods that executors have published, by name, the newest code of each.',
  })
  async methods(@Ctx() { domain }: Context): Promise<MethodType[]> {
    return (await domain.methods.list()).map(MethodType.of);
  }

  @Query(() => MethodType, { nullable: true, description: 'The newest code of one method.' })
  async method(
    @Arg('name', () => String, { description: 'Its name.' }) name: string,
    @Ctx() { domain }: Context,
  ): Promise<MethodType | null> {
    const row = await domain.methods.byName(name);
    return row instanceof Refusal ? null : MethodType.of(row);
  }
}
