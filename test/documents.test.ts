import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse, validate } from 'graphql';
import { createSchema } from '../src/api/schema';

const root = resolve(__dirname, '../..');
const docs = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
const pages = ['README.md', ...docs.map((name) => join('docs', name))];
const schema = createSchema();

/** What a page has a reader send: GraphQL in blocks of its own, and between single quotes in those of a shell. */
function operationsIn(page: string): string[] {
  const blocks = [...readFileSync(join(root, page), 'utf8').matchAll(/^ *```(graphql|sh)\n([\s\S]*?)^ *```/gm)];
  return blocks.flatMap(([, language, text]) =>
    language === 'graphql'
      ? [text!]
      : [...text!.matchAll(/'((?:query|mutation|subscription|\{ (?=\w))[^']*)'/g)].map(([, operation]) => operation!),
  );
}

test.each(pages)('what %s has a reader ask is of the schema', (page) => {
  for (const operation of operationsIn(page)) {
    // A block may show several, each without a name.
    for (const definition of parse(operation).definitions) {
      const errors = validate(schema, { kind: parse('{ a }').kind, definitions: [definition] });
      expect({ operation, errors: errors.map(({ message }) => message) }).toEqual({ operation, errors: [] });
    }
  }
});

test('there is much to ask', () => {
  expect(pages.flatMap(operationsIn).length).toBeGreaterThan(20);
});

test.each(pages)('nothing in %s is there twice, and its links lead somewhere', (page) => {
  const text = readFileSync(join(root, page), 'utf8');
  const prose = text.replace(/^ *```[\s\S]*?^ *```/gm, '').split('\n');
  const rows = prose
    .map((line) => /^\| *(`[^`]+`|\*\*[^*]+\*\*) *\|/.exec(line)?.[1])
    .filter((key) => key !== undefined);
  const tables = page.endsWith('access.md') ? [] : rows;
  expect(tables.filter((key, i) => tables.indexOf(key) !== i)).toEqual([]);
  const long = prose.filter((line) => line.length > 60 && !line.startsWith('|')).map((line) => line.slice(0, 60));
  expect(long.filter((line, i) => long.indexOf(line) !== i)).toEqual([]);
  const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link]) => link!);
  expect(links.filter((link) => !existsSync(resolve(root, page, '..', link)))).toEqual([]);
});
