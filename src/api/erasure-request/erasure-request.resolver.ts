import {
  Arg,
  Args,
  ArgsType,
  Ctx,
  Field,
  FieldResolver,
  ID,
  Mutation,
  Query,
  Resolver,
  Root,
  Subscription,
} from 'type-graphql';
import { decodeNumber, Misuse, pageSize, type RequestEvent } from '../../domain';
import { type ConnectionOf, connectionType, PageArgs, toConnection } from '../connection';
import type { Context } from '../context';
import { abortable } from '../server/abortable';
import * as inputs from './erasure-request.input';
import { ErasureRequestType, RequestEventGraphType } from './erasure-request.type';

const ErasureRequestConnection = connectionType('ErasureRequest', 'erasure requests', () => ErasureRequestType);
const RequestEventConnection = connectionType(
  'ErasureRequestEvent',
  'events of an erasure request, oldest first',
  () => RequestEventGraphType,
);

@ArgsType()
class ErasureRequestEventsArgs {
  @Field(() => ID, { description: 'The request to follow.' })
  id: string;

  @Field(() => String, {
    nullable: true,
    description: 'Cursor of the last event already seen; without it, all that happened is told first.',
  })
  after?: string | null;
}

/** Checks the arguments before anything is sent: a bad cursor is an error, not an empty subscription. */
async function followRequest(
  { id, after }: ErasureRequestEventsArgs,
  { domain, stop }: Context,
): Promise<AsyncGenerator<RequestEvent>> {
  const seq = after == null ? 0 : decodeNumber(after);
  if (!(await domain.requests.get(id))) throw new Misuse('NOT_FOUND', `there is no erasure request ${id}`);
  return abortable((signal) => domain.requestFeed.follow(id, seq, signal), stop);
}

@Resolver(() => ErasureRequestType)
export class ErasureRequestResolver {
  @Query(() => ErasureRequestConnection, { description: 'Erasure requests, newest first.' })
  async erasureRequests(
    @Args(() => PageArgs) page: PageArgs,
    @Arg('filter', () => inputs.ErasureRequestFilter, { nullable: true, description: 'Which ones; all when left out.' })
    filter: inputs.ErasureRequestFilter | null,
    @Ctx() { domain }: Context,
  ): Promise<ConnectionOf<ErasureRequestType>> {
    return toConnection(await domain.requests.list(page, filter ?? {}), page, ErasureRequestType.of);
  }

  @Query(() => ErasureRequestType, { nullable: true, description: 'One erasure request.' })
  async erasureRequest(
    @Arg('id', () => ID, { description: 'Its id.' }) id: string,
    @Ctx() { domain }: Context,
  ): Promise<ErasureRequestType | null> {
    const row = await domain.requests.get(id);
    return row && ErasureRequestType.of(row);
  }

  @Subscription(() => RequestEventGraphType, {
    description:
      'Follows an erasure request: what happened, then what happens, each event once and in order. Completes when the request is closed.',
    subscribe: ({ args, context }) => followRequest(args as ErasureRequestEventsArgs, context as Context),
  })
  erasureRequestEvents(
    @Root() event: RequestEvent,
    @Args(() => ErasureRequestEventsArgs) _args: ErasureRequestEventsArgs,
  ): RequestEventGraphType {
    return RequestEventGraphType.of(event);
  }

  @FieldResolver(() => RequestEventConnection, { description: 'What happened to it.' })
  async events(
    @Root() request: ErasureRequestType,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { domain }: Context,
  ): Promise<ConnectionOf<RequestEventGraphType>> {
    const size = pageSize(page.first);
    const after = page.after == null ? 0 : decodeNumber(page.after);
    const rows = await domain.requestChanges.events(request.id, after, size + 1);
    const items = rows.slice(0, size).map((node) => ({ node, cursor: String(node.seq) }));
    const totalCount = async () => request.lastSeq;
    return toConnection({ items, hasNextPage: rows.length > size, totalCount }, page, RequestEventGraphType.of);
  }

  @Mutation(() => inputs.ReceiveErasureRequestResult.union, {
    description: 'Records an erasure request and reckons by when it is due.',
  })
  async receiveErasureRequest(
    @Arg('input', () => inputs.ReceiveErasureRequestInput, { description: 'The request.' })
    input: inputs.ReceiveErasureRequestInput,
    @Ctx() { domain }: Context,
  ): Promise<object> {
    return inputs.ReceiveErasureRequestResult.show(await domain.requests.receive(input));
  }

  @Mutation(() => inputs.CheckIdentityResult.union, {
    description: 'Records an identity check. A good one lets the request proceed; after a bad one another may follow.',
  })
  async checkIdentity(
    @Arg('input', () => inputs.CheckIdentityInput, { description: 'The result.' })
    { id, verified, method }: inputs.CheckIdentityInput,
    @Ctx() { domain }: Context,
  ): Promise<object> {
    return inputs.CheckIdentityResult.show(await domain.requests.checkIdentity(id, verified, method));
  }

  @Mutation(() => inputs.ExtendDeadlineResult.union, {
    description: 'Two further months, once, when the subject was told why within the first.',
  })
  async extendDeadline(
    @Arg('input', () => inputs.ExtendDeadlineInput, { description: 'The notice.' })
    { id, reason, noticedAt }: inputs.ExtendDeadlineInput,
    @Ctx() { domain }: Context,
  ): Promise<object> {
    return inputs.ExtendDeadlineResult.show(await domain.requests.extend(id, reason, noticedAt));
  }

  @Mutation(() => inputs.HoldErasureRequestResult.union, {
    description: 'Stops a request on a ground of Art. 17(3). The deadline goes on.',
  })
  async holdErasureRequest(
    @Arg('input', () => inputs.HoldErasureRequestInput, { description: 'The hold.' })
    { id, ground, reason }: inputs.HoldErasureRequestInput,
    @Ctx() { domain }: Context,
  ): Promise<object> {
    return inputs.HoldErasureRequestResult.show(await domain.requests.hold(id, ground, reason));
  }

  @Mutation(() => inputs.LiftHoldResult.union, { description: 'Lets a held request go on where it was.' })
  async liftHold(
    @Arg('input', () => inputs.LiftHoldInput, { description: 'Which, and why.' }) { id, reason }: inputs.LiftHoldInput,
    @Ctx() { domain }: Context,
  ): Promise<object> {
    return inputs.LiftHoldResult.show(await domain.requests.liftHold(id, reason));
  }

  @Mutation(() => inputs.MoveErasureRequestResult.union, {
    description: 'Moves a request by hand: begins it, closes it, refuses it, notes that it was withdrawn.',
  })
  async moveErasureRequest(
    @Arg('input', () => inputs.MoveErasureRequestInput, { description: 'Which, where to, and why.' })
    { id, to, reason }: inputs.MoveErasureRequestInput,
    @Ctx() { domain }: Context,
  ): Promise<object> {
    return inputs.MoveErasureRequestResult.show(await domain.requests.move(id, to, reason));
  }

  @Mutation(() => inputs.LinkForgetSetResult.union, {
    description: 'Says what is to be forgotten for a request. A run for another set does not count any more.',
  })
  async linkForgetSet(
    @Arg('input', () => inputs.LinkForgetSetInput, { description: 'Which request, which set.' })
    { id, forgetSetId }: inputs.LinkForgetSetInput,
    @Ctx() { domain }: Context,
  ): Promise<object> {
    return inputs.LinkForgetSetResult.show(await domain.requests.linkForgetSet(id, forgetSetId));
  }

  @Mutation(() => inputs.AddRecipientResult.union, { description: 'Adds somebody who has to be told of the erasure.' })
  async addRecipient(
    @Arg('input', () => inputs.AddRecipientInput, { description: 'Whom.' }) { id, name }: inputs.AddRecipientInput,
    @Ctx() { domain }: Context,
  ): Promise<object> {
    return inputs.AddRecipientResult.show(await domain.requests.addRecipient(id, name));
  }

  @Mutation(() => inputs.InformRecipientResult.union, {
    description: 'Notes that a recipient was told; also after the request is closed. Repeatable.',
  })
  async informRecipient(
    @Arg('input', () => inputs.InformRecipientInput, { description: 'Which one.' })
    { id, recipientId }: inputs.InformRecipientInput,
    @Ctx() { domain }: Context,
  ): Promise<object> {
    return inputs.InformRecipientResult.show(await domain.requests.informRecipient(id, recipientId));
  }

  @Mutation(() => inputs.UnlinkSubjectResult.union, {
    description: 'Destroys the salt of a closed request: nobody can find out any more whose it was. Cannot be undone.',
  })
  async unlinkSubject(
    @Arg('input', () => inputs.UnlinkSubjectInput, { description: 'Which one.' }) { id }: inputs.UnlinkSubjectInput,
    @Ctx() { domain }: Context,
  ): Promise<object> {
    return inputs.UnlinkSubjectResult.show(await domain.requests.unlinkSubject(id));
  }
}
