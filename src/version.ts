import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** Lethe's version, from package.json. Read, not imported: tsc would copy it into dist and move the package's root. */
export const { version } = JSON.parse(readFileSync(resolve(__dirname, '../../package.json'), 'utf8')) as {
  version: string;
};
