import { Initial1763680000000 } from './1763680000000-initial';
import { Metrics1763712000000 } from './1763712000000-metrics';

/** All migrations, oldest first. One that was released is never changed. */
export const migrations = [Initial1763680000000, Metrics1763712000000];
