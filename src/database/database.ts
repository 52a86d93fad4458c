import 'reflect-metadata';
import { AsyncLocalStorage } from 'node:async_hooks';
import { DataSource, type EntityManager, type EntityTarget, type ObjectLiteral, type Repository } from 'typeorm';
import type { PostgresDataSourceOptions } from 'typeorm/driver/postgres/PostgresDataSourceOptions';
import { EmbeddedPostgres } from './embedded/embedded-postgres';
import { migrate } from './migrate';
import { type Narrowing, narrowReads } from './narrow-reads';
import { Notifications } from './notifications';
import { patientPg } from './patient-pool';
import { SnakeNaming } from './snake-naming';

export interface DatabaseOptions {
  /** `postgres://...`, or nothing for the embedded database in `folder`. */
  url?: string | undefined;
  /** Folder of the embedded database; made when missing. */
  folder: string;
  entities: NonNullable<PostgresDataSourceOptions['entities']>;
  /** What reads may see; all when left out. */
  narrowing?: Narrowing;
  migrations: NonNullable<PostgresDataSourceOptions['migrations']>;
  /** Most connections of this process, apart from the one that listens. */
  poolSize?: number;
}

/** PostgreSQL, embedded or not: everything above this class is the same for both. */
export class Database {
  readonly dataSource: DataSource;
  readonly notifications: Notifications;
  readonly #embedded: EmbeddedPostgres | null;
  readonly #current = new AsyncLocalStorage<EntityManager>();

  private constructor(dataSource: DataSource, notifications: Notifications, embedded: EmbeddedPostgres | null) {
    this.dataSource = dataSource;
    this.notifications = notifications;
    this.#embedded = embedded;
  }

  /** Connects and brings the schema up to date. */
  static async open(options: DatabaseOptions): Promise<Database> {
    const embedded = options.url ? null : await EmbeddedPostgres.open(options.folder);
    const at = embedded ? embedded.connection : { url: options.url! };
    const dataSource = new DataSource({
      type: 'postgres',
      ...at,
      driver: patientPg,
      entities: options.entities,
      migrations: options.migrations,
      namingStrategy: new SnakeNaming(),
      uuidExtension: 'pgcrypto', // gen_random_uuid(), which PostgreSQL has built in
      installExtensions: false,
      parseInt8: true,
      poolSize: options.poolSize ?? 8,
      applicationName: 'lethe',
      // An idle connection that breaks is replaced when it is next needed; there is nothing to do about it here.
      poolErrorHandler: () => {},
      extra: { idle_in_transaction_session_timeout: 30_000 },
    });
    try {
      await dataSource.initialize();
      await migrate(dataSource);
      if (options.narrowing) narrowReads(dataSource, options.narrowing);
    } catch (error) {
      if (dataSource.isInitialized) await dataSource.destroy();
      await embedded?.close();
      throw error;
    }
    const listen = embedded
      ? { host: embedded.connection.host, port: embedded.connection.port, user: 'postgres', database: 'postgres' }
      : { connectionString: options.url };
    return new Database(dataSource, new Notifications({ ...listen, application_name: 'lethe listener' }), embedded);
  }

  /** 'embedded', or 'postgres' for a server reached by URL. */
  get kind(): 'embedded' | 'postgres' {
    return this.#embedded ? 'embedded' : 'postgres';
  }

  /** The manager of the transaction this call is part of, else one that commits each statement. */
  get manager(): EntityManager {
    return this.#current.getStore() ?? this.dataSource.manager;
  }

  repository<T extends ObjectLiteral>(entity: EntityTarget<T>): Repository<T> {
    return this.manager.getRepository(entity);
  }

  /** Rows of a hand-written statement, within the current transaction if there is one. */
  async query<Row>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    const result = await this.manager.query(sql, parameters);
    // TypeORM answers UPDATE and DELETE with [rows, count]; a row is never an array.
    return Array.isArray(result[0]) ? result[0] : result;
  }

  /**
   * Runs `work` in one transaction. Services called from inside take part without being told, and an inner
   * `transaction` joins the outer one. Never await something that uses another connection in here: the embedded
   * database has one session, and the two would wait for each other.
   */
  transaction<T>(work: () => Promise<T>): Promise<T> {
    if (this.#current.getStore()) return work();
    return this.dataSource.transaction((manager) => this.#current.run(manager, work));
  }

  /** Wakes the listeners of a channel in every process, when the current transaction commits. */
  async notify(channel: string, payload: string): Promise<void> {
    await this.query('SELECT pg_notify($1, $2)', [channel, payload]);
  }

  async close(): Promise<void> {
    await this.notifications.close();
    await this.dataSource.destroy();
    await this.#embedded?.close();
  }
}
