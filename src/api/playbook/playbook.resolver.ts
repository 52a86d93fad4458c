import { Arg, Args, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import { type ConnectionOf, connectionType, PageArgs, toConnection } from '../connection';
import type { Context } from '../context';
import * as inputs from './playbook.input';
import { PlaybookGraphType } from './playbook.type';

const PlaybookConnection = connectionType('Playbook', 'playbooks', () => PlaybookGraphType);

@Resolver()
export class PlaybookResolver {
  @Query(() => PlaybookConnection, { description: 'Playbooks, newest first.' })
  async playbooks(
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { domain }: Context,
  ): Promise<ConnectionOf<PlaybookGraphType>> {
    return toConnection(await domain.playbooks.list(page), page, PlaybookGraphType.of);
  }

  @Query(() => PlaybookGraphType, { nullable: true, description: 'One playbook.' })
  async playbook(
    @Arg('id', () => ID, { description: 'Its id.' }) id: string,
    @Ctx() { domain }: Context,
  ): Promise<PlaybookGraphType | null> {
    const row = await domain.playbooks.get(id);
    return row && PlaybookGraphType.of(row);
  }

  @Mutation(() => inputs.CreatePlaybookResult.union, {
    description: 'Makes a playbook, and refuses now what would stop every request later.',
  })
  async createPlaybook(
    @Arg('input', () => inputs.CreatePlaybookInput, { description: 'The playbook.' }) input: inputs.CreatePlaybookInput,
    @Ctx() { domain }: Context,
  ): Promise<object> {
    return inputs.CreatePlaybookResult.show(await domain.playbooks.create(input));
  }

  @Mutation(() => inputs.GivePlaybookResult.union, {
    description:
      'Has a request follow a playbook. Who gives it asks for its runs, and may not approve them. Another one may be given while no run is under way, and begins anew, until a result is in use.',
  })
  async givePlaybook(
    @Arg('input', () => inputs.GivePlaybookInput, { description: 'Which request, which playbook.' })
    { id, playbookId }: inputs.GivePlaybookInput,
    @Ctx() { domain }: Context,
  ): Promise<object> {
    return inputs.GivePlaybookResult.show(await domain.playbooks.give(id, playbookId));
  }

  @Mutation(() => inputs.TakeRequestStepResult.union, {
    description: 'Takes the next step of a request by hand, or runs it again after a step that is blocked.',
  })
  async takeRequestStep(
    @Arg('input', () => inputs.TakeRequestStepInput, { description: 'Which request, which step.' })
    { id, step }: inputs.TakeRequestStepInput,
    @Ctx() { domain }: Context,
  ): Promise<object> {
    return inputs.TakeRequestStepResult.show(await domain.progress.take(id, step));
  }
}
