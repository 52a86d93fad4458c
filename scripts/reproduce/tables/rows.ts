import type { Row } from '../definition';

export const SMALL = { preset: 'small' } as const;
export const SEEDS = [1, 2, 3] as const;

/** A method's own seeds and parameters, under its own name. */
export const row = (method: string, title: string, more: Partial<Row> = {}): Row => ({
  name: method,
  title,
  method,
  parameters: SMALL,
  seeds: SEEDS,
  ...more,
});

/** Sees class names alone. */
export const ZERO_SHOT = { without: ['forget', 'retain', 'calibration'] } as const;
