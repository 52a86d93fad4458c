import { Field, ObjectType } from 'type-graphql';

@ObjectType('Failure', { description: 'Why something failed, in words its user can act on.' })
export class FailureType {
  @Field(() => String, { description: 'Stable, for programs.' })
  code: string;

  @Field(() => String, { description: 'For people.' })
  message: string;
}
