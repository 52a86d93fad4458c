import type { SetName, Terms } from './batch';
import type { ObjectiveContext } from './objective';
import type { ParamSpecs, Values } from './param';
import type { Presets } from './parameters';
import type { Training } from './training';
import type { Verbs } from './verbs';

export interface Paper {
  readonly title: string;
  readonly url: string;
}

interface Declared<S extends SetName, P extends ParamSpecs> {
  /** kebab-case, unique among the plugins. */
  readonly name: string;
  /** Semantic version of the plugin. */
  readonly version: string;
  readonly title: string;
  readonly description: string;
  readonly paper: Paper;
  /** The sets it needs as real images; reading another one does not compile. */
  readonly sets: readonly S[];
  /** Of those, the ones that it makes itself where a run has no images for them: class names are then enough. */
  readonly makes?: readonly S[];
  readonly params: P;
  readonly presets?: Presets<P>;
  /** The prompt of a class, with {} for its name: caption of class-labelled images and zero-shot classifier. */
  prompt?(params: Values<P>): string;
}

/** A method of one phase: its loss, and how it is minimised. */
export interface ObjectiveMethod<S extends SetName, P extends ParamSpecs> extends Declared<S, P> {
  training(params: Values<P>): Training;
  objective(context: ObjectiveContext<S> & { readonly params: Values<P> }): Terms;
}

/** A method of several phases. */
export interface StagedMethod<S extends SetName, P extends ParamSpecs> extends Declared<S, P> {
  /** The stages it passes, in order: what a progress bar shows. */
  readonly stages: readonly string[];
  /** What it returns is the run's outcome, in the method's own words. */
  run(verbs: Verbs<S, P>): Promise<string | undefined>;
}

const METHOD = Symbol.for('lethe.method');

/** A loaded method with its types erased: what the trainer runs. One phase is the short spelling of one stage. */
export type Method = StagedMethod<SetName, ParamSpecs>;

export function defineMethod<const S extends SetName, const P extends ParamSpecs>(
  definition: ObjectiveMethod<S, P> | StagedMethod<S, P>,
): Method {
  const { name, sets } = definition;
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) throw new TypeError(`method name "${name}" must be kebab-case`);
  if (!/^\d+\.\d+\.\d+/.test(definition.version)) throw new TypeError(`${name}: version must be like 1.0.0`);
  if (new Set(sets).size !== sets.length) throw new TypeError(`${name}: a set is declared twice`);
  const stray = definition.makes?.find((set) => !sets.includes(set));
  if (stray) throw new TypeError(`${name}: makes the ${stray} set, which is not declared`);
  if (Object.hasOwn(definition.params, 'preset')) throw new TypeError(`${name}: "preset" is a reserved parameter`);
  const staged: StagedMethod<S, P> =
    'objective' in definition ? { ...definition, ...oneStage(definition) } : definition;
  return Object.freeze({ ...staged, [METHOD]: true }) as unknown as Method;
}

export function isMethod(value: unknown): value is Method {
  return typeof value === 'object' && value !== null && METHOD in value;
}

const UNLEARN = 'unlearn';

function oneStage<S extends SetName, P extends ParamSpecs>(
  method: ObjectiveMethod<S, P>,
): Pick<StagedMethod<S, P>, 'stages' | 'run'> {
  return {
    stages: [UNLEARN],
    run: async ({ params, train }) => {
      await train(UNLEARN, (context) => method.objective({ ...context, params }), method.training(params));
      return undefined;
    },
  };
}
