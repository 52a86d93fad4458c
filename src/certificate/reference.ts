import { predicate } from './predicate';
import { type JsonSchema, patterns } from './shape';

/** What texts of these patterns are called. */
const NAMED: ReadonlyMap<string, string> = new Map(Object.entries(patterns).map(([name, pattern]) => [pattern, name]));

/** Every field of the predicate as a Markdown table: what docs/certificate.md has under "Fields". */
export function fieldReference(): string {
  const rows = [...fieldsOf(predicate.schema, '')].map(
    ([path, schema]) => `| \`${path}\` | ${typeOf(schema)} | ${schema.description ?? ''} |`,
  );
  return ['| field | type | meaning |', '|---|---|---|', ...rows].join('\n');
}

function* fieldsOf({ properties = {} }: JsonSchema, prefix: string): Generator<[string, JsonSchema]> {
  for (const [name, schema] of Object.entries(properties)) {
    const path = `${prefix}${name}`;
    yield [path, schema];
    yield* fieldsOf(schema, `${path}.`);
    if (schema.items) yield* fieldsOf(schema.items, `${path}[].`);
  }
}

function typeOf({ type, enum: values, pattern, items }: JsonSchema): string {
  const [name, ...more] = typeof type === 'object' ? type : [type ?? 'any'];
  const shown = values
    ? values.filter((value) => value !== null).join(', ')
    : items
      ? `list of ${typeOf(items)}`
      : (NAMED.get(pattern ?? '') ?? name);
  return more.includes('null') ? `${shown}, or null` : String(shown);
}
