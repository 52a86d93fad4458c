import { Arg, Args, ArgsType, Ctx, Field, ID, Mutation, Query, Resolver } from 'type-graphql';
import type { CertificateFilter, CertificateStatus } from '../../domain';
import { type ConnectionOf, connectionType, PageArgs, toConnection } from '../connection';
import type { Context } from '../context';
import {
  IssueCertificateInput,
  IssueCertificateResult,
  RevokeCertificateInput,
  RevokeCertificateResult,
} from './certificate.input';
import { CertificateStatusEnum, CertificateType } from './certificate.type';

@ArgsType()
class CertificatesArgs extends PageArgs implements CertificateFilter {
  @Field(() => CertificateStatusEnum, { nullable: true, description: 'Only those with this status.' })
  status?: CertificateStatus | null;

  @Field(() => ID, { nullable: true, description: 'Only those about this checkpoint.' })
  resultId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Only those about this run.' })
  runId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Only those that answer this erasure request.' })
  requestId?: string | null;
}

const CertificateConnection = connectionType('Certificate', 'certificates', () => CertificateType);

@Resolver()
export class CertificateResolver {
  @Query(() => CertificateConnection, { description: 'Erasure certificates, newest first.' })
  async certificates(
    @Args(() => CertificatesArgs) { status, resultId, runId, requestId, ...page }: CertificatesArgs,
    @Ctx() { domain }: Context,
  ): Promise<ConnectionOf<CertificateType>> {
    const rows = await domain.certificates.list(page, { status, resultId, runId, requestId });
    return toConnection(rows, page, CertificateType.of);
  }

  @Query(() => CertificateType, { nullable: true, description: 'One erasure certificate.' })
  async certificate(
    @Arg('id', () => ID, { description: 'Its id.' }) id: string,
    @Ctx() { domain }: Context,
  ): Promise<CertificateType | null> {
    const row = await domain.certificates.get(id);
    return row && CertificateType.of(row);
  }

  @Mutation(() => IssueCertificateResult.union, {
    description:
      'Certifies the result of a run with all that is known of it, whatever that says. One that stands is answered again; a stale one is superseded.',
  })
  async issueCertificate(
    @Arg('input', () => IssueCertificateInput, { description: 'The run, and the request.' })
    input: IssueCertificateInput,
    @Ctx() { domain }: Context,
  ): Promise<object> {
    return IssueCertificateResult.show(await domain.issuer.issueFor(input));
  }

  @Mutation(() => RevokeCertificateResult.union, {
    description: 'Takes a certificate back. The signed file still verifies: ask here whether it holds.',
  })
  async revokeCertificate(
    @Arg('input', () => RevokeCertificateInput, { description: 'Which, and why.' }) {
      id,
      reason,
    }: RevokeCertificateInput,
    @Ctx() { domain }: Context,
  ): Promise<object> {
    return RevokeCertificateResult.show(await domain.certificates.revoke(id, reason));
  }
}
