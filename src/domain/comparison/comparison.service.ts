import { In } from 'typeorm';
import type { Database } from '../../database';
import {
  type Change,
  forgettingOf,
  lipScoreOf,
  oneGroup,
  type Proportion,
  ratioScoreOf,
  wilson,
  type ZeroShotReport,
  zeroShotReport,
} from '../../metrics';
import { Evaluation } from '../evaluation/evaluation.entity';
import { MetricValue } from '../evaluation/metric-value.entity';
import { isId } from '../listing/cursor';
import { LARGEST_PAGE } from '../listing/page';
import { Misuse } from '../refusal/misuse';
import { Run } from '../run/run.entity';

/** Zero-shot accuracy of a checkpoint, what the run was to forget and the rest apart. */
export interface ComparedSide {
  /** Over the images of the forget classes; null when the dataset has none. */
  forget: Proportion | null;
  others: Proportion | null;
}

/** A run as a row of the table. */
export interface ComparedRun {
  run: Run;
  /** Classes of its forget set, those that its evaluations know. */
  forgetClasses: string[];
  before: ComparedSide | null;
  after: ComparedSide | null;
  /** Of the same accuracies as `LIP_SCORE` and `RATIO_SCORE`, all other classes being one dataset. */
  lipScore: number | null;
  ratioScore: number | null;
}

export interface Comparison {
  /** As asked for, each run once. */
  rows: ComparedRun[];
  /** Ids that no run has. */
  missing: string[];
}

/** Runs side by side, by the evaluations they made themselves. */
export class ComparisonService {
  constructor(readonly database: Database) {}

  /** @throws Misuse BAD_PAGE_SIZE */
  async compare(ids: readonly string[]): Promise<Comparison> {
    const asked = [...new Set(ids)];
    if (asked.length === 0 || asked.length > LARGEST_PAGE) {
      throw new Misuse('BAD_PAGE_SIZE', `ids must name 1 to ${LARGEST_PAGE} runs`);
    }
    const found = await this.database
      .repository(Run)
      .find({ where: { id: In(asked.filter(isId)) }, relations: { forgetSet: true } });
    const runs = new Map(found.map((run) => [run.id, run]));
    const reports = await this.#reports([...runs.keys()]);
    return {
      rows: asked.flatMap((id) => {
        const run = runs.get(id);
        return run ? [compared(run, reports.get(`${id} BEFORE`), reports.get(`${id} AFTER`))] : [];
      }),
      missing: asked.filter((id) => !runs.has(id)),
    };
  }

  /** Zero-shot accuracies by run and role. */
  async #reports(runIds: string[]): Promise<Map<string, ZeroShotReport>> {
    const evaluations = await this.database.repository(Evaluation).findBy({ runId: In(runIds) });
    const values = await this.database.repository(MetricValue).find({
      where: { evaluationId: In(evaluations.map(({ id }) => id)), metric: 'ZERO_SHOT' },
      order: { position: 'ASC' },
    });
    return new Map(
      evaluations.flatMap(({ id, runId, role }) => {
        const report = zeroShotReport(values.filter(({ evaluationId }) => evaluationId === id));
        return report ? [[`${runId} ${role}`, report] as const] : [];
      }),
    );
  }
}

function compared(run: Run, before: ZeroShotReport | undefined, after: ZeroShotReport | undefined): ComparedRun {
  const classes = (before ?? after)?.classes.map(({ name }) => name) ?? [];
  const forgetClasses = run.forgetSet!.classes.filter((name) => classes.includes(name));
  const forget = new Set(forgetClasses);
  const change =
    before && after ? forgettingOf(changes(before, after), places(classes, forget), oneGroup(classes)) : null;
  return {
    run,
    forgetClasses,
    before: before ? sideOf(before, forget) : null,
    after: after ? sideOf(after, forget) : null,
    lipScore: change && lipScoreOf(change),
    ratioScore: change && ratioScoreOf(change),
  };
}

function sideOf({ classes }: ZeroShotReport, forget: ReadonlySet<string>): ComparedSide {
  const pooled = (some: ZeroShotReport['classes']): Proportion | null => {
    const sum = (what: 'correct' | 'total') => some.reduce((all, each) => all + each[what], 0);
    return some.length > 0 ? wilson(sum('correct'), sum('total')) : null;
  };
  return {
    forget: pooled(classes.filter(({ name }) => forget.has(name))),
    others: pooled(classes.filter(({ name }) => !forget.has(name))),
  };
}

const places = (classes: readonly string[], of: ReadonlySet<string>): Set<number> =>
  new Set([...classes.keys()].filter((c) => of.has(classes[c]!)));

/** Both evaluations are of the same images, so their classes are the same, in the same order. */
function changes(before: ZeroShotReport, after: ZeroShotReport): Change[] {
  return before.classes.map(({ total, correct }, c) => ({ total, before: correct, after: after.classes[c]!.correct }));
}
