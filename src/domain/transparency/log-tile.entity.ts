import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Hashes of the log's Merkle tree, 256 a row, fewer in the last row of a level. https://c2sp.org/tlog-tiles */
@Entity()
export class LogTile {
  @PrimaryColumn('int')
  level: number;

  @PrimaryColumn('bigint')
  index: number;

  /** One after the other, 32 bytes each. They only ever get more. */
  @Column('bytea')
  hashes: Buffer;
}
