import { Arg, Args, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { type ConnectionOf, connectionType, PageArgs, toConnection } from '../connection';
import type { Context } from '../context';
import {
  ChangeTokenRolesInput,
  ChangeTokenRolesResult,
  CreateTokenInput,
  CreateTokenResult,
  RevokeTokenInput,
  RevokeTokenResult,
} from './token.input';
import { ApiTokenType } from './token.type';

const ApiTokenConnection = connectionType('ApiToken', 'API tokens', () => ApiTokenType);

@Resolver()
export class TokenResolver {
  @Query(() => ApiTokenConnection, {
    description: 'Tokens of the project, newest first, revoked and expired ones too.',
  })
  async apiTokens(
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { domain }: Context,
  ): Promise<ConnectionOf<ApiTokenType>> {
    return toConnection(await domain.tokens.list(page), page, ApiTokenType.of);
  }

  @Mutation(() => CreateTokenResult.union, { description: 'Makes a token and shows its secret, once.' })
  async createToken(
    @Arg('input', () => CreateTokenInput, { description: 'The token.' }) input: CreateTokenInput,
    @Ctx() { domain }: Context,
  ): Promise<object> {
    return CreateTokenResult.show(await domain.tokens.create(input));
  }

  @Mutation(() => RevokeTokenResult.union, {
    description:
      'From now on the token admits nobody, and connections that were opened with it are closed. Repeatable.',
  })
  async revokeToken(
    @Arg('input', () => RevokeTokenInput, { description: 'Which token.' }) { id }: RevokeTokenInput,
    @Ctx() { domain }: Context,
  ): Promise<object> {
    return RevokeTokenResult.show(await domain.tokens.revoke(id));
  }

  @Mutation(() => ChangeTokenRolesResult.union, {
    description: 'Gives a token other roles. Subscriptions that it may not have any more end with FORBIDDEN.',
  })
  async changeTokenRoles(
    @Arg('input', () => ChangeTokenRolesInput, { description: 'Which token, and its roles.' })
    { id, roles }: ChangeTokenRolesInput,
    @Ctx() { domain }: Context,
  ): Promise<object> {
    return ChangeTokenRolesResult.show(await domain.tokens.changeRoles(id, roles));
  }
}
