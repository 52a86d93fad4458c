import { Field, InputType } from 'type-graphql';
import { resultType } from '../user-error';
import { ForgottenActorType } from './audit.type';

@InputType({ description: 'Whom to forget.' })
export class ForgetActorInput {
  @Field(() => String, { description: 'Id of the actor, as audit entries show it, such as person:olga.' })
  actor: string;
}

export const ForgetActorResult = resultType(
  'ForgetActorResult',
  { type: () => ForgottenActorType, show: (forgotten: { actorHash: string }) => new ForgottenActorType(forgotten) },
  ['ACTOR_OWN', 'ACTOR_UNKNOWN'],
);
