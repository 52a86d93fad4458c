import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fieldReference } from '../src/certificate';

const PAGE = resolve(__dirname, '../../docs/certificate.md');

/** `npm run certificate:document`: writes the table of fields into docs/certificate.md. */
async function main(): Promise<void> {
  const page = await readFile(PAGE, 'utf8');
  const start = page.indexOf('| field | type | meaning |');
  await writeFile(PAGE, `${page.slice(0, start)}${fieldReference()}\n`);
}

void main();
