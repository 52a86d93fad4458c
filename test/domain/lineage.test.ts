import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Actor, actingAs, type Domain, type LineageRequest } from '../../src/domain';
import { describeOnBoth, type Place } from '../support/databases';
import { granted, openDomain } from '../support/domain';

describeOnBoth('lineage', (fresh) => {
  let place: Place;
  let domain: Domain;
  const made = new Map<string, string>();
  const add = async (label: string, ...parents: string[]) => {
    const id = randomUUID();
    made.set(label, id);
    await domain.lineage.add({ type: label.startsWith('run') ? 'RUN' : 'CHECKPOINT', id, label });
    for (const parent of parents) await link(parent, label);
  };
  const link = (parent: string, child: string) =>
    domain.lineage.link({ from: made.get(parent)!, to: made.get(child)!, kind: 'UNLEARNED' });
  const names = async (start: string, request: LineageRequest = {}) => {
    const lineage = (await domain.lineage.of(made.get(start)!, request))!;
    const nodes = lineage.nodes.map(({ node, depth }) => `${node.label}${depth}`).sort();
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
    expect(await names('f', { maxNodes: 3 })).toMatchObject({ nodes: ['c-1', 'e-1', 'f0'], truncatedBy: 'NODES' });
  });

  test('walks over chosen types alone, and shows every edge between what it found', async () => {
    await add('run', 'd');
    await add('g', 'run', 'd');
    expect(await names('d', { direction: 'DESCENDANTS' })).toMatchObject({ nodes: ['d0', 'g1', 'run1'], edges: 3 });
    expect(await names('d', { direction: 'DESCENDANTS', types: ['RUN'] })).toMatchObject({ nodes: ['d0', 'run1'] });
    const checkpoints = await names('d', { direction: 'DESCENDANTS', types: ['CHECKPOINT'] });
    expect(checkpoints).toMatchObject({ nodes: ['d0', 'g1'], edges: 1, complete: true });
  });

  test('shows the graph as it stood', async () => {
    await add('x');
    const before = (await domain.lineage.of(made.get('x')!))!.asOf;
    await sleep(20);
    await add('y', 'x');
    expect(await names('x')).toMatchObject({ nodes: ['x0', 'y1'] });
    expect(await names('x', { asOf: before })).toMatchObject({ nodes: ['x0'], complete: true });
    expect(await domain.lineage.of(made.get('y')!, { asOf: before })).toBeNull();
  });

  test('refuses a size that it would not answer, and a moment that is still to come', async () => {
    const far = new Date(Date.now() + 60_000);
    for (const request of [
      { maxNodes: 0 },
      { maxNodes: 20_001 },
      { maxDepth: -5 },
      { maxDepth: 10_001 },
      { asOf: far },
    ]) {
      await expect(names('a', request)).rejects.toMatchObject({ code: 'OUT_OF_RANGE' });
    }
    expect(await names('a', { maxNodes: 20_000, maxDepth: 10_000, asOf: new Date() })).toMatchObject({
      complete: true,
    });
  });

  test('erasure requests are there for those alone who may see them', async () => {
    const [set, asked, result] = [randomUUID(), randomUUID(), randomUUID()];
    await domain.lineage.add({ type: 'FORGET_SET', id: set, label: 'set' });
    await domain.lineage.add({ type: 'ERASURE_REQUEST', id: asked, label: 'request of 2026-02-04' });
    await domain.lineage.add({ type: 'CERTIFICATE', id: result, label: 'certificate' });
    await domain.lineage.link({ from: asked, to: set, kind: 'CAUSED' });
    await domain.lineage.link({ from: asked, to: result, kind: 'CAUSED' });
    const seen = (role: 'VIEWER' | 'REVIEWER', start: string, request: LineageRequest = {}) => {
      const actor: Actor = { kind: 'PERSON', id: `person:${role}`, name: role, roles: [role] };
      return actingAs(actor, async () => {
        const found = await domain.lineage.of(start, request);
        return found && [found.nodes.map(({ node }) => node.label).sort(), found.edges.length];
      });
    };
    const every = [['request of 2026-02-04', 'set'], 1];
    expect(await seen('REVIEWER', set)).toEqual(every);
    expect(await seen('REVIEWER', set, { types: ['ERASURE_REQUEST'] })).toEqual(every);
    for (const request of [{}, { types: ['ERASURE_REQUEST' as const] }]) {
      expect(await seen('VIEWER', set, request)).toEqual([['set'], 0]);
    }
    expect(await seen('VIEWER', asked)).toBeNull();
    expect(await seen('REVIEWER', asked)).not.toBeNull();
  });

  test('ten thousand hops, and back again, are one walk each', async () => {
    const ids = Array.from({ length: 10_001 }, () => randomUUID());
    await domain.database.query(
      `WITH node AS (INSERT INTO lineage_node (id, project_id, type, label)
         SELECT each.id, project.id, 'CHECKPOINT', 'x' FROM project, unnest($1::uuid[]) AS each(id))
       INSERT INTO lineage_edge (from_id, to_id, kind)
       SELECT a, b, 'FINE_TUNED' FROM unnest($1::uuid[], $2::uuid[]) AS row(a, b)`,
      [ids, [...ids.slice(1), ids[0]]],
    );
    const all = { maxDepth: 10_000, maxNodes: 20_000 };
    const down = (await domain.lineage.of(ids[0]!, { ...all, direction: 'DESCENDANTS' }))!;
    expect(down).toMatchObject({ complete: true, truncatedBy: null });
    expect(down.nodes.map(({ node }) => node.id)).toEqual(ids);
    const both = (await domain.lineage.of(ids[0]!, all))!;
    expect(both.nodes).toHaveLength(10_001);
    expect(both.nodes.at(-1)!.depth).toBe(5_000);
  });

  test('a circle ends', async () => {
    await link('d', 'a');
    const { nodes, complete } = await names('b', { types: ['CHECKPOINT'] });
    expect(nodes).toHaveLength(7);
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
