/** Everything the domain refuses, and how it says so. One line each; `{name}` is filled in. */
export const refusals = {
  INVALID_INPUT: '{problem}',
  IDEMPOTENCY_CONFLICT: 'the idempotency key {key} was used before with another input',

  IMPORT_NOT_ALLOWED: 'this server may not import from {source}: {reason}',

  PROJECT_NOT_FOUND: 'there is no project {id}',
  PROJECT_NAME_TAKEN: 'there is a project {name} already; choose another name',
  TOKEN_NOT_FOUND: 'there is no token {id}',

  CHECKPOINT_NOT_FOUND: 'there is no checkpoint {id}',
  CHECKPOINT_DELETED: 'checkpoint {name} was deleted at {deletedAt}; import it again or choose another',
  CHECKPOINT_ALIASED: 'alias {alias} points at checkpoint {name}: move it first',
  CHECKPOINT_UNREADABLE: 'the checkpoint at {source} cannot be used: {reason}',

  MERGE_TOO_FEW: 'a merge needs at least two checkpoints, not {count}',
  MERGE_REPEATED: 'checkpoint {name} is named twice; name it once, with one weight',
  MERGE_WEIGHT_INVALID: 'the weight of checkpoint {name} must be a finite number above 0, not {weight}',
  MERGE_ARCHITECTURES_DIFFER:
    'checkpoints {left} and {right} are not of one architecture: they differ in {differences}',

  ACTOR_UNKNOWN: 'nothing is on record of a person or program {actor}',
  ACTOR_OWN:
    'nobody forgets themselves or whoever vouches for them: {actor} could decide about their own work afterwards; ask a colleague',

  CERTIFICATE_NOT_FOUND: 'there is no certificate {id}',
  CERTIFICATE_FINAL: 'certificate {id} is already {status}',

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
  MODEL_NOT_INDEPENDENT: 'checkpoint {checkpoint} cannot stand for a model that never saw the images: {why}',
  EVIDENCE_TOO_SMALL: '{what} has {count} images, and a verification needs at least {least} of them',
  DATASET_MISSING:
    'run {id} was given no images to evaluate on; name a dataset that neither training nor unlearning saw',
  VERIFICATION_NOT_FOUND: 'there is no verification {id}',
  VERIFICATION_FINISHED: 'verification {id} is already {status}',

  METHOD_UNKNOWN: 'no executor offers a method {method}; known are {known}',
  PARAMETER_INVALID: 'parameter {parameter} of {method} {problem}',
  DEVICE_UNAVAILABLE: 'no executor has {device}: {hint}',

  RUN_NOT_FOUND: 'there is no run {id}',
  RUN_WITHOUT_RESULT: 'run {id} is {status} and has made no checkpoint',
  RUN_FINISHED: 'run {id} is already {status}',

  REQUEST_NOT_FOUND: 'there is no erasure request {id}',
  REQUEST_STATUS: 'erasure request {id} is {status} and cannot become {wanted} from there',
  REQUEST_OF_ANOTHER_RUN: 'erasure request {id} is not there or was not answered by run {run}',
  REQUEST_CLOSED: 'erasure request {id} is {status}: nothing about it changes any more',
  REQUEST_OPEN: 'erasure request {id} is {status}: its subject is still needed',
  REQUEST_PROMOTED: 'the result for erasure request {id} is in use already: receive another request',
  REQUEST_ON_HOLD: 'erasure request {id} is on hold: {reason}',
  REQUEST_NOT_HELD: 'erasure request {id} is not on hold',
  DEADLINE_EXTENDED_BEFORE: 'the deadline of erasure request {id} was extended before, with the notice of {noticedAt}',
  NOTICE_TOO_LATE: 'a notice of extension for erasure request {id} had to be given by {last}',
  RECIPIENT_NOT_FOUND: 'the request has no recipient {id}',

  APPROVER_NOT_ALLOWED: '{name} cannot approve: it takes a person who is a reviewer or a privacy officer',
  APPROVAL_OF_OWN_RUN: 'run {run} was asked for by {name} or in their name, and nobody approves their own run',
  APPROVAL_OF_OWN_MERGE: 'merge {merge} was asked for by {name} or in their name, and nobody approves their own merge',
  APPROVAL_OF_OWN_IMPORT:
    'checkpoint {checkpoint} was imported by {name} or in their name, and nobody approves what they brought in',
  APPROVER_NOT_INDEPENDENT:
    '{name} cannot decide about {work}: of {name} and whoever is behind it, one made the other a token or gave it a role, and could act in both names; ask somebody who logs in, or whose token a third one made',
  APPROVAL_REPEATED: '{name} has decided about checkpoint {checkpoint} already; withdraw that first',
  APPROVAL_COUNTED:
    '{other} has approved checkpoint {checkpoint}, and {name} would not count beside them: one of the two made the other a token or gave it a role; ask somebody who logs in, or whose token a third one made',
  APPROVAL_NOT_FOUND: 'there is no approval {id}',
  APPROVAL_OF_ANOTHER: "approval {id} is not {name}'s to withdraw",

  ALIAS_NOT_FOUND: 'there is no alias {alias}',
  ALIAS_EXISTS: 'there is an alias {name} already',
  ALIAS_MOVED_BEFORE: 'alias {alias} points at {current}, not at {expected} as expected: somebody else moved it',
  ALIAS_MOVE_NOT_FOUND: 'alias {alias} has no move {id}',
  ALIAS_PROTECTED: 'alias {alias} is protected: an administrator has to end that before it can be deleted',
  ALIAS_NEEDS_PASS:
    'alias {alias} is protected: checkpoint {checkpoint} needs the verdict PASS by policy {policy} about what it is to have forgotten, and has {verdict}',
  ALIAS_NEEDS_APPROVALS: 'alias {alias} is protected: checkpoint {checkpoint} needs {needed} approvals and has {given}',
  ALIAS_REJECTED: 'alias {alias} cannot point at checkpoint {checkpoint}, which was rejected: {comment}',

  PLAYBOOK_NOT_FOUND: 'there is no playbook {id}',
  PLAYBOOK_EXISTS: 'there is a playbook {name} already',
  PLAYBOOK_UNDER_WAY: 'run {run} of erasure request {id} is under way: cancel it or wait for its end',
  PLAYBOOK_MISSING: 'erasure request {id} follows no playbook',
  STEP_NOT_NEXT: 'step {step} of erasure request {id} cannot be taken now: {why}',
  ALIAS_EMPTY: 'alias {alias} points at nothing that could be made to forget',

  WEBHOOK_NOT_FOUND: 'there is no webhook {id}',
  WEBHOOK_DELETED: 'the webhook to {url} was deleted at {deletedAt}; make another',
  WEBHOOK_URL_REFUSED: 'webhooks cannot go to this URL: {problem}',
  WEBHOOK_DISABLED: 'the webhook to {url} is disabled; enable it first',
  DELIVERY_NOT_FOUND: 'there is no delivery {id}',
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
