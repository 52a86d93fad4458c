import { Arg, Args, ArgsType, Ctx, Field, ID, Query, Resolver } from 'type-graphql';
import type { AuditFilter } from '../../domain';
import { type ConnectionOf, connectionType, PageArgs, toConnection } from '../connection';
import type { Context } from '../context';
import { BigIntScalar } from '../scalars';
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
    @Arg('id', () => ID, { description: "The entry's id." }) id: string,
    @Ctx() { domain }: Context,
  ): Promise<AuditProofType | null> {
    const entry = /^\d{1,15}$/.test(id) ? await domain.audit.get(Number(id)) : null;
    const proof = entry && (await domain.log.prove(entry));
    return proof && new AuditProofType(proof);
  }

  @Query(() => AuditConsistencyType, {
    nullable: true,
    description: 'That the log only grew from one size to another; null when it never had them.',
  })
  async auditConsistency(
    @Arg('from', () => BigIntScalar, { description: 'The smaller size.' }) from: number | bigint,
    @Arg('to', () => BigIntScalar, { description: 'The larger size.' }) to: number | bigint,
    @Ctx() { domain }: Context,
  ): Promise<AuditConsistencyType | null> {
    const [old, size] = [Number(from), Number(to)];
    const latest = await domain.log.latest();
    if (old < 0 || old > size || size > (latest?.size ?? 0)) return null;
    const hashes = (await domain.log.proveConsistency(old, size)).map((hash) => hash.toString('base64'));
    return { from: old, to: size, hashes };
  }

  @Query(() => LogCheckpointType, { nullable: true, description: 'Where the transparency log is.' })
  async logCheckpoint(@Ctx() { domain }: Context): Promise<LogCheckpointType | null> {
    const latest = await domain.log.latest();
    return latest && new LogCheckpointType(latest);
  }

  @Query(() => [SigningKeyType], { description: 'The public keys of this server.' })
  async signingKeys(@Ctx() { domain }: Context): Promise<SigningKeyType[]> {
    return (await domain.keyring.published()).map((key) => new SigningKeyType(key));
  }
}
