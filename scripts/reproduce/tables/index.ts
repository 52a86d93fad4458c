import type { Table } from '../definition';
import { clipErase } from './clip-erase';
import { lip } from './lip';
import { threeStage } from './three-stage';

/** The tables that `npm run reproduce -- --table <name>` knows. */
export const TABLES: Readonly<Record<string, Table>> = {
  [lip.name]: lip,
  [threeStage.name]: threeStage,
  [clipErase.name]: clipErase,
};
