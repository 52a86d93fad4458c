import { committed, GRAPHS } from '../scripts/graphs';

/** How often each operation occurs in a print. */
function operations(print: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [, op] of print.matchAll(/^%\d+ = (\w+)/gm)) counts.set(op!, (counts.get(op!) ?? 0) + 1);
  return counts;
}

/** Null when the two are one; else what differs, in operations and at the first line, and what to do. */
function difference(before: string, after: string): string | null {
  if (before === after) return null;
  const [was, is] = [operations(before), operations(after)];
  const changed = [...new Set([...was.keys(), ...is.keys()])]
    .filter((op) => was.get(op) !== is.get(op))
    .map((op) => `${op} ${was.get(op) ?? 0} -> ${is.get(op) ?? 0}`);
  const [old, now] = [before.split('\n'), after.split('\n')];
  const line = old.findIndex((text, i) => text !== now[i]);
  return [
    `The compiled graph changed: ${changed.join(', ') || 'as many operations of each kind'}.`,
    `First at line ${line + 1}:\n- ${old[line]}\n+ ${now[line]}`,
    'If that is meant: npm run graphs, and commit test/fixtures/graphs.',
  ].join('\n');
}

describe('the compiled step', () => {
  it.each(Object.entries(GRAPHS))('of %s is the committed one', async (name, graph) => {
    expect(difference(await committed(name), await graph())).toBeNull();
  });

  it('is told apart when one operation of it changes', async () => {
    const [[name]] = Object.entries(GRAPHS) as [[string, unknown]];
    const print = await committed(name);
    expect(difference(print, print.replace('= matmul(', '= add('))).toMatch(/matmul \d+ -> \d+[\s\S]*npm run graphs/);
  });
});
