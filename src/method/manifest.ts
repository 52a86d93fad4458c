import type { SetName } from './batch';
import type { Method, Paper } from './method';
import { type ParametersSchema, parametersSchema } from './parameters';

/** What an executor publishes about a method, so that the API needs none of its code. */
export interface MethodManifest {
  readonly name: string;
  readonly version: string;
  /** SHA-256 of the plugin's code: a run records which code it used. */
  readonly codeDigest: string;
  readonly title: string;
  readonly description: string;
  readonly paper: Paper;
  /** Sets that must be given, each as real images; and `classes`: the name of a class beside the forgotten ones. */
  readonly needs: readonly (SetName | 'classes')[];
  /** JSON Schema of a run's `parameters`. */
  readonly parameters: ParametersSchema;
}

export function manifestOf(method: Method, codeDigest: string): MethodManifest {
  const { name, version, title, description, paper, sets, makes = [], params, presets = {} } = method;
  return {
    name,
    version,
    codeDigest,
    title,
    description,
    paper,
    needs: [...sets.filter((set) => !makes.includes(set)), ...(makes.length > 0 ? (['classes'] as const) : [])],
    parameters: parametersSchema(params, presets),
  };
}
