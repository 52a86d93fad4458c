import { randomUUID } from 'node:crypto';
import { In, IsNull } from 'typeorm';
import type { Database } from '../../database';
import {
  type Actor,
  actingAs,
  botId,
  currentActor,
  DEFAULT_PROJECT,
  personId,
  type Role,
  SYSTEM,
} from '../actor/actor';
import type { AuditLog } from '../audit/audit-log';
import { isId } from '../listing/cursor';
import { type Page, type PageRequest, pageOf } from '../listing/page';
import { projectOfNew } from '../project/owned';
import { type ProjectService, runsTheInstallation } from '../project/project.service';
import type { PseudonymService } from '../pseudonym/pseudonym.service';
import { Misuse } from '../refusal/misuse';
import { type Refusal, refuse } from '../refusal/refusals';
import { ApiToken, type TokenKind } from './api-token.entity';
import { digestOfSecret, isSecretOf, newSecret, tokenIdOf } from './secret';

/** Channel on which servers hear that somebody's rights have changed; the payload is the token's id. */
const accessChannel = 'lethe_access';

const DAY_MS = 86_400_000;
const USUAL_DAYS = 90;
const MOST_DAYS = 366;
/** `last_used_at` is written at most this often. */
const USE_NOTED_MS = 60_000;

export interface CreateToken {
  name: string;
  kind: TokenKind;
  /** Who the person is, the same over all of the person's tokens and logins. Only for PERSON. */
  holder?: string | null;
  roles: Role[];
  /** 90 days from now when left out. */
  expiresAt?: Date | null;
  /** Another project than the actor's; only for those who run the installation. */
  projectId?: string | null;
}

/** A token and its secret, which is nowhere else. */
export interface CreatedToken {
  token: ApiToken;
  secret: string;
}

interface TokenServices {
  database: Database;
  audit: AuditLog;
  projects: ProjectService;
  pseudonyms: PseudonymService;
}

export class TokenService {
  constructor(readonly services: TokenServices) {}

  /** The secret is in the answer and not kept: a lost one is revoked and made anew. */
  async create(input: CreateToken): Promise<CreatedToken | Refusal> {
    const { database, projects } = this.services;
    const expiresAt = input.expiresAt ?? new Date(Date.now() + USUAL_DAYS * DAY_MS);
    const refusal = invalid(input, expiresAt);
    if (refusal) return refusal;
    const projectId = input.projectId ?? projectOfNew();
    if (!(await projects.get(projectId))) return refuse('PROJECT_NOT_FOUND', ['projectId'], { id: projectId });
    return database.transaction(async () => {
      const { name, kind, holder, roles } = input;
      const id = randomUUID();
      const secret = newSecret(id);
      const tokens = database.repository(ApiToken);
      const token = await tokens.save(
        tokens.create({
          id,
          projectId,
          name,
          kind,
          roles: [...new Set(roles)],
          actorId: kind === 'PERSON' ? personId(holder!) : botId(id),
          secretDigest: digestOfSecret(secret),
          createdBy: currentActor().id,
          vouchers: vouchingNow(),
          expiresAt,
        }),
      );
      await this.#record('TOKEN_CREATED', undefined, token);
      return { token, secret };
    });
  }

  /** From now on it admits nobody, and who came in with it is sent away. Revoking twice is no error. */
  async revoke(id: string): Promise<ApiToken | Refusal> {
    return this.#change(id, 'TOKEN_REVOKED', ({ revokedAt }) => ({ revokedAt: revokedAt ?? new Date() }));
  }

  /** Revokes what an actor has in whatever project, on record there. Part of the caller's transaction. */
  async revokeAllOf(actorId: string): Promise<void> {
    const where = { actorId, revokedAt: IsNull() };
    const held = await actingAs(SYSTEM, () => this.services.database.repository(ApiToken).find({ where }));
    for (const { id, projectId } of held) await actingAs({ ...currentActor(), projectId }, () => this.revoke(id));
  }

  /** Also for those who are connected: what they may not do any more ends. */
  async changeRoles(id: string, roles: Role[]): Promise<ApiToken | Refusal> {
    if (roles.length === 0) return refuse('INVALID_INPUT', ['roles'], { problem: 'a token needs a role' });
    return this.#change(id, 'TOKEN_ROLES_CHANGED', ({ roles: had, vouchers }) => ({
      roles: [...new Set(roles)],
      // Whoever gives a right has a hand in what is done with it, and so cannot be judged by it.
      vouchers: roles.every((role) => had.includes(role)) ? vouchers : [...new Set([...vouchers, ...vouchingNow()])],
    }));
  }

  async #change(
    id: string,
    action: string,
    change: (before: ApiToken) => Partial<ApiToken>,
  ): Promise<ApiToken | Refusal> {
    const { database } = this.services;
    if (!isId(id)) return refuse('TOKEN_NOT_FOUND', ['id'], { id });
    return database.transaction(async () => {
      const tokens = database.repository(ApiToken);
      // Whoever can make a token in any project can end it there.
      const reader = runsTheInstallation() ? SYSTEM : currentActor();
      const lock = { mode: 'pessimistic_write' } as const;
      const before = await actingAs(reader, () => tokens.findOne({ where: { id }, lock }));
      if (!before) return refuse('TOKEN_NOT_FOUND', ['id'], { id });
      await tokens.update({ id }, change(before));
      const after = await actingAs(reader, () => tokens.findOneByOrFail({ id }));
      await this.#record(action, before, after);
      await database.notify(accessChannel, id);
      return after;
    });
  }

  /**
   * Who holds a secret; null for a text that is no API token.
   * @throws Misuse UNAUTHENTICATED for one that admits nobody
   */
  async holder(secret: string): Promise<{ actor: Actor; expiresAt: Date } | null> {
    const id = tokenIdOf(secret);
    if (id === null) return null;
    // Whose project it is, is what is to be found out.
    const token = await actingAs(SYSTEM, () => this.services.database.repository(ApiToken).findOneBy({ id }));
    if (!token || !isSecretOf(secret, token.secretDigest)) {
      throw new Misuse('UNAUTHENTICATED', 'This server has no such token');
    }
    if (token.revokedAt) throw new Misuse('UNAUTHENTICATED', `Token ${token.name} was revoked`);
    const { expiresAt, actorId, name, kind, roles, projectId, vouchers } = token;
    if (expiresAt.getTime() <= Date.now()) {
      throw new Misuse('UNAUTHENTICATED', `Token ${name} expired at ${expiresAt.toISOString()}`);
    }
    await this.#noteUse(token);
    const shown = kind === 'PERSON' ? actorId.slice(personId('').length) : name;
    return { actor: { kind, id: actorId, name: shown, roles, projectId, vouchers }, expiresAt };
  }

  /** Whether a token that admits somebody now has the installation. */
  async someAdminister(): Promise<boolean> {
    const rows = await this.services.database.query(
      `SELECT 1 FROM api_token WHERE project_id = $1 AND 'ADMIN' = ANY (roles) AND revoked_at IS NULL AND expires_at > now() LIMIT 1`,
      [DEFAULT_PROJECT],
    );
    return rows.length > 0;
  }

  /** Calls back when the rights of some token have changed, in whatever process; the returned function ends it. */
  onChange(listener: () => void): Promise<() => void> {
    return this.services.database.notifications.subscribe(accessChannel, listener);
  }

  async #noteUse({ id, lastUsedAt }: ApiToken): Promise<void> {
    if (lastUsedAt && Date.now() - lastUsedAt.getTime() < USE_NOTED_MS) return;
    await this.services.database.query('UPDATE api_token SET last_used_at = clock_timestamp() WHERE id = $1', [id]);
  }

  async #record(action: string, before: ApiToken | undefined, after: ApiToken): Promise<void> {
    const { audit } = this.services;
    await audit.record({
      action,
      subject: { type: 'TOKEN', id: after.id },
      ...(before ? { before: await this.#kept(before) } : {}),
      after: await this.#kept(after),
      // Where the token is: its people shall see who may come in.
      projectId: after.projectId,
    });
  }

  /** What the audit log digests of a token. Its name is left out: it may be a person's. */
  async #kept({ projectId, kind, actorId, roles, vouchers, expiresAt, revokedAt }: ApiToken): Promise<object> {
    const { pseudonyms } = this.services;
    return {
      ...{ projectId, kind, roles, expiresAt, revokedAt },
      actor: await pseudonyms.of(actorId),
      vouchers: await pseudonyms.ofAll(vouchers),
    };
  }

  async get(id: string): Promise<ApiToken | null> {
    return isId(id) ? this.services.database.repository(ApiToken).findOneBy({ id }) : null;
  }

  /** For dataloaders: any order, missing ones left out. */
  async byIds(ids: readonly string[]): Promise<ApiToken[]> {
    return this.services.database.repository(ApiToken).findBy({ id: In([...ids]) });
  }

  /** Those of the project, revoked and expired ones too. */
  async list(page: PageRequest): Promise<Page<ApiToken>> {
    return pageOf(this.services.database.repository(ApiToken).createQueryBuilder('token'), page);
  }
}

/** Who vouches for what the current actor makes. */
function vouchingNow(): string[] {
  const { id, vouchers = [] } = currentActor();
  return [...new Set([id, ...vouchers])];
}

function invalid({ name, kind, holder, roles }: CreateToken, expiresAt: Date): Refusal<'INVALID_INPUT'> | null {
  const refused = (path: string, problem: string) => refuse('INVALID_INPUT', [path], { problem });
  if (name.trim() === '') return refused('name', 'a token needs a name');
  if (roles.length === 0) return refused('roles', 'a token needs a role');
  if (kind === 'PERSON' && !holder?.trim()) return refused('holder', 'a token of a person needs to say whose it is');
  if (kind === 'BOT' && holder != null) return refused('holder', 'a bot is its token, and nobody holds it');
  const days = (expiresAt.getTime() - Date.now()) / DAY_MS;
  if (!(days > 0 && days <= MOST_DAYS)) return refused('expiresAt', `a token expires within ${MOST_DAYS} days`);
  return null;
}
