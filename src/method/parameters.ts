import type { ParamSchema, ParamSpecs, Values } from './param';

/** Named values that suit a size of model, e.g. `small`: `{ preset: 'small' }` picks one, explicit values win over it. */
export type Presets<P extends ParamSpecs = ParamSpecs> = Readonly<
  Record<string, { readonly about: string; readonly values: Partial<Values<P>> }>
>;

/** A refusal of one parameter, ready to be shown: "parameters.lambda1 must be at least 0". */
export interface ParameterRefusal {
  readonly path: string;
  readonly message: string;
}

export type ResolvedParameters<P extends ParamSpecs> =
  | { readonly ok: true; readonly values: Values<P>; readonly preset?: string }
  | { readonly ok: false; readonly refusals: readonly ParameterRefusal[] };

/** Defaults, then the preset's values, then what was given; every refusal at once. */
export function resolveParameters<P extends ParamSpecs>(
  specs: P,
  presets: Presets<P>,
  given: Readonly<Record<string, unknown>>,
): ResolvedParameters<P> {
  const refusals: ParameterRefusal[] = [];
  const refuse = (name: string, message: string) =>
    refusals.push({ path: `parameters.${name}`, message: `parameters.${name} ${message}` });

  const { preset: presetName, ...explicit } = given;
  const preset = typeof presetName === 'string' && Object.hasOwn(presets, presetName) ? presets[presetName] : undefined;
  if (presetName !== undefined && !preset) {
    const names = Object.keys(presets);
    refuse('preset', names.length > 0 ? `must be one of ${names.join(', ')}` : 'is not offered by this method');
  }
  for (const name of Object.keys(explicit)) {
    if (!Object.hasOwn(specs, name)) refuse(name, `is not a parameter; there are ${Object.keys(specs).join(', ')}`);
  }
  const values: Record<string, unknown> = {};
  for (const [name, spec] of Object.entries(specs)) {
    const chosen: Readonly<Record<string, unknown>> = { ...preset?.values, ...explicit };
    values[name] = chosen[name] === undefined ? spec.default : chosen[name];
    const reason = spec.refuse(values[name]);
    if (reason) refuse(name, reason);
  }
  if (refusals.length > 0) return { ok: false, refusals };
  return { ok: true, values: values as Values<P>, ...(typeof presetName === 'string' && { preset: presetName }) };
}

export interface ParametersSchema {
  readonly $schema: 'https://json-schema.org/draft/2020-12/schema';
  readonly type: 'object';
  readonly additionalProperties: false;
  readonly properties: Readonly<Record<string, ParamSchema | PresetSchema>>;
  /** The values each preset stands for; what a run gives explicitly wins over them. */
  readonly 'x-presets': Presets;
}

interface PresetSchema {
  readonly type: 'string';
  readonly enum: readonly string[];
  readonly description: string;
}

/** What the manifest publishes, so that an API that never loads plugin code can validate and draw a form. */
export function parametersSchema(specs: ParamSpecs, presets: Presets): ParametersSchema {
  const names = Object.keys(presets);
  const about = names.map((name) => `${name}: ${presets[name]?.about}`).join('; ');
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    additionalProperties: false,
    properties: {
      ...(names.length > 0 && { preset: { type: 'string', enum: names, description: `Named values. ${about}` } }),
      ...Object.fromEntries(Object.entries(specs).map(([name, spec]) => [name, spec.schema])),
    },
    'x-presets': presets,
  };
}
