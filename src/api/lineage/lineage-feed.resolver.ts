import { Args, ArgsType, Field, ID, Resolver, Root, Subscription } from 'type-graphql';
import { type LineageChange, Misuse } from '../../domain';
import type { Context } from '../context';
import { DateTime } from '../scalars';
import { abortable } from '../server/abortable';
import { LineageChangeType } from './lineage.type';

@ArgsType()
class LineageChangedArgs {
  @Field(() => ID, { nullable: true, description: 'Only this thing and what comes of it; everything when left out.' })
  of?: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description:
      '`at` of the newest change already seen, at most seven days ago: what came since is told first, and changes of the minute before it may be told again. Left out, only what is new is told.',
  })
  after?: Date | null;
}

@Resolver()
export class LineageFeedResolver {
  @Subscription(() => LineageChangeType, {
    description: 'Tells of what is new in the lineage graph: each node and edge once. Does not end by itself.',
    subscribe: ({ args, context }) => follow(args as LineageChangedArgs, context as Context),
  })
  lineageChanged(
    @Root() change: LineageChange,
    @Args(() => LineageChangedArgs) _args: LineageChangedArgs,
  ): LineageChangeType {
    return LineageChangeType.of(change);
  }
}

/** Checks both before anything is sent: an id that is not there and a moment to come are errors, not silence. */
async function follow(
  { of = null, after = null }: LineageChangedArgs,
  { domain, stop }: Context,
): Promise<AsyncGenerator<LineageChange>> {
  if (of !== null && !(await domain.lineage.of(of, { maxNodes: 1 }))) {
    throw new Misuse('NOT_FOUND', `there is no ${of} in the graph`);
  }
  await domain.lineageFeed.admit(after);
  return abortable((signal) => domain.lineageFeed.follow(of, after, signal), stop);
}
