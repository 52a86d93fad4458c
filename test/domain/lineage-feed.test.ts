import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Actor, actingAs, type Domain, type LineageChange } from '../../src/domain';
import { describeOnBoth, type Place } from '../support/databases';
import { granted, openDomain } from '../support/domain';

const olga: Actor = { kind: 'PERSON', id: 'person:olga', name: 'Olga', roles: ['VIEWER'] };

describeOnBoth('following the graph', (fresh) => {
  let place: Place;
  let domain: Domain;
  beforeAll(async () => {
    place = await fresh();
    domain = await openDomain(place);
  });
  afterAll(async () => {
    await domain.close();
    await place.discard();
  });

  const add = async (label: string) => {
    const id = randomUUID();
    await domain.lineage.add({ type: 'CHECKPOINT', id, label });
    return id;
  };
  /** Follows until it is stopped; what was told, in words. */
  const follow = (of: string | null = null, after: Date | null = null, actor = olga) => {
    const stop = new AbortController();
    const changes: Exclude<LineageChange, { kind: 'heartbeat' }>[] = [];
    let begun = false;
    const done = actingAs(actor, async () => {
      for await (const change of domain.lineageFeed.follow(of, after, stop.signal)) {
        if (change.kind === 'heartbeat') begun = true;
        else changes.push(change);
      }
    });
    const labels = () => changes.flatMap((change) => (change.kind === 'node' ? [change.node.label] : []));
    const until = async (reached: () => boolean) => {
      for (const end = Date.now() + 8_000; !reached() && Date.now() < end; ) await sleep(20);
    };
    const end = async () => {
      stop.abort();
      await done;
    };
    /** Its first heartbeat shows that it has begun: what is made from now on is new to it. */
    const started = () => until(() => begun);
    return { changes, labels, until, started, end };
  };
  const settled = () => sleep(300);

  test('tells of what is new, once, and not of what was there', async () => {
    await add('old');
    const feed = follow();
    await feed.started();
    const [a, b] = [await add('a'), await add('b')];
    await domain.lineage.link({ from: a, to: b, kind: 'FINE_TUNED' });
    await feed.until(() => feed.changes.length === 3);
    await settled();
    await feed.end();
    expect(feed.labels()).toEqual(['a', 'b']);
    expect(feed.changes.at(-1)).toMatchObject({ kind: 'edge', edge: { fromId: a, toId: b, kind: 'FINE_TUNED' } });
  });

  test('a row that is committed behind newer ones is not skipped', async () => {
    if (domain.database.kind === 'embedded') return; // one session: nothing can be committed meanwhile
    const feed = follow();
    await feed.started();
    await domain.database.transaction(async () => {
      await add('late');
      await new Promise<void>((resolve, reject) => {
        // Out of this transaction's context: on another connection.
        setImmediate(() =>
          domain.database.dataSource
            .query(
              `INSERT INTO lineage_node (id, project_id, type, label) SELECT gen_random_uuid(), id, 'DATASET', 'early' FROM project`,
            )
            .then(() => resolve(), reject),
        );
      });
      await domain.database.dataSource.query(`SELECT pg_notify('lethe_lineage', '')`);
      await feed.until(() => feed.labels().includes('early'));
    });
    await feed.until(() => feed.labels().includes('late'));
    await feed.end();
    expect(feed.labels()).toEqual(['early', 'late']);
  });

  test('follows one thing and what comes of it', async () => {
    const root = await add('root');
    const feed = follow(root);
    await feed.started();
    const [child, other] = [await add('child'), await add('other')];
    await domain.database.transaction(async () => {
      const grandchild = await add('grandchild');
      await domain.lineage.link({ from: child, to: grandchild, kind: 'FINE_TUNED' });
    });
    await domain.lineage.link({ from: root, to: child, kind: 'FINE_TUNED' });
    await domain.database.transaction(async () => {
      const made = await add('made');
      await domain.lineage.link({ from: child, to: made, kind: 'MERGED' });
      await domain.lineage.link({ from: other, to: made, kind: 'MERGED' });
    });
    await feed.until(() => feed.changes.length === 4);
    await feed.end();
    expect(feed.labels()).toEqual(['made']);
    expect(feed.changes.filter(({ kind }) => kind === 'edge')).toHaveLength(3);
  });

  test('goes on from a moment, and stays within the project', async () => {
    const feed = follow();
    await feed.started();
    await add('seen');
    await feed.until(() => feed.changes.length === 1);
    await feed.end();
    const { at } = feed.changes[0]!;
    await add('missed');
    const project = granted(await domain.projects.create({ name: 'another' }));
    const again = follow(null, at);
    const elsewhere = follow(null, at, { ...olga, projectId: project.id });
    await again.until(() => again.labels().includes('missed'));
    await settled();
    await Promise.all([again.end(), elsewhere.end()]);
    expect(again.labels()).toEqual(expect.arrayContaining(['seen', 'missed']));
    expect(elsewhere.changes).toEqual([]);
  });

  test('speaks while nothing happens', async () => {
    const stop = new AbortController();
    for await (const change of domain.lineageFeed.follow(null, null, stop.signal)) {
      expect(change.kind).toBe('heartbeat');
      stop.abort();
    }
  });
});
