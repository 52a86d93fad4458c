import { Between, In } from 'typeorm';
import type { Database } from '../../database';
import {
  consistencyProof,
  extendTiles,
  formatCheckpoint,
  formatEntryBundle,
  formatProofFile,
  formatVerifierKey,
  HASH_BYTES,
  inclusionProof,
  type LogCheckpoint,
  leafHash,
  type NoteKey,
  openCheckpoint,
  type ReadTile,
  rangeHash,
  signNote,
  subtreesOf,
  TILE_WIDTH,
  type TilePath,
  tilesOf,
  widthOf,
} from '../../tlog';
import { AuditEntry } from '../audit/audit-entry.entity';
import { leafOf } from '../audit/leaf';
import type { Keyring } from './keyring';
import { LogTile } from './log-tile.entity';
import { SignedCheckpoint } from './signed-checkpoint.entity';

/** Entries taken up in one transaction, so that no other waits long. */
const BATCH = 1000;

/** One integration at a time over all servers: the number names PostgreSQL's advisory lock, `LTHE` in ASCII. */
const LOCK = 0x4c544845;

/** The database's log was signed with another key or under another name than this server has. */
export class LogKeyMismatch extends Error {
  readonly code = 'LOG_KEY_MISMATCH';
  constructor(origin: string) {
    super(
      `the log in this database was not signed by this server's key under the name ${origin}: ` +
        'give it the key (LETHE_LOG_KEY, or $LETHE_HOME/keys/log.pem) and the LETHE_LOG_ORIGIN of the server that began the log',
    );
  }
}

/** A checkpoint and the note it was signed in. */
export interface Signed extends LogCheckpoint {
  note: string;
}

/** A leaf's place under a checkpoint. */
export interface LogProof {
  entry: AuditEntry;
  index: number;
  /** The leaf's sibling first. */
  hashes: Buffer[];
  checkpoint: Signed;
  /** All of it as one file. https://c2sp.org/tlog-proof */
  file: string;
}

/**
 * The audit entries as a transparency log: an RFC 6962 Merkle tree in C2SP form.
 *
 * An entry is written in the transaction of its change and takes no part in the tree yet, so writers never wait for
 * each other. `integrate` takes up what has been committed since, one process at a time, and gives each entry the next
 * position. The order of the tree is the order of these positions, and a position is given once: an entry with a
 * lower id whose transaction commits later comes later, and ids that were never committed leave no gap.
 */
export class TransparencyLog {
  constructor(
    readonly database: Database,
    readonly keyring: Keyring,
  ) {}

  /** The log's name and public key, as other tools take it. */
  async verifierKey(): Promise<string> {
    return formatVerifierKey(await this.keyring.log());
  }

  /** Takes up all committed entries and signs where the log then is. @throws LogKeyMismatch, KeyNotInUse */
  async integrate(): Promise<Signed> {
    for (;;) {
      const { checkpoint, added } = await this.#integrateSome();
      if (added < BATCH) return checkpoint;
    }
  }

  async #integrateSome(): Promise<{ checkpoint: Signed; added: number }> {
    const { database } = this;
    const key = await this.keyring.log();
    return database.transaction(async () => {
      await database.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
      await this.keyring.check('LOG');
      const last = await this.latest();
      const size = last?.size ?? 0;
      const entries = await database
        .repository(AuditEntry)
        .createQueryBuilder('entry')
        .where('entry.position IS NULL')
        .orderBy('entry.id')
        .limit(BATCH)
        .getMany();
      if (last && entries.length === 0) return { checkpoint: last, added: 0 };
      await database.query(
        `UPDATE audit_entry SET position = $1 + given.place - 1
         FROM unnest($2::bigint[]) WITH ORDINALITY AS given(id, place) WHERE audit_entry.id = given.id`,
        [size, entries.map(({ id }) => id)],
      );
      const leaves = entries.map((entry) => leafHash(leafOf(entry)));
      const tiles = await extendTiles(size, leaves, this.#readTile);
      if (tiles.length > 0) await database.repository(LogTile).upsert(tiles, ['level', 'index']);
      const now = size + entries.length;
      const root = await rangeHash(0, now, subtreesOf(now, this.#readTile));
      const checkpoint = { origin: key.name, size: now, root };
      const note = signNote(formatCheckpoint(checkpoint), key, key.privateKey);
      await database.repository(SignedCheckpoint).insert({ size: now, note });
      return { checkpoint: { ...checkpoint, note }, added: entries.length };
    });
  }

  /** Where the log is; null before its first integration. @throws LogKeyMismatch */
  async latest(): Promise<Signed | null> {
    const [row] = await this.database.repository(SignedCheckpoint).find({ order: { size: 'DESC' }, take: 1 });
    return row ? this.#open(row) : null;
  }

  /** The checkpoint signed at exactly this size; null when none was. */
  async at(size: number): Promise<Signed | null> {
    const row = await this.database.repository(SignedCheckpoint).findOneBy({ size });
    return row && this.#open(row);
  }

  /** The hashes or entries at a path, or null when the log has no such resource (yet). */
  async resource({ level, index, width }: TilePath): Promise<Buffer | null> {
    const size = (await this.latest())?.size ?? 0;
    if (widthOf({ level: level === 'entries' ? 0 : level, index }, size) < width) return null;
    if (level !== 'entries') return this.#readTile({ level, index, width });
    const from = index * TILE_WIDTH;
    const entries = await this.database
      .repository(AuditEntry)
      .find({ where: { position: Between(from, from + width - 1) }, order: { position: 'ASC' } });
    if (entries.length !== width) throw new Error(`internal: the log has lost entries from ${from} on`);
    return formatEntryBundle(entries.map(leafOf));
  }

  /** Shows that the log has an entry; null while it has not been taken up. */
  async prove(entry: AuditEntry, under?: Signed): Promise<LogProof | null> {
    const checkpoint = under ?? (await this.latest());
    const index = entry.position;
    if (index === null || !checkpoint || index >= checkpoint.size) return null;
    const hashes = await inclusionProof(index, checkpoint.size, subtreesOf(checkpoint.size, this.#readTile));
    const file = formatProofFile({ leaf: leafOf(entry), index, hashes, checkpoint: checkpoint.note });
    return { entry, index, hashes, checkpoint, file };
  }

  /** Shows that the log only grew between two of its sizes; both must be sizes it has had. */
  async proveConsistency(old: number, size: number): Promise<Buffer[]> {
    return consistencyProof(old, size, subtreesOf(size, this.#readTile));
  }

  /** Positions whose rows no longer hash to what the tree has: entries altered behind the log's back. Reads everything. */
  async altered(): Promise<number[]> {
    const size = (await this.latest())?.size ?? 0;
    const found: number[] = [];
    for (const { level, index, width } of tilesOf(size)) {
      if (level > 0) break;
      const hashes = await this.#readTile({ level, index, width });
      const positions = Array.from({ length: width }, (_, i) => index * TILE_WIDTH + i);
      const entries = await this.database.repository(AuditEntry).findBy({ position: In(positions) });
      const byPosition = new Map(entries.map((entry) => [entry.position, entry]));
      for (const [i, position] of positions.entries()) {
        const entry = byPosition.get(position);
        const expected = hashes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES);
        if (!entry || !leafHash(leafOf(entry)).equals(expected)) found.push(position);
      }
    }
    return found;
  }

  async #open({ note }: SignedCheckpoint): Promise<Signed> {
    const own = await this.keyring.log();
    const checkpoint = openCheckpoint(note, own) ?? openedBy(note, await this.keyring.logKeys());
    if (!checkpoint) throw new LogKeyMismatch(own.name);
    return { ...checkpoint, note };
  }

  readonly #readTile: ReadTile = async ({ level, index, width }) => {
    const tile = await this.database.repository(LogTile).findOneBy({ level, index });
    if (!tile || tile.hashes.length < width * HASH_BYTES) {
      throw new Error(`internal: the log has no tile ${level}/${index} of width ${width}`);
    }
    return tile.hashes.subarray(0, width * HASH_BYTES);
  };
}

function openedBy(note: string, keys: readonly NoteKey[]): LogCheckpoint | null {
  for (const key of keys) {
    const checkpoint = openCheckpoint(note, key);
    if (checkpoint) return checkpoint;
  }
  return null;
}
