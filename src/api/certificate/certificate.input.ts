import { Field, ID, InputType } from 'type-graphql';
import { resultType } from '../user-error';
import { CertificateType } from './certificate.type';

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
