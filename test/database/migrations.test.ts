import { migrations } from '../../migrations';
import { Database } from '../../src/database';
import { entities } from '../../src/domain';
import { describeOnBoth } from '../support/databases';

describeOnBoth('migrations', (fresh) => {
  test('apply to an empty database and leave nothing between the entities and the tables', async () => {
    const place = await fresh();
    const database = await Database.open({ ...place, url: place.databaseUrl, entities, migrations });
    const { upQueries } = await database.dataSource.driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query)).toEqual([]);
    await database.close();

    const again = await Database.open({ ...place, url: place.databaseUrl, entities, migrations });
    const rows = await again.query<{ name: string }>('SELECT name FROM migrations ORDER BY id');
    expect(rows.map(({ name }) => name)).toEqual(migrations.map(({ name }) => name));
    await again.close();
    await place.discard();
  });

  test('numbers that were one JSON value become rows', async () => {
    const place = await fresh();
    const options = { ...place, url: place.databaseUrl, entities };
    const before = await Database.open({ ...options, migrations: migrations.slice(0, 1) });
    const counted = { correct: 1, total: 4, accuracy: 0.25, lower: 0.05, upper: 0.7 };
    const nothing = { correct: 0, total: 0, accuracy: 0, lower: 0, upper: 1 };
    const result = {
      classes: [
        { className: 'cat', ...counted },
        { className: 'owl', ...nothing },
      ],
      overall: counted,
      chance: 0.5,
      environment: { node: '20' },
    };
    await before.query(
      `WITH made AS (INSERT INTO checkpoint (name, digest, architecture, layout, parameter_count, config, files)
           VALUES ('x', 'd', 'VIT', 'OPENAI', 1, '{}', '[]') RETURNING id),
         pets AS (INSERT INTO dataset (name, digest, format, source, classes, sample_count)
           VALUES ('x', 'd', 'TAR', 'x', '[]', 4) RETURNING id)
       INSERT INTO evaluation (checkpoint_id, dataset_id, templates, result)
       SELECT made.id, pets.id, '["a {}"]', result FROM made, pets, (VALUES ($1::jsonb), (NULL)) AS given(result)`,
      [JSON.stringify(result)],
    );
    await before.close();

    const after = await Database.open({ ...options, migrations });
    const rows = await after.query(
      'SELECT position, metric, key, subject, value, lower, upper, count, chance FROM metric_value ORDER BY position',
    );
    const row = { metric: 'ZERO_SHOT', key: 'accuracy', value: 0.25, lower: 0.05, upper: 0.7, count: 4, chance: 0.5 };
    expect(rows).toEqual([
      { position: 0, subject: null, ...row },
      { position: 1, subject: 'cat', ...row },
    ]);
    expect(await after.query('SELECT metrics, environment FROM evaluation ORDER BY environment')).toEqual([
      { metrics: ['ZERO_SHOT'], environment: { node: '20' } },
      { metrics: ['ZERO_SHOT'], environment: null },
    ]);
    await after.close();
    await place.discard();
  });

  test('actors become salted hashes that can be followed back, and entries stay in their order', async () => {
    const place = await fresh();
    const options = { ...place, url: place.databaseUrl, entities };
    const named = (name: string) => migrations.findIndex((migration) => migration.name.startsWith(name));
    const before = await Database.open({ ...options, migrations: migrations.slice(0, named('Transparency')) });
    await before.query(
      `INSERT INTO audit_entry (actor_id, action, subject_type, subject_id)
       SELECT actor, 'ACTION_' || n, 'RUN', gen_random_uuid()
       FROM (VALUES (1, 'person:olga'), (2, 'system'), (3, 'person:olga')) AS given(n, actor) ORDER BY n`,
    );
    await before.close();

    const after = await Database.open({ ...options, migrations });
    const rows = await after.query<{ action: string; reference: string; position: number | null; fits: boolean }>(
      `SELECT action, reference, position,
         digest = encode(sha256(salt || convert_to(reference, 'UTF8')), 'hex') AND length(salt) = 32 AS fits
       FROM audit_entry JOIN pseudonym ON digest = actor ORDER BY audit_entry.id`,
    );
    const row = { position: null, fits: true };
    expect(rows).toEqual([
      { action: 'ACTION_1', reference: 'person:olga', ...row },
      { action: 'ACTION_2', reference: 'system', ...row },
      { action: 'ACTION_3', reference: 'person:olga', ...row },
    ]);
    expect(await after.query('SELECT count(DISTINCT salt) AS n FROM pseudonym')).toEqual([{ n: 2 }]);
    await after.close();
    await place.discard();
  });

  test('servers that start together do not disturb each other', async () => {
    const place = await fresh();
    const options = { ...place, url: place.databaseUrl, entities, migrations };
    const databases = await Promise.all([Database.open(options), Database.open(options), Database.open(options)]);
    for (const database of databases) {
      expect(await database.query('SELECT count(*) AS n FROM migrations')).toEqual([{ n: migrations.length }]);
    }
    for (const database of databases) await database.close();
    await place.discard();
  });
});
