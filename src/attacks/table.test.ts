import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Declaration } from './attack';
import { ATTACK_NAMES, ATTACKS } from './table';

const page = readFileSync(join(__dirname, '../../../docs/evidence.md'), 'utf8');
const rowOf = (name: (typeof ATTACK_NAMES)[number]) => {
  const { title, description, keys, interval, needs, source }: Declaration = ATTACKS[name];
  const listed = (texts: readonly string[]) => texts.map((text) => `\`${text}\``).join(', ');
  return `| \`${name}\` | ${[`${title}. ${description}`, listed(keys), interval, listed(needs), source].join(' | ')} |`;
};

test.each(ATTACK_NAMES)('docs/evidence.md has the row of %s as the table has it', (name) => {
  expect(page).toContain(rowOf(name));
});

test('docs/evidence.md has no other attack', () => {
  expect([...page.matchAll(/^\| `([A-Z_]+)` \| /gm)].map(([, name]) => name)).toEqual(ATTACK_NAMES);
});
