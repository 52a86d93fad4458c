import { migrations } from '../../migrations';
import { Database } from '../../src/database';
import { entities } from '../../src/domain';
import { describeOnBoth, type Place } from '../support/databases';
import { closedLastly } from '../support/lastly';

describeOnBoth('a database', (fresh, kind) => {
  let place: Place;
  let database: Database;
  const open = async () =>
    closedLastly(await Database.open({ ...place, url: place.databaseUrl, entities, migrations }));
  beforeAll(async () => {
    place = await fresh();
    database = await open();
    await database.query('CREATE TABLE t (a int)');
  });
  beforeEach(() => database.query('DELETE FROM t'));
  afterAll(async () => {
    await database.close();
    await place.discard();
  });
  const contents = async () => (await database.query<{ a: number }>('SELECT a FROM t ORDER BY a')).map(({ a }) => a);
  const insert = (a: number) => database.query('INSERT INTO t VALUES ($1)', [a]);

  test('knows which kind it is', () => expect(database.kind).toBe(kind));

  test('a transaction commits all or nothing, and an inner one is part of the outer', async () => {
    await database.transaction(async () => {
      await insert(1);
      await database.transaction(() => insert(2));
    });
    const failing = database.transaction(async () => {
      await insert(3);
      await database.transaction(() => insert(4));
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(await contents()).toEqual([1, 2]);
  });

  test('many transactions at once do not mix', async () => {
    await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        database
          .transaction(async () => {
            await insert(index);
            if (index % 3 === 0) throw new Error('every third fails');
            await insert(100 + index);
          })
          .catch(() => {}),
      ),
    );
    const kept = Array.from({ length: 30 }, (_, index) => index).filter((index) => index % 3 !== 0);
    expect(await contents()).toEqual([...kept, ...kept.map((index) => 100 + index)]);
  });

  test('what changed rows return comes back as rows', async () => {
    await insert(1);
    expect(await database.query('UPDATE t SET a = a + 1 RETURNING a')).toEqual([{ a: 2 }]);
    expect(
      await database.query('WITH x AS (SELECT 2 AS a) DELETE FROM t USING x WHERE t.a = x.a RETURNING t.a'),
    ).toEqual([{ a: 2 }]);
    expect(await database.query('UPDATE t SET a = 0 RETURNING a')).toEqual([]);
  });

  test('notifications arrive when the transaction commits, in other processes too, and not when it fails', async () => {
    const other = await open();
    const heard: (string | null)[] = [];
    const unsubscribe = await other.notifications.subscribe('news', (payload) => heard.push(payload));
    heard.length = 0;
    await database
      .transaction(async () => {
        await database.notify('news', 'committed');
        expect(heard).toEqual([]);
      })
      .catch(() => {});
    await database
      .transaction(async () => {
        await database.notify('news', 'rolled back');
        throw new Error();
      })
      .catch(() => {});
    await database.notify('news', 'last');
    await eventually(() => expect(heard).toEqual(['committed', 'last']));
    unsubscribe();
    await other.close();
  });
});

async function eventually(check: () => void): Promise<void> {
  for (const end = Date.now() + 5_000; ; ) {
    try {
      return check();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
