import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Actor, actingAs, DEFAULT_PROJECT, type Domain, type LineageChange } from '../../src/domain';
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
    const edges = () => feed.changes.flatMap((change) => (change.kind === 'edge' ? [change.edge.kind] : []));
    await feed.until(() => feed.labels().includes('made') && edges().length >= 3);
    await feed.end();
    // The grandchild is told of where it is read together with what makes it one.
    expect(feed.labels().filter((label) => label !== 'grandchild')).toEqual(['made']);
    expect(edges()).toEqual(expect.arrayContaining(['FINE_TUNED', 'MERGED', 'MERGED']));
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

  test('what was missed is read page by page, each thing once, in the order in which it came to be', async () => {
    await domain.database.query(
      `WITH node AS (INSERT INTO lineage_node (id, project_id, type, label, created_at)
         SELECT md5('many ' || n)::uuid, $1, 'CHECKPOINT', 'many ' || n, now() - make_interval(hours => 3, secs => -(n / 1500))
         FROM generate_series(1, 3500) AS n)
       INSERT INTO lineage_edge (from_id, to_id, kind, created_at)
       SELECT md5('many ' || n - 1)::uuid, md5('many ' || n)::uuid, 'FINE_TUNED', now() - make_interval(hours => 3, secs => -(n / 1500))
       FROM generate_series(2, 3500) AS n`,
      [DEFAULT_PROJECT],
    );
    const query = jest.spyOn(domain.database, 'query');
    const feed = follow(null, new Date(Date.now() - 4 * 3_600_000));
    await feed.until(() => feed.labels().filter((label) => label.startsWith('many')).length === 3500);
    await feed.end();
    const answers = await Promise.all(query.mock.results.map(({ value }) => value as Promise<unknown[]>));
    query.mockRestore();
    expect(Math.max(...answers.map((rows) => rows.length))).toBe(1_000);
    const many = feed.labels().filter((label) => label.startsWith('many'));
    expect([many.length, new Set(many).size]).toEqual([3500, 3500]);
    const times = feed.changes.map(({ at }) => at.getTime());
    expect(times).toEqual([...times].sort((a, b) => a - b));
    const edges = feed.changes.filter(({ kind, at }) => kind === 'edge' && Date.now() - at.getTime() > 3_600_000);
    expect(edges).toHaveLength(3499);
  });

  test('goes on from a moment of the last seven days alone', async () => {
    const day = 86_400_000;
    await domain.lineageFeed.admit(null);
    await domain.lineageFeed.admit(new Date(Date.now() - 6.9 * day));
    for (const days of [-0.01, 7.1, 20_000]) {
      const after = new Date(Date.now() - days * day);
      await expect(domain.lineageFeed.admit(after)).rejects.toMatchObject({ code: 'OUT_OF_RANGE' });
    }
  });

  test('tells of erasure requests those alone who may see them', async () => {
    const since = new Date();
    const asked = randomUUID();
    await domain.lineage.add({ type: 'ERASURE_REQUEST', id: asked, label: 'asked' });
    await domain.lineage.link({ from: asked, to: await add('made for it'), kind: 'CAUSED' });
    const reviewer = follow(null, since, { ...olga, roles: ['REVIEWER'] });
    const viewer = follow(null, since);
    await reviewer.until(() => reviewer.labels().includes('made for it'));
    await viewer.until(() => viewer.labels().includes('made for it'));
    await Promise.all([reviewer.end(), viewer.end()]);
    const told = ({ changes }: typeof viewer) =>
      changes.filter((change) => JSON.stringify(change).includes(asked)).map(({ kind }) => kind);
    expect([told(reviewer).sort(), told(viewer)]).toEqual([['edge', 'node'], []]);
  });

  test('speaks while nothing happens', async () => {
    const stop = new AbortController();
    for await (const change of domain.lineageFeed.follow(null, null, stop.signal)) {
      expect(change.kind).toBe('heartbeat');
      stop.abort();
    }
  });
});
