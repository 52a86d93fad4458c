import { type LineageNodeType, maySeeRequests } from '../../domain';
import { ApprovalType } from '../approval/approval.type';
import { CertificateType } from '../certificate/certificate.type';
import { CheckpointType } from '../checkpoint/checkpoint.type';
import type { Context } from '../context';
import { DatasetType } from '../dataset/dataset.type';
import { ErasureRequestType } from '../erasure-request/erasure-request.type';
import { EvaluationType } from '../evaluation/evaluation.type';
import { MergeType } from '../merge/merge.type';
import type { Node } from '../node';
import { RunType } from '../run/run.type';
import { SampleSetType } from '../sample-set/sample-set.type';
import { VerificationType } from '../verification/verification.type';

type Show = (id: string, context: Context) => Promise<Node | null>;

const sampleSet: Show = async (id, { loaders }) => SampleSetType.of(await loaders.sampleSet.load(id));

/** How the thing that a node stands for is shown; null where the asker may not see it, as with `node(id)`. */
export const lineageSubjects: Record<LineageNodeType, Show> = {
  DATASET: async (id, { loaders }) => DatasetType.of(await loaders.dataset.load(id)),
  FORGET_SET: sampleSet,
  RETAIN_SET: sampleSet,
  CHECKPOINT: async (id, { loaders }) => CheckpointType.of(await loaders.checkpoint.load(id)),
  RUN: async (id, { loaders }) => RunType.of(await loaders.run.load(id)),
  MERGE: async (id, { loaders }) => MergeType.of(await loaders.merge.load(id)),
  EVALUATION: async (id, { loaders }) => EvaluationType.of(await loaders.evaluation.load(id)),
  ERASURE_REQUEST: async (id, { loaders, session }) =>
    maySeeRequests(session.actor) ? ErasureRequestType.of(await loaders.erasureRequest.load(id)) : null,
  VERIFICATION: async (id, { loaders }) => VerificationType.of(await loaders.verification.load(id)),
  APPROVAL: async (id, { loaders }) => ApprovalType.of(await loaders.approval.load(id)),
  CERTIFICATE: async (id, { loaders }) => CertificateType.of(await loaders.certificate.load(id)),
};
