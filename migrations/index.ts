import { Initial1763680000000 } from './1763680000000-initial';

/** All migrations, oldest first. One that was released is never changed. */
export const migrations = [Initial1763680000000];
