import { Field, ID, InputType } from 'type-graphql';
import type { HoldGround, LegalBasis, MovableStatus, RequestStatus } from '../../domain';
import { IdempotentInput } from '../idempotent.input';
import { DateTime } from '../scalars';
import { resultType } from '../user-error';
import { ErasureRequestType } from './erasure-request.type';
import { HoldGroundEnum, LegalBasisEnum, MovableStatusEnum, RequestStatusEnum } from './request-enums';

@InputType({ description: 'Which erasure requests; those that match all that is given.' })
export class ErasureRequestFilter {
  @Field(() => RequestStatusEnum, { nullable: true, description: 'In this status.' })
  status?: RequestStatus | null;

  @Field(() => DateTime, { nullable: true, description: 'Open, and due before this moment.' })
  dueBefore?: Date | null;

  @Field(() => String, {
    nullable: true,
    description: 'Of this subject: hashed with the salt of every request that still has one, and not kept.',
  })
  subjectReference?: string | null;
}

@InputType({ description: 'An erasure request as it came in.' })
export class ReceiveErasureRequestInput extends IdempotentInput {
  @Field(() => String, {
    description: 'What names the subject, such as a customer number. Hashed with a salt at once and never kept.',
  })
  subjectReference: string;

  @Field(() => LegalBasisEnum, { description: 'On what ground.' })
  legalBasis: LegalBasis;

  @Field(() => DateTime, { nullable: true, description: 'When it was received; now when left out.' })
  receivedAt?: Date | null;

  @Field(() => ID, { nullable: true, description: 'The forget set, where it is known already.' })
  forgetSetId?: string | null;

  @Field(() => [String], { nullable: true, description: 'Whom the data was disclosed to (Art. 19).' })
  recipients?: string[] | null;
}

@InputType()
abstract class OfRequestInput {
  @Field(() => ID, { description: "The request's id." })
  id: string;
}

@InputType({ description: 'The result of an identity check.' })
export class CheckIdentityInput extends OfRequestInput {
  @Field(() => Boolean, { description: 'Whether the subject is who they say.' })
  verified: boolean;

  @Field(() => String, { description: 'How that was found, such as "eID". No copy of a document.' })
  method: string;
}

@InputType({ description: 'A notice of extension, Art. 12(3).' })
export class ExtendDeadlineInput extends OfRequestInput {
  @Field(() => String, { description: 'Why it takes longer, as the subject was told.' })
  reason: string;

  @Field(() => DateTime, { nullable: true, description: 'When the subject was told; now when left out.' })
  noticedAt?: Date | null;
}

@InputType({ description: 'A legal hold.' })
export class HoldErasureRequestInput extends OfRequestInput {
  @Field(() => HoldGroundEnum, { description: 'The exception.' })
  ground: HoldGround;

  @Field(() => String, { description: 'What it is about here.' })
  reason: string;
}

@InputType({ description: 'A hold to lift.' })
export class LiftHoldInput extends OfRequestInput {
  @Field(() => String, { description: 'Why the exception is gone.' })
  reason: string;
}

@InputType({ description: 'A move by hand.' })
export class MoveErasureRequestInput extends OfRequestInput {
  @Field(() => MovableStatusEnum, { description: 'Where to.' })
  to: MovableStatus;

  @Field(() => String, { nullable: true, description: 'Why; must be given when it is refused (Art. 12(4)).' })
  reason?: string | null;
}

@InputType({ description: 'What to forget for a request.' })
export class LinkForgetSetInput extends OfRequestInput {
  @Field(() => ID, { description: 'The forget set.' })
  forgetSetId: string;
}

@InputType({ description: 'Somebody to be told of the erasure.' })
export class AddRecipientInput extends OfRequestInput {
  @Field(() => String, { description: 'Who.' })
  name: string;
}

@InputType({ description: 'A recipient who was told.' })
export class InformRecipientInput extends OfRequestInput {
  @Field(() => ID, { description: "The recipient's id." })
  recipientId: string;
}

@InputType({ description: 'A closed request whose subject is to become unknown.' })
export class UnlinkSubjectInput extends OfRequestInput {}

const success = { type: () => ErasureRequestType, show: ErasureRequestType.of };
const refused = ['REQUEST_NOT_FOUND', 'REQUEST_CLOSED', 'REQUEST_STATUS'] as const;

export const ReceiveErasureRequestResult = resultType('ReceiveErasureRequestResult', success, [
  'INVALID_INPUT',
  'SET_NOT_FOUND',
  'IDEMPOTENCY_CONFLICT',
]);
export const CheckIdentityResult = resultType('CheckIdentityResult', success, [...refused, 'INVALID_INPUT']);
export const ExtendDeadlineResult = resultType('ExtendDeadlineResult', success, [
  ...refused,
  'INVALID_INPUT',
  'DEADLINE_EXTENDED_BEFORE',
  'NOTICE_TOO_LATE',
]);
export const HoldErasureRequestResult = resultType('HoldErasureRequestResult', success, [...refused, 'INVALID_INPUT']);
export const LiftHoldResult = resultType('LiftHoldResult', success, [...refused, 'REQUEST_NOT_HELD']);
export const MoveErasureRequestResult = resultType('MoveErasureRequestResult', success, [
  ...refused,
  'INVALID_INPUT',
  'REQUEST_ON_HOLD',
]);
export const LinkForgetSetResult = resultType('LinkForgetSetResult', success, [
  ...refused,
  'SET_NOT_FOUND',
  'REQUEST_PROMOTED',
]);
export const AddRecipientResult = resultType('AddRecipientResult', success, [...refused, 'INVALID_INPUT']);
export const InformRecipientResult = resultType('InformRecipientResult', success, [
  'REQUEST_NOT_FOUND',
  'RECIPIENT_NOT_FOUND',
]);
export const UnlinkSubjectResult = resultType('UnlinkSubjectResult', success, ['REQUEST_NOT_FOUND', 'REQUEST_OPEN']);
