export { accessPage, demand, forbidden, maySeeRequests, rightOf } from './access/access';
export { accessTable, type Door, type Right } from './access/access-table';
export {
  type Actor,
  actingAs,
  currentActor,
  currentProject,
  DEFAULT_PROJECT,
  mayBeOne,
  personId,
  personOf,
  type Role,
  roles,
  SYSTEM,
  systemOf,
} from './actor/actor';
export { Alias } from './alias/alias.entity';
export type { AliasProtection, CreateAlias, DeleteAlias, MoveAliases, RollbackAlias } from './alias/alias.service';
export { AliasMove } from './alias/alias-move.entity';
export type { Verdicts } from './alias/verdicts';
export { Approval, type Decision, decisions } from './approval/approval.entity';
export type { GiveApproval } from './approval/approval.service';
export { Artifact, type ArtifactMediaType, artifactMediaTypes } from './artifact/artifact.entity';
export type { NewArtifact } from './artifact/artifact.service';
export { AuditEntry } from './audit/audit-entry.entity';
export type { AuditFilter, AuditLog, Change } from './audit/audit-log';
export { leafOf } from './audit/leaf';
export { Certificate } from './certificate/certificate.entity';
export type { CertificateFilter } from './certificate/certificate.service';
export type { IssueCertificate } from './certificate/certificate-issuer';
export { type CertificateStatus, certificateStatuses, certificateTransitions } from './certificate/certificate-status';
export { type Architecture, architectures, Checkpoint, type Layout, layouts } from './checkpoint/checkpoint.entity';
export type { ImportCheckpoint, MadeCheckpoint } from './checkpoint/checkpoint.service';
export type { CheckpointReader, ReadCheckpoint } from './checkpoint/checkpoint-reader';
export type { ComparedRun, ComparedSide, Comparison } from './comparison/comparison.service';
export { Dataset, type DatasetFormat, datasetFormats } from './dataset/dataset.entity';
export type { RegisterDataset } from './dataset/dataset.service';
export type { DatasetReader, ReadDataset, ReadSample } from './dataset/dataset-reader';
export { Domain, type DomainOptions } from './domain';
export { type DocumentName, documentNames, documents } from './dossier/documents';
export type { Dossier } from './dossier/dossier.service';
export { entities } from './entities';
export {
  ErasureRequest,
  type Extension,
  type Hold,
  type IdentityCheck,
} from './erasure-request/erasure-request.entity';
export type { ReceiveErasureRequest, RequestFilter } from './erasure-request/erasure-request.service';
export { type HoldGround, holdGrounds, type LegalBasis, legalBases } from './erasure-request/legal-grounds';
export { Recipient } from './erasure-request/recipient.entity';
export { RequestEvent } from './erasure-request/request-event.entity';
export { type RequestEventType, requestEventTypes } from './erasure-request/request-event-types';
export {
  type MovableStatus,
  movableStatuses,
  type RequestStatus,
  requestStatuses,
} from './erasure-request/request-status';
export { type ClassGroup, Evaluation, type EvaluationProgress } from './evaluation/evaluation.entity';
export type { EvaluateCheckpoint, Found } from './evaluation/evaluation.service';
export { MetricValue } from './evaluation/metric-value.entity';
export type { MeasuredValue, MetricValueFilter } from './evaluation/metric-value.service';
export { type DeviceReport, Executor } from './executor/executor.entity';
export type { RegisterExecutor } from './executor/executor.service';
export type { Work } from './executor/work.service';
export type { Carrier, Carriers } from './lineage/carriers';
export {
  LARGEST_WALK,
  type Lineage,
  type LineageDirection,
  type LineageRequest,
  type Link,
  USUAL_WALK,
} from './lineage/lineage.service';
export { LineageEdge } from './lineage/lineage-edge.entity';
export type { LineageChange } from './lineage/lineage-feed';
export {
  type LineageKind,
  type LineageNodeType,
  lineageKindNames,
  lineageKinds,
  lineageNodeTypeNames,
  lineageNodeTypes,
} from './lineage/lineage-graph';
export { LineageNode } from './lineage/lineage-node.entity';
export { decodeNumber, isId } from './listing/cursor';
export { LARGEST_PAGE, type Page, type PageRequest, pageOfList, pageSize } from './listing/page';
export { CheckpointMerge, type MergeSource } from './merge/checkpoint-merge.entity';
export type { MergeCheckpoints } from './merge/merge.service';
export {
  Method,
  type MethodManifest,
  type Paper,
  type ParameterSchema,
  type SetNeed,
  setNeeds,
} from './method/method.entity';
export { openLineageChannel } from './open-lineage/open-lineage-outbox';
export { Playbook } from './playbook/playbook.entity';
export type { CreatePlaybook } from './playbook/playbook.service';
export {
  type Certificates,
  type NextStep,
  type PlaybookStep,
  playbookSteps,
  type StepState,
  stepStates,
  type Verifications,
} from './playbook/playbook-steps';
export { type Finding, judge, type Verdict, type VerdictLine, verdicts } from './policy/judge';
export {
  type ComparedModel,
  comparedModels,
  type Occasion,
  occasions,
  Policy,
  type Threshold,
} from './policy/policy.entity';
export type { CreatePolicy } from './policy/policy.service';
export { type AskedProtocol, type Protocol, protocolOf } from './policy/protocol';
export { narrowed, Owned } from './project/owned';
export { Project } from './project/project.entity';
export type { CreateProject } from './project/project.service';
export { Misuse } from './refusal/misuse';
export { Refusal, type RefusalCode, type RefusalValues, refusals, refuse } from './refusal/refusals';
export { Metric } from './run/metric.entity';
export { type Cost, type Device, devices, type Failure, type Progress, Run, type Snapshot } from './run/run.entity';
export { cancelChannel, type StartRun } from './run/run.service';
export { EXECUTOR_LOST, type MetricPoint, type RunSuccess } from './run/run-attempt.service';
export { isFinal, type RunStatus, runStatuses, runTransitions } from './run/run-status';
export { RunEvent } from './run-event/run-event.entity';
export type { FeedItem, FeedTimes } from './run-event/run-event-feed';
export { type NewRunEvent, type RunEventPayloads, type RunEventType, runEventTypes } from './run-event/run-event-types';
export { SampleSet, type Selector, type SetKind, setKinds } from './sample-set/sample-set.entity';
export type { CreateSampleSet } from './sample-set/sample-set.service';
export { ApiToken, type TokenKind, tokenKinds } from './token/api-token.entity';
export type { CreatedToken, CreateToken } from './token/token.service';
export { KeyNotInUse } from './transparency/keyring';
export { type KeyPurpose, PublishedKey } from './transparency/published-key.entity';
export { LogKeyMismatch, type LogProof, type Signed, type TransparencyLog } from './transparency/transparency-log';
export { AttackResult } from './verification/attack-result.entity';
export type { EvidenceSample, EvidenceSamples } from './verification/evidence-samples';
export { Verification, type VerificationProgress } from './verification/verification.entity';
export type { Evidenced } from './verification/verification-life';
export type { RelearningPlan, Superclass, VerificationPlan } from './verification/verification-plan';
export type { VerificationOptions, VerifyCheckpoint, VerifyRun } from './verification/verify-request';
export type { CreateWebhook, NewSecret, RotateSecret } from './webhook/webhook.service';
export { WebhookAttempt } from './webhook/webhook-attempt.entity';
export { type DeliveryStatus, deliveryStatuses, WebhookDelivery } from './webhook/webhook-delivery.entity';
export { type FormerSecret, WebhookEndpoint } from './webhook/webhook-endpoint.entity';
export { type WebhookPayloads, type WebhookType, webhookTypes, wireType } from './webhook/webhook-types';
