import { buildSchema, parse, validate } from 'graphql';
import { costRule } from './cost-rule';

const schema = buildSchema(`
  type Query { list(first: Int): Connection, some(ids: [ID]): [Node], lineage(maxNodes: Int): Walk }
  type Walk { nodes: [Met] edges: [Edge] }
  type Met { label: String subject: Node }
  type Connection { edges: [Edge] }
  type Edge { node: Node }
  type Node { id: ID list(first: Int): Connection }
`);
const page = (first: string, inner: string) => `list${first} { edges { node { ${inner} } } }`;
const costs = (query: string, limit: number): boolean => validate(schema, parse(query), [costRule(limit)]).length > 0;

test('what is below a list counts as often as the list may have rows', () => {
  const query = `{ ${page('(first: 5)', 'id')} }`; // 1 + 5 * (edges, node, id)
  expect([costs(query, 16), costs(query, 15)]).toEqual([false, true]);
});

test('a list whose length is a variable counts as the largest page, one without as the usual page', () => {
  const variable = `query ($n: Int) { ${page('(first: $n)', 'id')} }`;
  expect([costs(variable, 301), costs(variable, 300)]).toEqual([false, true]);
  const silent = `{ ${page('', 'id')} }`;
  expect([costs(silent, 61), costs(silent, 60)]).toEqual([false, true]);
});

test('rows asked for by their ids count as many as there are ids', () => {
  const three = '{ some(ids: [1, 2, 3]) { id } }'; // 1 + 3
  expect([costs(three, 4), costs(three, 3)]).toEqual([false, true]);
  const variable = 'query ($ids: [ID]) { some(ids: $ids) { id } }';
  expect([costs(variable, 101), costs(variable, 100)]).toEqual([false, true]);
});

test('lists in lists multiply, also when fragments hide them', () => {
  const nested = `query ($n: Int) { ...Outer }
    fragment Outer on Query { ${page('(first: $n)', '...Inner')} }
    fragment Inner on Node { ${page('(first: $n)', 'id')} }`;
  expect(costs(nested, 30_000)).toBe(true);
});

test('a fragment that spreads itself ends', () => {
  expect(costs('{ list { ...Loop } } fragment Loop on Connection { edges { node { list { ...Loop } } } }', 1000)).toBe(
    false,
  );
});

test('the nodes of a walk come with it, but what is below `subject` counts as often as it may have nodes', () => {
  const walk = (most: string, inner: string) => `{ lineage${most} { nodes { label ${inner} } } }`;
  expect(costs(walk('(maxNodes: 20000)', ''), 3)).toBe(false);
  const fifty = walk('(maxNodes: 50)', 'subject { id }'); // lineage, nodes, label, subject + 50 * id
  expect([costs(fifty, 54), costs(fifty, 53)]).toEqual([false, true]);
  for (const most of ['', '(maxNodes: null)']) {
    const usual = walk(most, 'subject { id }');
    expect([costs(usual, 204), costs(usual, 203)]).toEqual([false, true]);
  }
  const variable = `query ($n: Int) ${walk('(maxNodes: $n)', 'subject { id }')}`;
  expect([costs(variable, 20_004), costs(variable, 20_003)]).toEqual([false, true]);
  const hidden = `{ one: lineage(maxNodes: 1) { ...F } lineage(maxNodes: 9) { ...F } }
    fragment F on Walk { nodes { ...G } } fragment G on Met { subject { ${page('(first: 10)', 'id')} } }`;
  // lineage, nodes, subject + nodes * (list + 10 * (edges, node, id)), of 1 node and of 9
  expect([costs(hidden, 316), costs(hidden, 315)]).toEqual([false, true]);
});
