import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { type ApiToken, type CreatedToken, type Role, tokenKinds } from '../../domain';
import { enumOf } from '../enum-of';
import { RoleEnum } from '../me/me.resolver';
import { Node } from '../node';
import { DateTime } from '../scalars';

export const TokenKindEnum = enumOf(tokenKinds);
registerEnumType(TokenKindEnum, {
  name: 'TokenKind',
  description: 'Whose a token is.',
  valuesConfig: {
    PERSON: { description: "A person's, who is one actor over all tokens and logins." },
    BOT: { description: "A program's, which is an actor of its own." },
  },
});

@ObjectType('ApiToken', {
  implements: Node,
  description: 'The right to act in a project. Its secret was shown when it was made, and is not kept.',
})
export class ApiTokenType extends Node {
  static of(this: void, row: ApiToken): ApiTokenType {
    return new ApiTokenType(row);
  }

  @Field(() => String, { description: 'To tell it from others.' })
  name: string;

  @Field(() => TokenKindEnum, { description: 'Whose it is.' })
  kind: string;

  @Field(() => String, { description: 'Who acts with it, as in the audit log.' })
  actorId: string;

  @Field(() => [RoleEnum], { description: 'What it may do.' })
  roles: Role[];

  @Field(() => String, { description: 'Who made it, as in the audit log.' })
  createdBy: string;

  @Field(() => [String], {
    description:
      'Who could act with it beside its holder: whoever made it or gave it a role, those who made theirs, and so on. With it nobody decides about what one of these asked for, nor one of these about what it asks for.',
  })
  vouchers: string[];

  @Field(() => DateTime, { description: 'When it was made.' })
  createdAt: Date;

  @Field(() => DateTime, { description: 'From when on it admits nobody.' })
  expiresAt: Date;

  @Field(() => DateTime, { nullable: true, description: 'When it was last used, to the minute.' })
  lastUsedAt: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was revoked.' })
  revokedAt: Date | null;
}

@ObjectType('CreatedToken', { description: 'A new token, with its secret.' })
export class CreatedTokenType {
  @Field(() => ApiTokenType, { description: 'The token.' })
  token: ApiTokenType;

  @Field(() => String, {
    description: 'What clients send as `Authorization: Bearer ...`. It is shown here and never again.',
  })
  secret: string;

  static of(this: void, { token, secret }: CreatedToken): CreatedTokenType {
    return Object.assign(new CreatedTokenType(), { token: ApiTokenType.of(token), secret });
  }
}
