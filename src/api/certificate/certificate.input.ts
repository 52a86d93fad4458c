import { Field, ID, InputType } from 'type-graphql';
import type { IssueCertificate } from '../../domain';
import { resultType } from '../user-error';
import { CertificateType } from './certificate.type';

@InputType({ description: 'What to certify.' })
export class IssueCertificateInput implements IssueCertificate {
  @Field(() => ID, { description: 'The run whose result is certified.' })
  runId: string;

  @Field(() => ID, { nullable: true, description: 'The erasure request it answers; without one, nobody asked.' })
  requestId?: string | null;
}

export const IssueCertificateResult = resultType(
  'IssueCertificateResult',
  { type: () => CertificateType, show: CertificateType.of },
  ['RUN_NOT_FOUND', 'RUN_WITHOUT_RESULT', 'REQUEST_OF_ANOTHER_RUN', 'REQUEST_ON_HOLD', 'REQUEST_CLOSED'],
);

@InputType({ description: 'A certificate to take back.' })
export class RevokeCertificateInput {
  @Field(() => ID, { description: 'Its id.' })
  id: string;

  @Field(() => String, { description: 'Why, for those who rely on it.' })
  reason: string;
}

export const RevokeCertificateResult = resultType(
  'RevokeCertificateResult',
  { type: () => CertificateType, show: CertificateType.of },
  ['INVALID_INPUT', 'CERTIFICATE_NOT_FOUND', 'CERTIFICATE_FINAL'],
);
