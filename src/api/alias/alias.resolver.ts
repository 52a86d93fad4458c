import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { type ConnectionOf, connectionType, PageArgs, toConnection } from '../connection';
import type { Context } from '../context';
import * as inputs from './alias.input';
import { AliasMoveType, AliasType } from './alias.type';

const AliasConnection = connectionType('Alias', 'aliases', () => AliasType);
const AliasMoveConnection = connectionType('AliasMove', 'moves of an alias', () => AliasMoveType);

@Resolver(() => AliasType)
export class AliasResolver {
  @Query(() => AliasConnection, { description: 'Aliases, newest first.' })
  async aliases(
    @Args(() => PageArgs) page: PageArgs,
    @Arg('deleted', () => Boolean, { defaultValue: false, description: 'Whether deleted ones are listed, too.' })
    deleted: boolean,
    @Ctx() { domain }: Context,
  ): Promise<ConnectionOf<AliasType>> {
    return toConnection(await domain.aliases.list(page, { deleted }), page, AliasType.of);
  }

  @Query(() => AliasType, { nullable: true, description: 'The alias of a name.' })
  async alias(
    @Arg('name', () => String, { description: 'Its name.' }) name: string,
    @Arg('deleted', () => Boolean, { defaultValue: false, description: 'Whether one that was deleted is shown, too.' })
    deleted: boolean,
    @Ctx() { domain }: Context,
  ): Promise<AliasType | null> {
    const row = await domain.aliases.byName(name, { deleted });
    return row && AliasType.of(row);
  }

  @FieldResolver(() => AliasMoveConnection, { description: 'Every move it made, and each time it was deleted.' })
  async history(
    @Root() { id }: AliasType,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { domain }: Context,
  ): Promise<ConnectionOf<AliasMoveType>> {
    return toConnection(await domain.aliases.history(id, page), page, AliasMoveType.of);
  }

  @Mutation(() => inputs.CreateAliasResult.union, {
    description: 'Makes an alias, which points at nothing yet. One that was deleted goes on with its history.',
  })
  async createAlias(
    @Arg('input', () => inputs.CreateAliasInput, { description: 'The alias.' }) input: inputs.CreateAliasInput,
    @Ctx() { domain }: Context,
  ): Promise<object> {
    return inputs.CreateAliasResult.show(await domain.aliases.create(input));
  }

  @Mutation(() => inputs.ProtectAliasResult.union, {
    description: 'Changes what it takes to move an alias. Where it points now stays as it is.',
  })
  async protectAlias(
    @Arg('input', () => inputs.ProtectAliasInput, { description: 'Which, and how.' })
    { alias, ...protection }: inputs.ProtectAliasInput,
    @Ctx() { domain }: Context,
  ): Promise<object> {
    return inputs.ProtectAliasResult.show(await domain.aliases.protect(alias, protection));
  }

  @Mutation(() => inputs.MoveAliasesResult.union, {
    description: 'Points aliases at checkpoints: all of them, or none and why not.',
  })
  async moveAliases(
    @Arg('input', () => inputs.MoveAliasesInput, { description: 'Which, where to, and why.' })
    input: inputs.MoveAliasesInput,
    @Ctx() { domain }: Context,
  ): Promise<object> {
    return inputs.MoveAliasesResult.show(await domain.aliases.move(input));
  }

  @Mutation(() => inputs.DeleteAliasResult.union, {
    description: 'Deletes an alias that nothing protects. Its history stays.',
  })
  async deleteAlias(
    @Arg('input', () => inputs.DeleteAliasInput, { description: 'Which, and why.' }) input: inputs.DeleteAliasInput,
    @Ctx() { domain }: Context,
  ): Promise<object> {
    return inputs.DeleteAliasResult.show(await domain.aliases.delete(input));
  }

  @Mutation(() => inputs.RollbackAliasResult.union, {
    description: 'Moves an alias back to where an earlier move had put it. What protects it holds here too.',
  })
  async rollbackAlias(
    @Arg('input', () => inputs.RollbackAliasInput, { description: 'Which, where to, and why.' })
    input: inputs.RollbackAliasInput,
    @Ctx() { domain }: Context,
  ): Promise<object> {
    return inputs.RollbackAliasResult.show(await domain.aliases.rollback(input));
  }
}
