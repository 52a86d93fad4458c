/** Accuracy of a class with its 95 % Wilson interval, as the API gives it. */
export interface ClassAccuracy {
  className: string;
  correct: number;
  total: number;
  accuracy: number;
  lower: number;
  upper: number;
}

export interface LineageNode {
  id: string;
  name: string;
  digest: string;
}

/** A checkpoint, and the run that made it. */
export interface MadeNode extends LineageNode {
  run: { seed: number; method: { name: string } } | null;
}

export interface LineageEdge {
  fromId: string;
  toId: string;
}

/** Zero-shot accuracy before and after: the forget class first, then every other one, then the mean of the others. */
export function accuracyTable(forget: string, before: ClassAccuracy[], after: ClassAccuracy[]): string {
  const afterOf = new Map(after.map((row) => [row.className, row]));
  const ordered = [...before].sort((a, b) => Number(b.className === forget) - Number(a.className === forget));
  const rows = ordered.map((row) => [
    row.className === forget ? `${row.className} (forget)` : row.className,
    interval(row),
    interval(afterOf.get(row.className)),
  ]);
  const others = ordered.filter(({ className }) => className !== forget);
  const was = mean(others.map(({ accuracy }) => accuracy));
  const is = mean(others.map(({ className }) => afterOf.get(className)?.accuracy ?? Number.NaN));
  const kept = ['mean of the others', was.toFixed(3), `${is.toFixed(3)}  (${(is / was).toFixed(3)} of before)`];
  return layOut([['class', 'before', 'after'], ...rows, kept]);
}

/** The lineage of a checkpoint as a tree, oldest first; every line says how its checkpoint came to be. */
export function lineageTree(nodes: MadeNode[], edges: LineageEdge[], marked: string): string {
  const children = (id: string) => edges.filter(({ fromId }) => fromId === id);
  const line = ({ id, name, digest }: LineageNode, how: string) =>
    `${name}  sha256 ${digest.slice(0, 12)}  ${how}${id === marked ? '  <- new' : ''}`;
  const below = (id: string, indent: string): string[] =>
    children(id).flatMap(({ toId }, index, all) => {
      const last = index === all.length - 1;
      const child = nodes.find((node) => node.id === toId);
      if (!child) return [];
      const how = child.run ? `by ${child.run.method.name}, seed ${child.run.seed}` : '';
      return [`${indent}${last ? '└─' : '├─'} ${line(child, how)}`, ...below(toId, `${indent}${last ? '   ' : '│  '}`)];
    });
  const roots = nodes.filter(({ id }) => !edges.some(({ toId }) => toId === id));
  return roots.flatMap((root) => [line(root, 'imported'), ...below(root.id, '')]).join('\n');
}

function interval(row: ClassAccuracy | undefined): string {
  if (!row) return '-';
  return `${row.accuracy.toFixed(3)}  [${row.lower.toFixed(3)}, ${row.upper.toFixed(3)}]`;
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function layOut(rows: string[][]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  const [head, ...body] = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
  return [head, rule, ...body].join('\n');
}
