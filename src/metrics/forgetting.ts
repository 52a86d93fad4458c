import { bootstrap } from './intervals';
import type { Group, Measured, MetricRow } from './metric';
import { zeroShotHits } from './zero-shot';

/** Right answers before and after forgetting, of one number of images. */
export interface Change {
  readonly total: number;
  readonly before: number;
  readonly after: number;
}

/** What forgetting changed: on what was to go, and on each dataset that was to stay. */
export interface Forgetting {
  readonly target: Change;
  readonly kept: readonly (Change & { readonly name: string })[];
}

/** All classes as one dataset: what the scores take for granted when nobody names groups. */
export const oneGroup = (classes: readonly unknown[]): Group[] => [{ name: 'all', classes: [...classes.keys()] }];

/**
 * Puts classes together: the target is all that was to be forgotten, and each group without it is a dataset that was to be
 * kept (the forget class's own group and the others alike). A group of which nothing is left is left out. Null when nothing
 * of the target was right before, for then nothing could be forgotten (ours).
 */
export function forgettingOf(
  changes: readonly Change[],
  forget: ReadonlySet<number>,
  groups: readonly Group[],
): Forgetting | null {
  const target = pooled([...forget].map((c) => changes[c]!));
  const kept = groups
    .map(({ name, classes }) => ({ name, ...pooled(classes.filter((c) => !forget.has(c)).map((c) => changes[c]!)) }))
    .filter(({ total }) => total > 0);
  return target.before > 0 ? { target, kept } : null;
}

function pooled(changes: readonly Change[]): Change {
  const sum = (what: keyof Change) => changes.reduce((all, change) => all + change[what], 0);
  return { total: sum('total'), before: sum('before'), after: sum('after') };
}

/** Of what was right before, the share that still is, at most 1. What was never right cannot be lost: 1 (ours). */
export function remaining({ before, after }: Pick<Change, 'before' | 'after'>): number {
  return before > 0 ? Math.min(1, after / before) : 1;
}

export type Score = (of: Forgetting) => number;

/**
 * The rows of a score: the score of all, what is left of the target (key `target`), and of each group (`kept`). The interval
 * is a paired bootstrap: images are drawn again within their class, each with both its answers.
 */
export function scoreRows(score: Score, measured: Measured): MetricRow[] {
  const { forget, groups } = measured;
  const pairs = answers(measured);
  const found = forgettingOf(pairs.map(count), forget, groups);
  if (!found) return [];
  const again = bootstrap((draw) => {
    const drawn = pairs.map((own) => count(own.map(() => own[draw(own.length)]!)));
    const resampled = forgettingOf(drawn, forget, groups);
    return resampled && score(resampled);
  });
  const row = (key: string, subject: string | null, value: number, { total }: Change, ends = again): MetricRow => {
    const [lower, upper] = ends ?? [null, null];
    return { key, subject, value, lower, upper, count: total, chance: null };
  };
  const all = pooled([found.target, ...found.kept]);
  return [
    row('score', null, score(found), all),
    row('target', null, remaining(found.target), found.target, null),
    ...found.kept.map((kept) => row('kept', kept.name, remaining(kept), kept, null)),
  ];
}

type Answers = readonly [before: boolean, after: boolean];

/** For each class, what the reference and the model said of its images. */
function answers({ classes, labels, model, reference }: Measured): Answers[][] {
  if (!reference) throw new Error('internal: a score without a reference');
  const before = zeroShotHits(reference.images, labels, reference.classifier);
  const after = zeroShotHits(model.images, labels, model.classifier);
  return classes.map((_, c) =>
    [...labels.keys()].filter((i) => labels[i] === c).map((i): Answers => [before[i]!, after[i]!]),
  );
}

function count(of: readonly Answers[]): Change {
  return { total: of.length, before: of.filter(([was]) => was).length, after: of.filter(([, is]) => is).length };
}
