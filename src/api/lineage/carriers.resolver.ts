import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import type { Context } from '../context';
import { DateTime } from '../scalars';
import { CarriersType } from './carriers.type';

@Resolver()
export class CarriersResolver {
  @Query(() => CarriersType, {
    nullable: true,
    description:
      'Every checkpoint that descends from training on what a forget set means and was not made to forget it, across fine-tunes, merges and runs; null when there is no such set, or was not then.',
  })
  async carriers(
    @Arg('forgetSetId', () => ID, { description: 'The forget set.' }) forgetSetId: string,
    @Arg('asOf', () => DateTime, {
      nullable: true,
      description: 'The graph as it stood then, not later than now; as it stands when left out.',
    })
    asOf: Date | null | undefined,
    @Arg('policyId', () => ID, {
      nullable: true,
      description: 'Whose PASS shows that a checkpoint was remediated; that of whichever policy when left out.',
    })
    policyId: string | null | undefined,
    @Ctx() { domain }: Context,
  ): Promise<CarriersType | null> {
    const found = await domain.lineage.carriersOf(forgetSetId, { asOf, policyId });
    return found && CarriersType.of(found);
  }
}
