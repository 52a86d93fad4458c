import type { Database } from '../../database';
import { botId, currentActor, forgottenId, personId } from '../actor/actor';
import type { AuditLog } from '../audit/audit-log';
import { type Refusal, refuse } from '../refusal/refusals';
import type { TokenService } from '../token/token.service';
import type { PseudonymService } from './pseudonym.service';

/** Where a table says who somebody was. */
interface Mention {
  table: string;
  /** Columns with an actor's id. */
  ids?: readonly string[];
  /** Columns with a list of them. */
  lists?: readonly string[];
  /** Columns with JSON in which they are values. */
  json?: readonly string[];
  /** A column with the name of the actor whose id is in another one. */
  name?: { column: string; of: string };
}

/** Every place that keeps an actor's id or name as it is. The audit log and certificates keep its pseudonym alone. */
const mentions: readonly Mention[] = [
  {
    table: 'api_token',
    name: { column: 'name', of: 'actor_id' },
    ids: ['actor_id', 'created_by'],
    lists: ['vouchers'],
  },
  {
    table: 'approval',
    name: { column: 'approver_name', of: 'approver_id' },
    ids: ['approver_id', 'person_id'],
    lists: ['vouchers'],
  },
  { table: 'alias_move', ids: ['actor_id'] },
  { table: 'checkpoint', ids: ['imported_by'], lists: ['imported_by_vouchers'] },
  { table: 'checkpoint_merge', ids: ['requested_by'], lists: ['requested_by_vouchers'] },
  { table: 'erasure_request', json: ['identity', 'hold', 'playbook_by'] },
  { table: 'request_event', ids: ['actor_id'] },
  { table: 'run', ids: ['requested_by'], lists: ['requested_by_vouchers'] },
];

interface ForgettingServices {
  database: Database;
  audit: AuditLog;
  pseudonyms: PseudonymService;
  tokens: TokenService;
}

/** Forgets who somebody was, and not that they were one: whose work something is can still be told from whose it is not. */
export class ForgettingService {
  constructor(readonly services: ForgettingServices) {}

  /**
   * Puts an actor's pseudonym where its id and name are kept, in all projects, then destroys the pseudonym's salt; its tokens are
   * revoked. Entries of the audit log stay as they are. Who comes back under the same name is somebody else.
   */
  async forget(actor: string): Promise<{ actorHash: string } | Refusal> {
    const { database, audit, pseudonyms, tokens } = this.services;
    if (![personId(''), botId('')].some((kind) => actor.startsWith(kind)))
      return refuse('ACTOR_UNKNOWN', ['actor'], { actor });
    const { id: own, vouchers = [] } = currentActor();
    // Whoever forgot themselves could decide about their own work afterwards.
    if ([own, ...vouchers].includes(actor)) return refuse('ACTOR_OWN', ['actor'], { actor });
    return database.transaction(async () => {
      const known = (await pseudonyms.find(actor)) !== null;
      const actorHash = await pseudonyms.of(actor);
      await tokens.revokeAllOf(actor);
      const replaced = await this.#replace(actor, actorHash);
      const { id } = (await pseudonyms.forget(actor))!;
      if (!known && replaced === 0) return refuse('ACTOR_UNKNOWN', ['actor'], { actor });
      await audit.record({ action: 'ACTOR_FORGOTTEN', subject: { type: 'PSEUDONYM', id }, before: { actorHash } });
      return { actorHash };
    });
  }

  /** In how many rows and columns. */
  async #replace(actor: string, pseudonym: string): Promise<number> {
    const id = forgottenId(actor, pseudonym);
    const change = async (table: string, column: string, to: string, where: string, text = id) =>
      (
        await this.services.database.query(`UPDATE ${table} SET ${column} = ${to} WHERE ${where} RETURNING 1`, [
          actor,
          text,
        ])
      ).length;
    let count = 0;
    for (const { table, ids = [], lists = [], json = [], name } of mentions) {
      if (name)
        count += await change(table, name.column, '$2', `${name.of} = $1`, `forgotten ${pseudonym.slice(0, 8)}`);
      for (const column of ids) count += await change(table, column, '$2', `${column} = $1`);
      for (const column of lists) {
        count += await change(table, column, `array_replace(${column}, $1, $2)`, `$1 = ANY(${column})`);
      }
      // A whole string of the JSON: a quote within another one is written with a backslash before it.
      const [was, is] = ['to_jsonb($1::text)::text', 'to_jsonb($2::text)::text'];
      for (const column of json) {
        const text = `${column}::text`;
        count += await change(table, column, `replace(${text}, ${was}, ${is})::jsonb`, `strpos(${text}, ${was}) > 0`);
      }
    }
    return count;
  }
}
