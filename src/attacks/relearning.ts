import { wilson } from '../metrics';
import type { AttackRow, Relearning } from './attack';

/** What a model being trained again said at a step. */
export interface Recollection {
  readonly step: number;
  /** Right answers among the held-out images of the forgotten classes. */
  readonly correct: number;
  readonly total: number;
}

/** When what was forgotten counts as back. */
export interface Recovery {
  /** The original's accuracy on the same images; above 0. */
  readonly original: number;
  /** Share of it that counts as back. */
  readonly share: number;
  /** Steps after which the training ended. */
  readonly most: number;
}

const KEYS = ['steps', 'recovered'];
const INTERVAL =
  "`steps`: where the upper and where the lower end of the accuracy's Wilson interval is back; `recovered`: Wilson's, divided by the original's accuracy as it is";

export const relearnRetain: Relearning = {
  title: 'Relearning on what is kept',
  description:
    "Fine-tunes the model on retain images alone and looks whether the forgotten classes come back on held-out images: the steps until their zero-shot accuracy is the stated share of the original's (`steps`, the cap where it never is), and the largest accuracy on the way as a share of the original's (`recovered`).",
  keys: KEYS,
  interval: INTERVAL,
  needs: ['RETAIN_SET'],
  trainsOn: ['retain'],
  source:
    '[From Dormant to Deleted](https://arxiv.org/abs/2505.22310): weak methods get 80 to 100 % back from retain images alone; the interval is OURS',
};

export const relearnForget: Relearning = {
  ...relearnRetain,
  title: 'Relearning on a few forget images',
  description:
    'The same with k forget images beside the retain images: a class that was only hidden comes back in fewer steps than a class that is new to the model.',
  trainsOn: ['forget', 'retain'],
  source:
    '[From Dormant to Deleted](https://arxiv.org/abs/2505.22310) and relearn time of [Chundawat et al.](https://arxiv.org/abs/2205.08096); the interval is OURS',
};

/** The rows of a relearning. @param curve in order, the first at step 0 */
export function relearningRows(curve: readonly Recollection[], { original, share, most }: Recovery): AttackRow[] {
  if (!(original > 0)) throw new RangeError('relearning: the original knew nothing');
  const told = curve.map(({ step, correct, total }) => ({ step, ...wilson(correct, total) }));
  const { total } = told[0]!;
  const back = share * original;
  const first = (end: 'high' | 'accuracy' | 'low') => told.find((each) => each[end] >= back)?.step ?? most;
  const best = told.reduce((most, each) => (each.accuracy > most.accuracy ? each : most));
  return [
    { key: 'steps', value: first('accuracy'), lower: first('high'), upper: first('low'), count: total },
    {
      key: 'recovered',
      value: best.accuracy / original,
      lower: best.low / original,
      upper: best.high / original,
      count: total,
    },
  ];
}
