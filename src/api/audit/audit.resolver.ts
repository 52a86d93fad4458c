import { Arg, Args, ArgsType, Ctx, Field, ID, Int, Mutation, Query, Resolver } from 'type-graphql';
import type { AuditFilter } from '../../domain';
import { type ConnectionOf, connectionType, PageArgs, toConnection } from '../connection';
import type { Context } from '../context';
import { ForgetActorInput, ForgetActorResult } from './audit.input';
import { AuditConsistencyType, AuditEntryType, AuditProofType, LogCheckpointType, SigningKeyType } from './audit.type';

@ArgsType()
class AuditEntriesArgs extends PageArgs implements AuditFilter {
  @Field(() => ID, { nullable: true, description: 'Only those about this thing.' })
  subjectId?: string | null;

  @Field(() => String, { nullable: true, description: 'Only those with this action, such as RUN_STARTED.' })
  action?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Only those of the actor with this id; finds none once the link was destroyed.',
  })
  actor?: string | null;
}

const AuditEntryConnection = connectionType('AuditEntry', 'audit entries', () => AuditEntryType);

@Resolver()
export class AuditResolver {
  @Query(() => AuditEntryConnection, { description: 'Every change of state that was recorded, newest first.' })
  async auditEntries(
    @Args(() => AuditEntriesArgs) { subjectId, action, actor, ...page }: AuditEntriesArgs,
    @Ctx() { domain }: Context,
  ): Promise<ConnectionOf<AuditEntryType>> {
    return toConnection(await domain.audit.list(page, { subjectId, action, actor }), page, AuditEntryType.of);
  }

  @Query(() => AuditProofType, {
    nullable: true,
    description: 'That the transparency log has an entry; null when there is none, or the log has not taken it up yet.',
  })
  async auditProof(
    @Arg('number', () => ID, { description: "The entry's number." }) number: string,
    @Ctx() { domain }: Context,
  ): Promise<AuditProofType | null> {
    const entry = /^\d{1,15}$/.test(number) ? await domain.audit.get(Number(number)) : null;
    const proof = entry && (await domain.log.prove(entry));
    return proof && new AuditProofType(proof);
  }

  @Query(() => AuditConsistencyType, {
    nullable: true,
    description: 'That the log only grew from one size to another; null when it never had them.',
  })
  async auditConsistency(
    @Arg('from', () => Int, { description: 'The smaller size.' }) from: number,
    @Arg('to', () => Int, { description: 'The larger size.' }) to: number,
    @Ctx() { domain }: Context,
  ): Promise<AuditConsistencyType | null> {
    const latest = await domain.log.latest();
    if (from < 0 || from > to || to > (latest?.size ?? 0)) return null;
    const hashes = (await domain.log.proveConsistency(from, to)).map((hash) => hash.toString('base64'));
    return { from, to, hashes };
  }

  @Query(() => LogCheckpointType, { nullable: true, description: 'Where the transparency log is.' })
  async logCheckpoint(@Ctx() { domain }: Context): Promise<LogCheckpointType | null> {
    const latest = await domain.log.latest();
    return latest && new LogCheckpointType(latest);
  }

  @Mutation(() => ForgetActorResult.union, {
    description:
      'Puts a pseudonym wherever an actor is named, revokes their tokens, and destroys the salt that links the pseudonym to them. The audit entries stay as they are. Cannot be undone.',
  })
  async forgetActor(
    @Arg('input', () => ForgetActorInput, { description: 'Who.' }) { actor }: ForgetActorInput,
    @Ctx() { domain }: Context,
  ): Promise<object> {
    return ForgetActorResult.show(await domain.forgetting.forget(actor));
  }

  @Query(() => [SigningKeyType], {
    description: 'The public keys of this installation, the newest first: those in use, and those that were.',
  })
  async signingKeys(@Ctx() { domain }: Context): Promise<SigningKeyType[]> {
    return (await domain.keyring.published()).map((key) => new SigningKeyType(key));
  }
}
