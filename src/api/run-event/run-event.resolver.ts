import { Args, ArgsType, Ctx, Field, FieldResolver, ID, Resolver, Root, Subscription } from 'type-graphql';
import { decodeNumber, type FeedItem, Misuse, pageSize } from '../../domain';
import { type ConnectionOf, connectionType, PageArgs, toConnection } from '../connection';
import type { Context } from '../context';
import { RunType } from '../run/run.type';
import { abortable } from '../server/abortable';
import { Heartbeat, Lagged, RunUpdate } from './feed.type';
import { RunEventBase } from './run-event.type';
import { showEvent } from './show-event';

const RunEventConnection = connectionType('RunEvent', 'events of a run, oldest first', () => RunEventBase);

@ArgsType()
class RunEventsArgs {
  @Field(() => ID, { description: 'The run to follow.' })
  runId: string;

  @Field(() => String, {
    nullable: true,
    description: 'Cursor of the last event already seen; without it, all that happened is told first.',
  })
  after?: string | null;
}

@Resolver(() => RunType)
export class RunEventResolver {
  @Subscription(() => RunUpdate, {
    description:
      'Follows a run: what happened, then what happens, each event once and in order. Completes with the run.',
    subscribe: ({ args, context }) => followRun(args as RunEventsArgs, context as Context),
  })
  runEvents(@Root() item: FeedItem, @Args(() => RunEventsArgs) _args: RunEventsArgs): typeof RunUpdate {
    if (item.kind === 'event') return showEvent(item.event);
    const { kind, ...fields } = item;
    return Object.assign(kind === 'heartbeat' ? new Heartbeat() : new Lagged(), fields);
  }

  @FieldResolver(() => RunEventConnection, {
    description: 'What happened to it: the same rows as `runEvents`, to poll.',
  })
  async events(
    @Root() run: RunType,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { domain }: Context,
  ): Promise<ConnectionOf<RunEventBase>> {
    const size = pageSize(page.first);
    const rows = await domain.events.read(run.id, page.after == null ? 0 : decodeNumber(page.after), size + 1);
    const items = rows.slice(0, size).map((node) => ({ node, cursor: String(node.seq) }));
    const totalCount = async () => run.lastSeq;
    return toConnection({ items, hasNextPage: rows.length > size, totalCount }, page, showEvent);
  }
}

/** Checks the arguments before anything is sent: a bad cursor is an error, not an empty subscription. */
async function followRun(
  { runId, after }: RunEventsArgs,
  { domain, stop }: Context,
): Promise<AsyncGenerator<FeedItem>> {
  const seq = after == null ? 0 : decodeNumber(after);
  if (!(await domain.runs.get(runId))) throw new Misuse('NOT_FOUND', `there is no run ${runId}`);
  return abortable((signal) => domain.feed.follow(runId, seq, signal), stop);
}
