import { createHash } from 'node:crypto';
import type { Database } from '../../database';
import { projectOfNew } from '../project/owned';
import { Refusal, refuse } from '../refusal/refusals';
import { IdempotencyKey } from './idempotency-key.entity';

/** A mutation's name, the key its caller chose, and the input that the key stands for. */
export interface Request {
  scope: string;
  key: string | null | undefined;
  input: unknown;
}

/** Lets a caller repeat a request safely: the second one gets what the first one made. */
export class IdempotencyService {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** What an earlier request with this key made; null when there was none. Ask before doing expensive work. */
  async recall(request: Request): Promise<string | null | Refusal<'IDEMPOTENCY_CONFLICT'>> {
    if (request.key == null) return null;
    const { scope, key } = request;
    const found = await this.#database.repository(IdempotencyKey).findOneBy({ projectId: projectOfNew(), scope, key });
    if (!found) return null;
    if (found.requestDigest !== digestOf(request.input)) {
      return refuse('IDEMPOTENCY_CONFLICT', ['idempotencyKey'], { key: request.key });
    }
    return found.subjectId;
  }

  /**
   * Makes a thing and remembers the key in one transaction. Two requests at once: the second waits for the first.
   * A refused request is not remembered.
   */
  async once<T extends { id: string }, R extends Refusal>(
    request: Request,
    make: () => Promise<T | R>,
    load: (id: string) => Promise<T>,
  ): Promise<T | R | Refusal<'IDEMPOTENCY_CONFLICT'>> {
    return this.#database.transaction(async () => {
      const { scope, key } = request;
      const projectId = projectOfNew();
      if (key == null) return make();
      const taken = await this.#database.query(
        `INSERT INTO idempotency_key (project_id, scope, key, request_digest) VALUES ($1, $2, $3, $4)
         ON CONFLICT DO NOTHING RETURNING scope`,
        [projectId, scope, key, digestOf(request.input)],
      );
      if (taken.length === 0) {
        const earlier = await this.recall(request);
        if (earlier instanceof Refusal) return earlier;
        if (earlier === null) throw new Error(`internal: idempotency key ${key} of ${scope} has no subject`);
        return load(earlier);
      }
      const made = await make();
      const keys = this.#database.repository(IdempotencyKey);
      if (made instanceof Refusal) await keys.delete({ projectId, scope, key });
      else await keys.update({ projectId, scope, key }, { subjectId: made.id });
      return made;
    });
  }
}

function digestOf(input: unknown): string {
  return createHash('sha256').update(canonical(input)).digest('hex');
}

/** JSON with sorted keys, so that the order in which a client writes its fields does not matter. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
