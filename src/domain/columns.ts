import { Column, PrimaryGeneratedColumn } from 'typeorm';

/**
 * Points in time are kept to the millisecond: a keyset cursor carries what JavaScript's Date can hold, and a finer
 * column would make a page skip or repeat a row.
 */
export const instant = { type: 'timestamptz', precision: 3 } as const;

/** What every row that users can name has: an id of its own and the moment it came to be. */
export abstract class Identified {
  @PrimaryGeneratedColumn('uuid')
  id: string;

  @Column({ ...instant, default: () => 'now()' })
  createdAt: Date;
}
