/** What can be a node of the graph, and what it is to a reader of the schema. Its id is that of the thing itself. */
export const lineageNodeTypes = {
  DATASET: 'A collection of images.',
  FORGET_SET: 'What a model must forget.',
  RETAIN_SET: 'What a model must keep.',
  CHECKPOINT: 'A set of CLIP weights.',
  RUN: 'A run that makes a checkpoint forget.',
  MERGE: 'An average of checkpoints.',
  EVALUATION: 'Metrics of a checkpoint on a dataset.',
  ERASURE_REQUEST: 'Somebody asked for erasure.',
  VERIFICATION: 'Attacks on what a run made.',
  APPROVAL: 'Somebody said yes or no.',
  CERTIFICATE: 'What was erased, how, and what shows it.',
} as const;

export type LineageNodeType = keyof typeof lineageNodeTypes;
export const lineageNodeTypeNames = Object.keys(lineageNodeTypes) as LineageNodeType[];

/**
 * What an edge says; it points from what was first to what came of it. USED and GENERATED are those of W3C PROV
 * (https://www.w3.org/TR/prov-o/), pointing the way of time. The `weights` kinds say that the weights of one checkpoint went
 * into another's: a short-cut past the run or merge in between, so that checkpoints alone are a connected graph.
 */
export const lineageKinds = {
  SELECTED: { weights: false, about: 'The set was chosen from the dataset, or is what another set leaves of one.' },
  TRAINED: { weights: false, about: 'The checkpoint was trained on the dataset, as somebody declared.' },
  FINE_TUNED: { weights: true, about: 'The checkpoint was fine-tuned from the other one, as somebody declared.' },
  UNLEARNED: { weights: true, about: 'By a run that made it forget.' },
  MERGED: { weights: true, about: 'By averaging the weights of several.' },
  IDENTICAL: {
    weights: true,
    about: 'The later checkpoint has every byte of the earlier one: what either learned, both know.',
  },
  USED: { weights: false, about: 'The run, merge, evaluation or decision was given the thing.' },
  GENERATED: { weights: false, about: 'The run or merge made the thing.' },
  CAUSED: { weights: false, about: 'The thing was made because of the request.' },
} as const satisfies Record<string, { weights: boolean; about: string }>;

export type LineageKind = keyof typeof lineageKinds;
export const lineageKindNames = Object.keys(lineageKinds) as LineageKind[];

/** The kinds along which weights pass from checkpoint to checkpoint. */
export const weightKinds = lineageKindNames.filter((kind) => lineageKinds[kind].weights);
