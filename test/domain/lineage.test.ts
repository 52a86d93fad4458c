import type { Checkpoint, Domain } from '../../src/domain';
import { describeOnBoth, type Place } from '../support/databases';
import { granted, openDomain } from '../support/domain';

describeOnBoth('lineage', (fresh) => {
  let place: Place;
  let domain: Domain;
  const made = new Map<string, Checkpoint>();
  const add = async (name: string, ...parents: string[]) => {
    made.set(name, granted(await domain.checkpoints.import({ name, source: 'somewhere' })));
    for (const parent of parents) await link(parent, name);
  };
  const link = (parent: string, child: string) =>
    domain.lineage.record({
      parentId: made.get(parent)!.id,
      childId: made.get(child)!.id,
      kind: 'UNLEARNED',
      runId: null,
    });
  const names = async (start: string, request = {}) => {
    const lineage = (await domain.lineage.of(made.get(start)!.id, request))!;
    const nodes = lineage.nodes.map(({ checkpoint, depth }) => `${checkpoint.name}${depth}`).sort();
    return { nodes, edges: lineage.edges.length, complete: lineage.complete, truncatedBy: lineage.truncatedBy };
  };

  // a -> b -> c -> d, b -> e, and f merged from c and e.
  beforeAll(async () => {
    place = await fresh();
    domain = await openDomain(place);
    await add('a');
    await add('b', 'a');
    await add('c', 'b');
    await add('d', 'c');
    await add('e', 'b');
    await add('f', 'c', 'e');
  });
  afterAll(async () => {
    await domain.close();
    await place.discard();
  });

  test('goes both ways and counts its steps', async () => {
    expect(await names('c')).toEqual({
      nodes: ['a-2', 'b-1', 'c0', 'd1', 'f1'],
      edges: 4,
      complete: true,
      truncatedBy: null,
    });
    expect(await names('f', { direction: 'ANCESTORS' })).toMatchObject({
      nodes: ['a-3', 'b-2', 'c-1', 'e-1', 'f0'],
      edges: 5,
    });
    expect(await names('b', { direction: 'DESCENDANTS' })).toMatchObject({ nodes: ['b0', 'c1', 'd2', 'e1', 'f2'] });
    expect(await domain.lineage.of('nonsense')).toBeNull();
  });

  test('says what cut it short', async () => {
    expect(await names('a', { maxDepth: 1 })).toMatchObject({
      nodes: ['a0', 'b1'],
      complete: false,
      truncatedBy: 'DEPTH',
    });
    expect(await names('a', { maxDepth: 3 })).toMatchObject({ complete: true });
    const few = await names('a', { maxNodes: 3 });
    expect(few).toMatchObject({ complete: false, truncatedBy: 'NODES' });
    expect(few.nodes).toHaveLength(3);
    expect(await names('a', { maxNodes: 6 })).toMatchObject({ complete: true });
  });

  test('a circle ends', async () => {
    await link('d', 'a');
    const { nodes, complete } = await names('b');
    expect(nodes).toHaveLength(6);
    expect(complete).toBe(true);
  });
});

describeOnBoth('listing', (fresh) => {
  test('pages through everything once, newest first, while more is added; a bad cursor is named', async () => {
    const place = await fresh();
    const domain = await openDomain(place);
    const add = async (count: number) => {
      for (let n = 0; n < count; n++) granted(await domain.checkpoints.import({ name: `${n}`, source: 'somewhere' }));
    };
    await add(7);
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const page = await domain.checkpoints.list({ first: 3, after });
      seen.push(...page.items.map(({ node }) => node.name));
      after = page.hasNextPage ? page.items.at(-1)!.cursor : null;
      await add(1);
    } while (after !== null);
    expect(seen).toEqual(['6', '5', '4', '3', '2', '1', '0']);
    expect(await (await domain.checkpoints.list({ first: 1 })).totalCount()).toBe(10);

    for (const cursor of ['', 'x', 'MTIzOm5vLWlk', Buffer.from("1:'; DROP TABLE run; --").toString('base64url')]) {
      await expect(domain.checkpoints.list({ after: cursor })).rejects.toMatchObject({ code: 'MALFORMED_CURSOR' });
    }
    for (const first of [0, -1, 101, 1.5]) {
      await expect(domain.checkpoints.list({ first })).rejects.toMatchObject({ code: 'BAD_PAGE_SIZE' });
    }
    await domain.close();
    await place.discard();
  });
});
