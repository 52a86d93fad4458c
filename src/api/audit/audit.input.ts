import { Field, InputType } from 'type-graphql';
import { resultType } from '../user-error';
import { ForgottenActorType } from './audit.type';

@InputType({ description: 'Whose link to the audit log to destroy.' })
export class ForgetActorInput {
  @Field(() => String, { description: 'Id of the actor, as audit entries show it.' })
  actor: string;
}

export const ForgetActorResult = resultType(
  'ForgetActorResult',
  { type: () => ForgottenActorType, show: (forgotten: { actorHash: string }) => new ForgottenActorType(forgotten) },
  ['ACTOR_UNKNOWN'],
);
