import type { LineageNodeType } from '../../domain';
import { CheckpointType } from '../checkpoint/checkpoint.type';
import { DatasetType } from '../dataset/dataset.type';
import { EvaluationType } from '../evaluation/evaluation.type';
import type { Loaders } from '../loaders';
import { MergeType } from '../merge/merge.type';
import type { Node } from '../node';
import { RunType } from '../run/run.type';
import { SampleSetType } from '../sample-set/sample-set.type';

type Show = (id: string, loaders: Loaders) => Promise<Node>;

const sampleSet: Show = async (id, loaders) => SampleSetType.of(await loaders.sampleSet.load(id));

/** How the thing that a node stands for is shown, for the types that the API shows. */
export const lineageSubjects: Partial<Record<LineageNodeType, Show>> = {
  DATASET: async (id, loaders) => DatasetType.of(await loaders.dataset.load(id)),
  FORGET_SET: sampleSet,
  RETAIN_SET: sampleSet,
  CHECKPOINT: async (id, loaders) => CheckpointType.of(await loaders.checkpoint.load(id)),
  RUN: async (id, loaders) => RunType.of(await loaders.run.load(id)),
  MERGE: async (id, loaders) => MergeType.of(await loaders.merge.load(id)),
  EVALUATION: async (id, loaders) => EvaluationType.of(await loaders.evaluation.load(id)),
};
