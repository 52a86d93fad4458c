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
