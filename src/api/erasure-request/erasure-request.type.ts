import { Ctx, Field, ID, Int, ObjectType } from 'type-graphql';
import type { ErasureRequest, Recipient, RequestEvent } from '../../domain';
import type { Context } from '../context';
import { Node } from '../node';
import { NextStepType, PlaybookGraphType } from '../playbook/playbook.type';
import { RunType } from '../run/run.type';
import { SampleSetType } from '../sample-set/sample-set.type';
import { DateTime, JsonObject } from '../scalars';
import { HoldGroundEnum, LegalBasisEnum, RequestEventTypeEnum, RequestStatusEnum } from './request-enums';

@ObjectType('IdentityCheck', { description: "Whether the subject is who they say: the newest check's result." })
export class IdentityCheckType {
  @Field(() => Boolean, { description: 'Whether it was good.' })
  verified: boolean;

  @Field(() => String, { description: 'How it was done, in words.' })
  method: string;

  @Field(() => DateTime, { description: 'When.' })
  checkedAt: Date;

  @Field(() => String, { description: 'Id of who did it.' })
  checkedBy: string;
}

@ObjectType('DeadlineExtension', { description: 'The notice of Art. 12(3) that two further months are needed.' })
export class ExtensionType {
  @Field(() => String, { description: 'Why, as the subject was told.' })
  reason: string;

  @Field(() => DateTime, { description: 'When the subject was told: within the first month.' })
  noticedAt: Date;
}

@ObjectType('LegalHold', { description: 'Why a request stands still.' })
export class HoldType {
  @Field(() => HoldGroundEnum, { description: 'The exception.' })
  ground: string;

  @Field(() => String, { description: 'What it is about here.' })
  reason: string;

  @Field(() => DateTime, { description: 'Since when.' })
  placedAt: Date;

  @Field(() => String, { description: 'Id of who placed it.' })
  placedBy: string;

  @Field(() => RequestStatusEnum, { description: 'Where the request goes on when the hold is lifted.' })
  from: string;
}

@ObjectType('Recipient', {
  implements: Node,
  description: 'Somebody the data was disclosed to, who has to be told of the erasure (Art. 19).',
})
export class RecipientType extends Node {
  static of(this: void, row: Recipient): RecipientType {
    return new RecipientType(row);
  }

  @Field(() => String, { description: 'Who.' })
  name: string;

  @Field(() => DateTime, { nullable: true, description: 'When they were told; null while they were not.' })
  informedAt: Date | null;
}

@ObjectType('ErasureRequestEvent', { description: 'One thing that happened to an erasure request.' })
export class RequestEventGraphType {
  static of(this: void, row: RequestEvent): RequestEventGraphType {
    return Object.assign(new RequestEventGraphType(), row);
  }

  @Field(() => Int, { description: 'Its number: from 1, without gaps.' })
  seq: number;

  @Field(() => DateTime, { description: 'When.' })
  at: Date;

  @Field(() => RequestEventTypeEnum, { description: 'What happened.' })
  type: string;

  @Field(() => String, { description: 'Id of who did it.' })
  actorId: string;

  @Field(() => JsonObject, { description: 'What goes with it: reasons, dates, ids.' })
  payload: object;
}

@ObjectType('ErasureRequest', {
  implements: Node,
  description:
    "A subject's request that a model forget them (GDPR Art. 17). The subject is kept as a salted hash only.",
})
export class ErasureRequestType extends Node {
  /** Number of its newest event, hence of its events. */
  readonly lastSeq: number;
  private readonly forgetSetId: string | null;
  private readonly playbookId: string | null;
  private readonly runId: string | null;

  static of(this: void, row: ErasureRequest): ErasureRequestType {
    return new ErasureRequestType(row);
  }

  @Field(() => RequestStatusEnum, { description: 'Where it is.' })
  status: string;

  @Field(() => String, {
    description: 'sha256 over a salt of its own and the subject reference. Unlinkable once the salt is destroyed.',
  })
  subjectHash: string;

  @Field(() => LegalBasisEnum, { description: 'On what ground.' })
  legalBasis: string;

  @Field(() => DateTime, { description: 'When it was received.' })
  receivedAt: Date;

  @Field(() => DateTime, {
    description: 'By when it is answered: one calendar month after receipt, three with a notice (Art. 12(3)).',
  })
  dueAt: Date;

  @Field(() => ExtensionType, { nullable: true, description: 'The notice of extension, if there was one.' })
  extension: ExtensionType | null;

  @Field(() => IdentityCheckType, { nullable: true, description: 'The newest identity check.' })
  identity: IdentityCheckType | null;

  @Field(() => HoldType, { nullable: true, description: 'What stops it, while something does.' })
  hold: HoldType | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was completed, refused or withdrawn.' })
  closedAt: Date | null;

  @Field(() => DateTime, { description: 'When it was recorded here.' })
  createdAt: Date;

  @Field(() => SampleSetType, { nullable: true, description: 'What is to be forgotten, once that is known.' })
  async forgetSet(@Ctx() { loaders }: Context): Promise<SampleSetType | null> {
    return this.forgetSetId ? SampleSetType.of(await loaders.sampleSet.load(this.forgetSetId)) : null;
  }

  @Field(() => PlaybookGraphType, { nullable: true, description: 'How it is fulfilled, if by a playbook.' })
  async playbook(@Ctx() { loaders }: Context): Promise<PlaybookGraphType | null> {
    return this.playbookId ? PlaybookGraphType.of(await loaders.playbook.load(this.playbookId)) : null;
  }

  @Field(() => RunType, { nullable: true, description: 'The newest run made for it.' })
  async run(@Ctx() { loaders }: Context): Promise<RunType | null> {
    return this.runId ? RunType.of(await loaders.run.load(this.runId)) : null;
  }

  @Field(() => ID, { nullable: true, description: "Id of the verification of its run's result." })
  verificationId: string | null;

  @Field(() => DateTime, { nullable: true, description: "When the playbook's alias was moved to the result." })
  promotedAt: Date | null;

  @Field(() => ID, { nullable: true, description: 'Id of its certificate.' })
  certificateId: string | null;

  @Field(() => NextStepType, {
    nullable: true,
    description: 'What it does next or waits for; null without a playbook and after its last step.',
  })
  async nextStep(@Ctx() { domain }: Context): Promise<NextStepType | null> {
    const next = await domain.progress.nextStep(await domain.requests.getOrFail(this.id));
    return next && Object.assign(new NextStepType(), next);
  }

  @Field(() => [RecipientType], { description: 'Who has to be told.' })
  async recipients(@Ctx() { loaders }: Context): Promise<RecipientType[]> {
    return (await loaders.requestRecipients.load(this.id)).map(RecipientType.of);
  }
}
