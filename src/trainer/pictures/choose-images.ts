/**
 * Rows of at most `most` images, spread evenly over the classes: the first of each, then the second of each, until there
 * are enough. In the order of the rows, so that equal data gives equal pictures.
 */
export function spread(
  labels: readonly (string | null)[],
  most: number,
  among: (label: string) => boolean = () => true,
): number[] {
  const byClass = new Map<string, number[]>();
  for (const [row, label] of labels.entries()) {
    if (label === null || !among(label)) continue;
    const rows = byClass.get(label) ?? [];
    byClass.set(label, rows);
    rows.push(row);
  }
  const chosen: number[] = [];
  for (let turn = 0; chosen.length < most; turn++) {
    const round = [...byClass.values()].flatMap((rows) => (turn < rows.length ? [rows[turn]!] : []));
    if (round.length === 0) break;
    chosen.push(...round.slice(0, most - chosen.length));
  }
  return chosen.sort((a, b) => a - b);
}

/** A share of them of the forgotten classes, which come first; the others of the rest. */
export function forgottenAndRetained(
  labels: readonly (string | null)[],
  forgotten: readonly string[],
  most: number,
  share = 0.5,
): number[] {
  const isForgotten = (label: string) => forgotten.includes(label);
  const first = spread(labels, Math.ceil(share * most), isForgotten);
  return [...first, ...spread(labels, most - first.length, (label) => !isForgotten(label))];
}
