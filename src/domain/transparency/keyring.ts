import type { KeyObject } from 'node:crypto';
import { IsNull } from 'typeorm';
import type { Database } from '../../database';
import { type KeyPair, keyHint, type SigningKeys } from '../../signing';
import { formatVerifierKey, type NoteKey, parseVerifierKey } from '../../tlog';
import type { AuditLog } from '../audit/audit-log';
import { type KeyPurpose, PublishedKey } from './published-key.entity';

type OwnKey = Pick<PublishedKey, 'purpose' | 'algorithm' | 'hint' | 'pem' | 'verifierKey'>;

/** This server would sign with another key than the installation does. */
export class KeyNotInUse extends Error {
  readonly code = 'KEY_NOT_IN_USE';
  constructor(own: OwnKey, inUse: PublishedKey) {
    const [variable, file] =
      own.purpose === 'LOG' ? ['LETHE_LOG_KEY', 'log.pem'] : ['LETHE_SIGNING_KEY', 'documents.pem'];
    super(
      `this server would sign ${own.purpose === 'LOG' ? 'the log' : 'documents'} with the key ${own.hint}, and this database knows ` +
        `${inUse.hint} of ${inUse.createdAt.toISOString()}: give it that key (${variable}, or $LETHE_HOME/keys/${file}), ` +
        "or run `lethe keys replace` with this server's environment, which puts its keys in place of the ones in use",
    );
  }
}

interface KeyringServices {
  database: Database;
  audit: AuditLog;
}

/**
 * What this server signs with, and what the installation has signed with so far. Keys are loaded when first needed: an executor
 * signs nothing and has none.
 */
export class Keyring {
  #loaded: Promise<SigningKeys> | undefined;
  #name: string | undefined;

  /** @param origin the log's name; the one it has when left out, which follows from its first key */
  constructor(
    readonly services: KeyringServices,
    readonly load: () => Promise<SigningKeys>,
    readonly origin?: string | undefined,
  ) {}

  /** This server's, of the transparency log. */
  async log(): Promise<NoteKey & KeyPair> {
    const pair = (await this.#keys()).log;
    // A log keeps its name when its key is replaced.
    this.#name ??= this.origin ?? (await this.#inUse('LOG'))?.hint;
    return { name: this.#name ?? `lethe.log/${keyHint(pair.publicKey).slice(0, 16)}`, ...pair };
  }

  /** Of certificates and checkpoint folders. @throws KeyNotInUse */
  async documents(): Promise<KeyPair> {
    await this.check('DOCUMENTS');
    return (await this.#keys()).documents;
  }

  /** That no other key of the purpose than this server's is in use. @throws KeyNotInUse */
  async check(purpose: KeyPurpose): Promise<void> {
    const inUse = await this.#inUse(purpose);
    const own = (await this.#own()).find((key) => key.purpose === purpose)!;
    if (inUse && !isSame(inUse, own)) throw new KeyNotInUse(own, inUse);
  }

  /** Keys of the log, this server's first: what an earlier one signed stays signed. */
  async logKeys(): Promise<NoteKey[]> {
    const keys = (await this.published()).map(({ verifierKey }) => verifierKey && parseVerifierKey(verifierKey));
    return [await this.log(), ...keys.filter((key) => key !== null && key !== '')];
  }

  /** All that this installation ever signed with, the newest first. */
  async published(): Promise<PublishedKey[]> {
    return this.services.database
      .repository(PublishedKey)
      .find({ order: { createdAt: 'DESC', purpose: 'DESC', id: 'ASC' } });
  }

  /** Before a server signs anything: the first one of an installation makes its keys known. @throws KeyNotInUse */
  async admit(): Promise<void> {
    await this.#register(async (own, inUse) => {
      throw new KeyNotInUse(own, inUse);
    });
  }

  /**
   * Puts this server's keys in place of the ones in use; those that are in use already stay. What the former ones signed stays
   * good: they are published with the moment until which they were used.
   * @returns those that are new
   */
  async replace(): Promise<PublishedKey[]> {
    return this.#register(async (own, inUse) => {
      const { database, audit } = this.services;
      const usedUntil = new Date();
      await database.repository(PublishedKey).update({ id: inUse.id }, { usedUntil });
      const subject = { type: 'KEY', id: inUse.id };
      await audit.record({ action: 'KEY_REPLACED', subject, before: kept(inUse), after: { ...kept(own), usedUntil } });
    });
  }

  /** @param replace what to do when another key is in use */
  async #register(replace: (own: OwnKey, inUse: PublishedKey) => Promise<void>): Promise<PublishedKey[]> {
    const { database, audit } = this.services;
    const own = await this.#own();
    return database.transaction(async () => {
      // Of two servers that start at once with keys of their own, the second hears of the first one's.
      await database.query('LOCK TABLE published_key IN SHARE ROW EXCLUSIVE MODE');
      const createdAt = new Date();
      const made: PublishedKey[] = [];
      for (const key of own) {
        const inUse = await this.#inUse(key.purpose);
        if (inUse && isSame(inUse, key)) continue;
        if (inUse) await replace(key, inUse);
        const keys = database.repository(PublishedKey);
        const published = await keys.save(keys.create({ ...key, createdAt }));
        const subject = { type: 'KEY', id: published.id };
        await audit.record({ action: 'KEY_PUBLISHED', subject, after: kept(published) });
        made.push(published);
      }
      return made;
    });
  }

  async #inUse(purpose: KeyPurpose): Promise<PublishedKey | null> {
    return this.services.database.repository(PublishedKey).findOneBy({ purpose, usedUntil: IsNull() });
  }

  async #own(): Promise<OwnKey[]> {
    const log = await this.log();
    const { publicKey } = (await this.#keys()).documents;
    return [
      {
        purpose: 'LOG',
        algorithm: 'ED25519',
        hint: log.name,
        pem: pemOf(log.publicKey),
        verifierKey: formatVerifierKey(log),
      },
      {
        purpose: 'DOCUMENTS',
        algorithm: 'ECDSA_P256_SHA256',
        hint: keyHint(publicKey),
        pem: pemOf(publicKey),
        verifierKey: null,
      },
    ];
  }

  #keys(): Promise<SigningKeys> {
    this.#loaded ??= this.load();
    return this.#loaded;
  }
}

const pemOf = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString();

/** What the audit log digests of a key. */
const kept = ({ purpose, hint, pem, verifierKey }: OwnKey): object => ({ purpose, hint, pem, verifierKey });

/** The log's name is part of its key. */
const isSame = (a: OwnKey, b: OwnKey): boolean => a.pem === b.pem && a.hint === b.hint;
