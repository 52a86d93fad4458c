import { Field, ID, InputType } from 'type-graphql';
import type { Role, TokenKind } from '../../domain';
import { RoleEnum } from '../me/me.resolver';
import { DateTime } from '../scalars';
import { resultType } from '../user-error';
import { ApiTokenType, CreatedTokenType, TokenKindEnum } from './token.type';

@InputType({ description: 'A token to make. It has no idempotency key, for its secret is shown only once.' })
export class CreateTokenInput {
  @Field(() => String, { description: 'To tell it from others.' })
  name: string;

  @Field(() => TokenKindEnum, { description: 'Whose it is.' })
  kind: TokenKind;

  @Field(() => String, {
    nullable: true,
    description:
      'Who the person is: the subject of a login, where there are logins. All tokens of a holder are one actor, who cannot approve own work. Only for PERSON.',
  })
  holder?: string | null;

  @Field(() => [RoleEnum], { description: 'What it may do; at least one.' })
  roles: Role[];

  @Field(() => DateTime, {
    nullable: true,
    description: 'From when on it admits nobody, within 366 days; 90 days from now when left out.',
  })
  expiresAt?: Date | null;

  @Field(() => ID, {
    nullable: true,
    description:
      "Where it acts; the actor's own project when left out. Others are for administrators of the default one.",
  })
  projectId?: string | null;
}

@InputType({ description: 'A token to revoke.' })
export class RevokeTokenInput {
  @Field(() => ID, { description: 'Its id.' })
  id: string;
}

@InputType({ description: 'What a token may do from now on.' })
export class ChangeTokenRolesInput {
  @Field(() => ID, { description: 'Its id.' })
  id: string;

  @Field(() => [RoleEnum], { description: 'All roles it is to have; at least one.' })
  roles: Role[];
}

const changed = { type: () => ApiTokenType, show: ApiTokenType.of };

export const CreateTokenResult = resultType(
  'CreateTokenResult',
  { type: () => CreatedTokenType, show: CreatedTokenType.of },
  ['INVALID_INPUT', 'PROJECT_NOT_FOUND'],
);

export const RevokeTokenResult = resultType('RevokeTokenResult', changed, ['TOKEN_NOT_FOUND']);

export const ChangeTokenRolesResult = resultType('ChangeTokenRolesResult', changed, [
  'TOKEN_NOT_FOUND',
  'INVALID_INPUT',
]);
