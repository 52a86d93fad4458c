/** Everything the domain refuses, and how it says so. One line each; `{name}` is filled in. */
export const refusals = {
  INVALID_INPUT: '{problem}',
  IDEMPOTENCY_CONFLICT: 'the idempotency key {key} was used before with another input',

  PROJECT_NOT_FOUND: 'there is no project {id}',
  PROJECT_NAME_TAKEN: 'there is a project {name} already; choose another name',
  TOKEN_NOT_FOUND: 'there is no token {id}',

  CHECKPOINT_NOT_FOUND: 'there is no checkpoint {id}',
  CHECKPOINT_DELETED: 'checkpoint {name} was deleted at {deletedAt}; import it again or choose another',
  CHECKPOINT_UNREADABLE: 'the checkpoint at {source} cannot be used: {reason}',

  MERGE_TOO_FEW: 'a merge needs at least two checkpoints, not {count}',
  MERGE_REPEATED: 'checkpoint {name} is named twice; name it once, with one weight',
  MERGE_WEIGHT_INVALID: 'the weight of checkpoint {name} must be a finite number above 0, not {weight}',
  MERGE_ARCHITECTURES_DIFFER:
    'checkpoints {left} and {right} are not of one architecture: they differ in {differences}',

  DATASET_NOT_FOUND: 'there is no dataset {id}',
  DATASET_UNREADABLE: 'the dataset at {source} cannot be used: {reason}',

  SET_NOT_FOUND: 'there is no {kind} set {id}',
  SET_EMPTY: 'the selector matches no sample of dataset {dataset}',
  SET_MISSING: 'method {method} needs a {need} set',
  SET_WITHOUT_SAMPLES: 'method {method} needs real images, and {need} set {set} only names classes',
  CLASSES_MISSING:
    'method {method} tells the classes of {set} from others, and no other is known: give a retain set of class names, or a dataset to evaluate on',
  SETS_OVERLAP:
    '{left} and {right} share {count} samples, for one {hash}: what is forgotten, retained and measured must be apart',
  CLASS_UNKNOWN: 'dataset {dataset} has no class {className}; it has {known}',

  METRIC_INPUT_MISSING: 'metric {metric} needs {need}',
  REFERENCE_UNLIKE: 'checkpoint {checkpoint} embeds in {own} dimensions and the reference {reference} in {others}',

  POLICY_NOT_FOUND: 'there is no policy {id}',
  ATTACK_INPUT_MISSING: 'attack {attack} needs {need}',
  EVIDENCE_TOO_SMALL: '{what} has {count} images, and a verification needs at least {least} of them',
  RUN_WITHOUT_RESULT: 'run {id} is {status} and has made no checkpoint to verify',
  DATASET_MISSING:
    'run {id} was given no images to evaluate on; name a dataset that neither training nor unlearning saw',
  VERIFICATION_NOT_FOUND: 'there is no verification {id}',
  VERIFICATION_FINISHED: 'verification {id} is already {status}',

  METHOD_UNKNOWN: 'no executor offers a method {method}; known are {known}',
  PARAMETER_INVALID: 'parameter {parameter} of {method} {problem}',
  DEVICE_UNAVAILABLE: 'no executor has {device}: {hint}',

  RUN_NOT_FOUND: 'there is no run {id}',
  RUN_FINISHED: 'run {id} is already {status}',
} as const;

export type RefusalCode = keyof typeof refusals;

type Placeholders<T extends string> = T extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never;

/** What a template needs filled in. */
export type RefusalValues<C extends RefusalCode> = Record<Placeholders<(typeof refusals)[C]>, string | number>;

/** An expected "no" that the user can act on. A value, returned, never thrown. */
export class Refusal<C extends RefusalCode = RefusalCode> {
  constructor(
    readonly code: C,
    readonly message: string,
    /** Which part of the input is meant, such as ['parameters', 'lambda1']. */
    readonly path: string[],
  ) {}
}

export function refuse<C extends RefusalCode>(code: C, path: string[], values: RefusalValues<C>): Refusal<C> {
  const message = refusals[code].replace(/\{(\w+)\}/g, (_, name: string) =>
    String((values as Record<string, unknown>)[name]),
  );
  return new Refusal(code, message, path);
}
