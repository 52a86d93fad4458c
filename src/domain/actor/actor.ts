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
  /** Id of the person who answers for it, where that is known and another: a bot's owner. */
  personId?: string;
  /** The project it works in, and sees nothing beside; left out, the default one, but Lethe itself sees all. */
  projectId?: string;
}

/** What schedules, executors and playbooks do on nobody's request. */
export const SYSTEM: Actor = { kind: 'SYSTEM', id: 'system', name: 'Lethe', roles: ['ADMIN'] };

/** Who answers for what an actor does: two tokens of one person are one. */
export function personOf({ id, personId }: Pick<Actor, 'id' | 'personId'>): string {
  return personId ?? id;
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
