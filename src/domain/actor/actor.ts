import { AsyncLocalStorage } from 'node:async_hooks';

/** The project that is there from the beginning. Its administrators run the installation. */
export const DEFAULT_PROJECT = '00000000-0000-4000-8000-000000000001';

export const roles = ['VIEWER', 'ENGINEER', 'REVIEWER', 'PRIVACY_OFFICER', 'ADMIN'] as const;
export type Role = (typeof roles)[number];

/** Who does something: a person, a program with a token of its own, or Lethe itself. */
export interface Actor {
  kind: 'PERSON' | 'BOT' | 'SYSTEM';
  /** Stable and unique over all kinds: approvals compare it, the audit log keeps it. */
  id: string;
  /** For people to read. */
  name: string;
  roles: readonly Role[];
  /** The project it works in, and sees nothing beside; left out, the default one, but Lethe itself sees all. */
  projectId?: string;
  /**
   * Ids of whoever made the token it shows or gave it a role, and of those who made theirs, the nearest first: any of them
   * may be who really acts. None for a login, whose provider says who it is.
   */
  vouchers?: readonly string[];
}

/** As much of an actor as tells, later too, whose work something is. */
export type Party = Pick<Actor, 'id' | 'vouchers'>;

/** What schedules, executors and playbooks do on nobody's request. */
export const SYSTEM: Actor = { kind: 'SYSTEM', id: 'system', name: 'Lethe', roles: ['ADMIN'] };

const FORGOTTEN = 'forgotten:';

/** The id of a person, whether known by a token's holder or a login's subject; what only looks the same is the same. */
export function personId(name: string): string {
  return `person:${name.trim().normalize('NFC')}`;
}

/** The id of a program, which is its token. */
export function botId(tokenId: string): string {
  return `bot:${tokenId}`;
}

/** What stands for a forgotten actor where its id was: nobody's own id, a program's still a program's, and equal wherever the actor was. */
export function forgottenId(id: string, pseudonym: string): string {
  return id.startsWith(botId('')) ? botId(`${FORGOTTEN}${pseudonym}`) : `${FORGOTTEN}${pseudonym}`;
}

/** The pseudonym within the id of a forgotten actor; null for every other id. */
export function pseudonymWithin(id: string): string | null {
  return /^(?:bot:)?forgotten:([0-9a-f]{64})$/.exec(id)?.[1] ?? null;
}

/** Who answers for what an actor does: for a bot whoever made it, or made the bot that did. Two tokens of one person are one. */
export function personOf({ id, vouchers = [] }: Party): string {
  return [id, ...vouchers].find((each) => !each.startsWith(botId(''))) ?? id;
}

/**
 * Whether one person may be behind both: they are one, or one of them made the other's token, and could use it. Two whose tokens a third
 * one made are two, or else nobody could run an installation alone.
 */
export function mayBeOne(a: Party, b: Party): boolean {
  const [one, other] = [personOf(a), personOf(b)];
  return one === other || (b.vouchers ?? []).includes(one) || (a.vouchers ?? []).includes(other);
}

const current = new AsyncLocalStorage<Actor>();

/** Runs `work`, and all it awaits, in the name of an actor. */
export function actingAs<T>(actor: Actor, work: () => T): T {
  return current.run(actor, work);
}

/** In whose name this code runs; the system's when nobody's was given. */
export function currentActor(): Actor {
  return current.getStore() ?? SYSTEM;
}

/** The project that this code works in; null for Lethe itself, unless it works on what belongs to a project. */
export function currentProject(): string | null {
  const { kind, projectId } = currentActor();
  return projectId ?? (kind === 'SYSTEM' ? null : DEFAULT_PROJECT);
}

/** Lethe itself, at work on what belongs to a project: what it makes there belongs to the project too. */
export function systemOf(projectId: string): Actor {
  return { ...SYSTEM, projectId };
}
