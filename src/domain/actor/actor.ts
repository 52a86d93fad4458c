import { AsyncLocalStorage } from 'node:async_hooks';

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
}

/** What schedules, executors and playbooks do on nobody's request. */
export const SYSTEM: Actor = { kind: 'SYSTEM', id: 'system', name: 'Lethe', roles: ['ADMIN'] };

const current = new AsyncLocalStorage<Actor>();

/** Runs `work`, and all it awaits, in the name of an actor. */
export function actingAs<T>(actor: Actor, work: () => T): T {
  return current.run(actor, work);
}

/** In whose name this code runs; the system's when nobody's was given. */
export function currentActor(): Actor {
  return current.getStore() ?? SYSTEM;
}
