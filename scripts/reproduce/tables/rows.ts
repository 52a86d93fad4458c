import type { Row } from '../definition';

export const SEEDS = [1, 2, 3] as const;

/** A method with its preset for small models, where it has one, under its own name. */
export const row = (method: string, title: string, more: Partial<Row> = {}): Row => ({
  name: method,
  title,
  method,
  parameters: {},
  seeds: SEEDS,
  ...more,
});

/** Sees class names alone. */
export const ZERO_SHOT = { without: ['forget', 'retain', 'calibration'] } as const;
