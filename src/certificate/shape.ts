/** The part of JSON Schema that these shapes are written in; `description` says what a value means, units included. */
export interface JsonSchema {
  description?: string;
  type?: string | readonly string[];
  enum?: readonly (string | null)[];
  const?: string;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  properties?: Record<string, JsonSchema>;
  required?: readonly string[];
  additionalProperties?: boolean;
  items?: JsonSchema;
}

/** A shape of JSON, and the TypeScript type of its values: declared once, checked and documented from here. */
export interface Shape<T> {
  schema: JsonSchema;
  /** Carries the type; there is no such property. */
  readonly value?: T;
}

export type ValueOf<S> = S extends Shape<infer T> ? T : never;

export const text = (description: string): Shape<string> => ({ schema: { type: 'string', description } });

/** Patterns that texts may have to match, by what such texts are called. */
export const patterns = {
  sha256: '^[0-9a-f]{64}$',
  time: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,3})?Z$',
} as const;

const matching =
  (name: keyof typeof patterns) =>
  (description: string): Shape<string> => ({ schema: { type: 'string', pattern: patterns[name], description } });

/** sha256, hexadecimal. */
export const digest = matching('sha256');
/** A point in time as ISO 8601 in UTC. */
export const time = matching('time');

export const number = (description: string): Shape<number> => ({ schema: { type: 'number', description } });
export const count = (description: string): Shape<number> => ({ schema: { type: 'integer', minimum: 0, description } });
export const integer = (description: string): Shape<number> => ({ schema: { type: 'integer', description } });

export const choice = <const T extends string>(values: readonly T[], description: string): Shape<T> => ({
  schema: { type: 'string', enum: values, description },
});

/** Any JSON object, such as a method's parameters. */
export const anything = (description: string): Shape<Record<string, unknown>> => ({
  schema: { type: 'object', description },
});

export const list = <T>(items: Shape<T>, description: string): Shape<T[]> => ({
  schema: { type: 'array', items: items.schema, description },
});

export const orNull = <T>({ schema }: Shape<T>): Shape<T | null> => ({
  schema: {
    ...schema,
    type: [schema.type as string, 'null'],
    ...(schema.enum ? { enum: [...schema.enum, null] } : {}),
  },
});

/** All properties are required and no others allowed: what is not known is said as null. */
export function record<P extends Record<string, Shape<unknown>>>(
  properties: P,
  description: string,
): Shape<{ [K in keyof P]: ValueOf<P[K]> }> {
  return {
    schema: {
      type: 'object',
      properties: Object.fromEntries(Object.entries(properties).map(([name, { schema }]) => [name, schema])),
      required: Object.keys(properties),
      additionalProperties: false,
      description,
    },
  };
}
