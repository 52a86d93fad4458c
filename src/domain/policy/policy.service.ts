import { In } from 'typeorm';
import { ATTACKS, type Declaration } from '../../attacks';
import type { Database } from '../../database';
import { canonical } from '../../signing';
import { actingAs, systemOf } from '../actor/actor';
import type { AuditLog } from '../audit/audit-log';
import type { IdempotencyService } from '../idempotency/idempotency.service';
import { isId } from '../listing/cursor';
import { type Page, type PageRequest, pageOf } from '../listing/page';
import { projectOfNew } from '../project/owned';
import { type Refusal, refuse } from '../refusal/refusals';
import { DEFAULT_POLICY } from './default-policy';
import { Policy, type Threshold } from './policy.entity';
import { type AskedProtocol, protocolOf, refusalOfProtocol } from './protocol';

type Content = Pick<Policy, 'name' | 'reasons' | 'thresholds' | 'protocol'>;

export interface CreatePolicy {
  name: string;
  reasons: string;
  thresholds: (Pick<Threshold, 'name' | 'attack' | 'key'> & { [K in keyof Threshold]?: Threshold[K] | null })[];
  /** As Lethe ships it where it is left out. */
  protocol?: AskedProtocol | null;
  idempotencyKey?: string | null;
}

interface PolicyServices {
  database: Database;
  audit: AuditLog;
  idempotency: IdempotencyService;
}

export class PolicyService {
  constructor(readonly services: PolicyServices) {}

  /** A policy of this name, or its next version. */
  async create({ idempotencyKey, ...input }: CreatePolicy): Promise<Policy | Refusal> {
    return this.services.idempotency.once(
      { scope: 'createPolicy', key: idempotencyKey, input },
      async () => {
        const { name, reasons } = input;
        const thresholds = input.thresholds.map(whole);
        const protocol = protocolOf(input.protocol ?? {});
        const refusal = refusalOf(name, thresholds) ?? refusalOfProtocol(protocol);
        return refusal ?? this.#insert({ name, reasons, thresholds, protocol });
      },
      (id) => this.getOrFail(id),
    );
  }

  /** The newest version of the shipped policy, of which each project has its own: what is shipped now, which it becomes when it is not there yet. */
  async shipped(): Promise<Policy> {
    return this.services.database.transaction(async () => {
      const latest = await this.#lockedLatest(DEFAULT_POLICY.name);
      const judging = ({ thresholds, protocol }: Content) => canonical({ thresholds, protocol });
      if (latest && judging(latest) === judging(DEFAULT_POLICY)) return latest;
      return actingAs(systemOf(projectOfNew()), () => this.#insert(DEFAULT_POLICY));
    });
  }

  async #insert(policy: Content): Promise<Policy> {
    const { database, audit } = this.services;
    const latest = await this.#lockedLatest(policy.name);
    const policies = database.repository(Policy);
    const made = await policies.save(policies.create({ ...policy, version: (latest?.version ?? 0) + 1 }));
    const { name, version, thresholds, protocol } = made;
    await audit.record({
      action: 'POLICY_CREATED',
      subject: { type: 'POLICY', id: made.id },
      after: { name, version, thresholds, protocol },
    });
    return made;
  }

  /** The newest version of a name. Until the transaction ends nobody else makes another one. */
  async #lockedLatest(name: string): Promise<Policy | null> {
    const { database } = this.services;
    await database.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`policy ${name}`]);
    return database.repository(Policy).findOne({ where: { name }, order: { version: 'DESC' } });
  }

  async get(id: string): Promise<Policy | null> {
    return isId(id) ? this.services.database.repository(Policy).findOneBy({ id }) : null;
  }

  async getOrFail(id: string): Promise<Policy> {
    return this.services.database.repository(Policy).findOneByOrFail({ id });
  }

  /** For dataloaders: any order, missing ones left out. */
  async byIds(ids: readonly string[]): Promise<Policy[]> {
    return this.services.database.repository(Policy).findBy({ id: In([...ids]) });
  }

  /** All versions, newest first; the shipped one among them. */
  async list(page: PageRequest, filter: { name?: string | null } = {}): Promise<Page<Policy>> {
    await this.shipped();
    const query = this.services.database.repository(Policy).createQueryBuilder('policy');
    if (filter.name != null) query.where('policy.name = :name', { name: filter.name });
    return pageOf(query, page);
  }
}

const whole = ({ name, attack, key, ...rest }: CreatePolicy['thresholds'][number]): Threshold => ({
  name,
  attack,
  key,
  atMost: rest.atMost ?? null,
  atLeast: rest.atLeast ?? null,
  relativeTo: rest.relativeTo ?? null,
  when: rest.when ?? 'ALWAYS',
});

function refusalOf(name: string, thresholds: readonly Threshold[]): Refusal<'INVALID_INPUT'> | null {
  const no = (path: string[], problem: string) => refuse('INVALID_INPUT', path, { problem });
  if (name.trim() === '') return no(['name'], 'a policy needs a name');
  if (name === DEFAULT_POLICY.name) return no(['name'], `the policy ${name} is Lethe's own; choose another name`);
  if (thresholds.length === 0) return no(['thresholds'], 'a policy needs a threshold');
  const names = thresholds.map((threshold) => threshold.name);
  for (const [i, { name: own, attack, key, atMost, atLeast }] of thresholds.entries()) {
    const at = (field: string) => ['thresholds', String(i), field];
    const { keys }: Declaration = ATTACKS[attack];
    if (own.trim() === '' || names.indexOf(own) !== i) return no(at('name'), 'thresholds need names of their own');
    if (!keys.includes(key)) return no(at('key'), `attack ${attack} has no number ${key}; it has ${keys.join(', ')}`);
    if (atMost === null && atLeast === null) return no(at('atMost'), 'a threshold needs a bound');
    if (![atMost, atLeast].every((bound) => bound === null || Number.isFinite(bound))) {
      return no(at('atMost'), 'bounds are finite numbers');
    }
    if (atMost !== null && atLeast !== null && atLeast > atMost) {
      return no(at('atLeast'), `nothing is at least ${atLeast} and at most ${atMost}`);
    }
  }
  return null;
}
