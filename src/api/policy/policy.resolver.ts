import { Arg, Args, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import { type ConnectionOf, connectionType, PageArgs, toConnection } from '../connection';
import type { Context } from '../context';
import { CreatePolicyInput, CreatePolicyResult } from './policy.input';
import { PolicyType } from './policy.type';

const PolicyConnection = connectionType('Policy', 'policies', () => PolicyType);

@Resolver()
export class PolicyResolver {
  @Query(() => PolicyConnection, { description: 'Every version of every policy, newest first.' })
  async policies(
    @Args(() => PageArgs) page: PageArgs,
    @Arg('name', () => String, { nullable: true, description: 'Versions of one name; all when left out.' })
    name: string | null,
    @Ctx() { domain }: Context,
  ): Promise<ConnectionOf<PolicyType>> {
    return toConnection(await domain.policies.list(page, { name }), page, PolicyType.of);
  }

  @Query(() => PolicyType, { nullable: true, description: 'One version of a policy.' })
  async policy(
    @Arg('id', () => ID, { description: 'Its id.' }) id: string,
    @Ctx() { domain }: Context,
  ): Promise<PolicyType | null> {
    const row = await domain.policies.get(id);
    return row && PolicyType.of(row);
  }

  @Mutation(() => CreatePolicyResult.union, { description: 'Makes a policy, or the next version of one.' })
  async createPolicy(
    @Arg('input', () => CreatePolicyInput, { description: 'The policy.' }) input: CreatePolicyInput,
    @Ctx() { domain }: Context,
  ): Promise<object> {
    return CreatePolicyResult.show(await domain.policies.create(input));
  }
}
