/**
 * Hyper-parameters, declared once: the declaration is the validation, the JSON Schema of the manifest, the static type
 * of `params` and the documentation of where the default comes from.
 */

/** Where a default comes from: the authors' released code, the paper's text, or ours because neither says. */
export type Source = 'CODE' | 'PAPER' | 'OURS';

/** One property of a manifest's JSON Schema (2020-12), with the extensions `x-source` and `x-symbol`. */
export interface ParamSchema {
  readonly type: 'number' | 'integer' | 'boolean' | 'string';
  readonly description: string;
  readonly default: number | boolean | string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly enum?: readonly string[];
  readonly 'x-source': Source;
  readonly 'x-symbol'?: string;
}

export interface Param<T> {
  readonly schema: ParamSchema;
  readonly default: T;
  /** The reason a value is refused, as "must be ...", or undefined when it is a T. */
  refuse(value: unknown): string | undefined;
}

export type ParamSpecs = Readonly<Record<string, Param<unknown>>>;

/** The values a method reads: `{ lambda1: number, ... }` from its declarations. */
export type Values<P extends ParamSpecs> = { readonly [K in keyof P]: P[K] extends Param<infer T> ? T : never };

interface Declaration<T> {
  readonly default: T;
  readonly source: Source;
  readonly about: string;
  /** The paper's own symbol. */
  readonly symbol?: string;
}

interface Range {
  readonly min?: number;
  readonly max?: number;
  /** A bound that is itself excluded, for learning rates and scales. */
  readonly above?: number;
}

/** The kinds. Hyper-parameters that several methods share are in `common.ts`. */
export const param = {
  number: (spec: Declaration<number> & Range): Param<number> => numeric('number', spec),
  integer: (spec: Declaration<number> & Range): Param<number> => numeric('integer', spec),

  boolean: (spec: Declaration<boolean>): Param<boolean> =>
    declare({ type: 'boolean', ...described(spec) }, spec.default, (value) =>
      typeof value === 'boolean' ? undefined : 'must be true or false',
    ),

  choice: <const T extends string>(spec: Declaration<NoInfer<T>> & { readonly options: readonly T[] }): Param<T> =>
    declare({ type: 'string', ...described(spec), enum: spec.options }, spec.default, (value) =>
      spec.options.some((option) => option === value) ? undefined : `must be one of ${spec.options.join(', ')}`,
    ),

  text: (spec: Declaration<string> & { readonly maxLength?: number }): Param<string> => {
    const maxLength = spec.maxLength ?? 200;
    return declare({ type: 'string', ...described(spec), minLength: 1, maxLength }, spec.default, (value) =>
      typeof value === 'string' && value.length > 0 && value.length <= maxLength
        ? undefined
        : `must be a text of 1 to ${maxLength} characters`,
    );
  },
};

function numeric(type: 'number' | 'integer', spec: Declaration<number> & Range): Param<number> {
  const { min, max, above } = spec;
  const schema: ParamSchema = {
    type,
    ...described(spec),
    ...(min !== undefined && { minimum: min }),
    ...(max !== undefined && { maximum: max }),
    ...(above !== undefined && { exclusiveMinimum: above }),
  };
  const noun = type === 'integer' ? 'a whole number' : 'a number';
  return declare(schema, spec.default, (value) => {
    if (typeof value !== 'number' || !Number.isFinite(value)) return `must be ${noun}`;
    if (type === 'integer' && !Number.isSafeInteger(value)) return 'must be a whole number';
    if (min !== undefined && value < min) return `must be at least ${min}`;
    if (max !== undefined && value > max) return `must be at most ${max}`;
    if (above !== undefined && value <= above) return `must be above ${above}`;
    return undefined;
  });
}

function described(spec: Declaration<number | boolean | string>) {
  return {
    description: spec.about,
    default: spec.default,
    'x-source': spec.source,
    ...(spec.symbol !== undefined && { 'x-symbol': spec.symbol }),
  };
}

/** A default outside its own range is the author's mistake and fails when the plugin loads. */
function declare<T>(schema: ParamSchema, value: T, refuse: Param<T>['refuse']): Param<T> {
  const reason = refuse(value);
  if (reason) throw new TypeError(`the default ${JSON.stringify(value)} ("${schema.description}") ${reason}`);
  return { schema, default: value, refuse };
}
