import { Ctx, Field, ObjectType, Query, Resolver, registerEnumType } from 'type-graphql';
import { type Actor, currentActor, DEFAULT_PROJECT, type Role, roles } from '../../domain';
import type { Context } from '../context';
import { enumOf } from '../enum-of';
import { ProjectType } from '../project/project.type';
import { DateTime } from '../scalars';

export const RoleEnum = enumOf(roles);
registerEnumType(RoleEnum, {
  name: 'Role',
  description: 'What somebody may do. docs/access.md has every field and the roles that may use it.',
  valuesConfig: {
    VIEWER: { description: 'Reads.' },
    ENGINEER: { description: 'Registers data, starts runs, evaluates, merges.' },
    REVIEWER: { description: 'Approves what others did.' },
    PRIVACY_OFFICER: { description: 'Handles erasure requests, certificates, policies and legal holds.' },
    ADMIN: { description: 'Everything, tokens and projects included, except approving own work.' },
  },
});

export const ActorKindEnum = enumOf<Actor['kind']>(['PERSON', 'BOT', 'SYSTEM']);
registerEnumType(ActorKindEnum, {
  name: 'ActorKind',
  description: 'What acts.',
  valuesConfig: {
    PERSON: { description: 'Somebody, known by a token or a login.' },
    BOT: { description: 'A program with a token of its own.' },
    SYSTEM: { description: "Lethe itself: schedules, and executors at work on somebody's request." },
  },
});

@ObjectType('Actor', { description: 'Who does something.' })
export class ActorType {
  private readonly projectId?: string;

  @Field(() => ActorKindEnum, { description: 'What it is.' })
  kind: string;

  @Field(() => String, { description: 'Stable and unique over all kinds: what the audit log keeps.' })
  actorId: string;

  @Field(() => String, { description: 'For people to read.' })
  name: string;

  @Field(() => [RoleEnum], { description: 'What it may do.' })
  roles: readonly Role[];

  @Field(() => DateTime, { nullable: true, description: 'When its credentials expire; null where they do not.' })
  expiresAt: Date | null;

  @Field(() => ProjectType, { description: 'Where it works. It sees nothing beside.' })
  async project(@Ctx() { loaders }: Context): Promise<ProjectType> {
    return ProjectType.of(await loaders.project.load(this.projectId ?? DEFAULT_PROJECT));
  }
}

@Resolver()
export class MeResolver {
  @Query(() => ActorType, { description: 'Who asks.' })
  me(@Ctx() { session }: Context): ActorType {
    const { id: actorId, ...actor } = currentActor();
    return Object.assign(new ActorType(), actor, { actorId, expiresAt: session.expiresAt });
  }
}
