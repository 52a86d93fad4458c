import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Declaration } from './metric';
import { METRIC_NAMES, METRICS } from './table';

const page = readFileSync(join(__dirname, '../../../docs/metrics.md'), 'utf8');
const rowOf = (name: (typeof METRIC_NAMES)[number]) => {
  const { title, description, keys, direction, needs, source }: Declaration = METRICS[name];
  return `| \`${name}\` | ${[`${title}. ${description}`, keys, direction.toLowerCase(), needs.map((need) => `\`${need}\``).join(', '), source].join(' | ')} |`;
};

test.each(METRIC_NAMES)('docs/metrics.md has the row of %s as the table has it', (name) => {
  expect(page).toContain(rowOf(name));
});

test('docs/metrics.md has no other metric', () => {
  expect([...page.matchAll(/^\| `([A-Z_]+)` \| /gm)].map(([, name]) => name)).toEqual(METRIC_NAMES);
});
