import { Ctx, Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { type Certificate, certificateStatuses, maySeeRequests } from '../../domain';
import type { Context } from '../context';
import { enumOf } from '../enum-of';
import { Node } from '../node';
import { BigIntScalar, DateTime, JsonObject } from '../scalars';

export const CertificateStatusEnum = enumOf(certificateStatuses);
registerEnumType(CertificateStatusEnum, {
  name: 'CertificateStatus',
  description: 'Where a certificate is in its life.',
  valuesConfig: {
    PENDING: { description: 'Recorded; signed in a moment, once the log has it.' },
    VALID: { description: 'Signed, and nothing speaks against it.' },
    STALE: { description: 'What it says was true and may no longer be; see `reason`.' },
    REVOKED: { description: 'Taken back or replaced; see `reason`.' },
    EXPIRED: { description: 'Its time is over.' },
  },
});

@ObjectType('Certificate', {
  implements: Node,
  description:
    'Says that a checkpoint was made to forget, by which method, with which evidence, and what that does not show.',
})
export class CertificateType extends Node {
  private readonly claims: Certificate['claims'];
  private readonly requestId: string | null;
  private readonly supersedesId: string | null;
  private readonly pageDigest: string | null;

  static of(this: void, row: Certificate): CertificateType {
    return new CertificateType(row);
  }

  @Field(() => CertificateStatusEnum, { description: 'Where it is in its life.' })
  status: string;

  @Field(() => String, { nullable: true, description: 'Why it is STALE or REVOKED.' })
  reason: string | null;

  @Field(() => ID, {
    name: 'requestId',
    nullable: true,
    description: 'The erasure request it answers; null, too, where you may not see requests.',
  })
  shownRequestId(@Ctx() { session }: Context): string | null {
    return maySeeRequests(session.actor) ? this.requestId : null;
  }

  @Field(() => ID, { description: 'The run it is about.' })
  runId: string;

  @Field(() => ID, { description: 'The checkpoint it is about.' })
  resultId: string;

  @Field(() => DateTime, { description: 'When it was issued.' })
  createdAt: Date;

  @Field(() => DateTime, {
    nullable: true,
    description: 'Until when it holds; null for as long as it is not withdrawn.',
  })
  validUntil: Date | null;

  @Field(() => BigIntScalar, {
    nullable: true,
    description: 'Place of its entry in the transparency log; null until it is signed.',
  })
  logIndex: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'sha256 of the signed file, hexadecimal; null until it is signed.',
  })
  bundleDigest: string | null;

  @Field(() => JsonObject, {
    name: 'claims',
    description:
      'Everything it says, as docs/certificate.md describes it, but where the log has it; without `request` where you may not see requests.',
  })
  shownClaims(@Ctx() { session }: Context): object {
    const { request, ...rest } = this.claims;
    return maySeeRequests(session.actor) ? this.claims : rest;
  }

  @Field(() => String, {
    nullable: true,
    description:
      'Path on this server of the signed file, for `lethe verify` and tools that read Sigstore bundles; null until it is signed.',
  })
  bundleUrl(): string | null {
    return this.bundleDigest && `/certificates/${this.id}/bundle`;
  }

  @Field(() => String, {
    nullable: true,
    description: 'Path on this server of the same as a page to read and print; null until it is signed.',
  })
  htmlUrl(): string | null {
    return this.pageDigest && `/certificates/${this.id}/page`;
  }

  @Field(() => CertificateType, { nullable: true, description: 'The certificate that this one replaces.' })
  async supersedes(@Ctx() { loaders }: Context): Promise<CertificateType | null> {
    return this.supersedesId ? CertificateType.of(await loaders.certificate.load(this.supersedesId)) : null;
  }
}
