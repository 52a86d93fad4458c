import { Job, WakeUp } from '../queue';
import { Alias } from './alias/alias.entity';
import { AliasMove } from './alias/alias-move.entity';
import { Approval } from './approval/approval.entity';
import { Artifact } from './artifact/artifact.entity';
import { AuditEntry } from './audit/audit-entry.entity';
import { Certificate } from './certificate/certificate.entity';
import { Checkpoint } from './checkpoint/checkpoint.entity';
import { Dataset } from './dataset/dataset.entity';
import { Sample } from './dataset/sample.entity';
import { ErasureRequest } from './erasure-request/erasure-request.entity';
import { Recipient } from './erasure-request/recipient.entity';
import { RequestEvent } from './erasure-request/request-event.entity';
import { SubjectSalt } from './erasure-request/subject-salt.entity';
import { Evaluation } from './evaluation/evaluation.entity';
import { MetricValue } from './evaluation/metric-value.entity';
import { Executor } from './executor/executor.entity';
import { IdempotencyKey } from './idempotency/idempotency-key.entity';
import { LineageEdge } from './lineage/lineage-edge.entity';
import { LineageNode } from './lineage/lineage-node.entity';
import { CheckpointMerge } from './merge/checkpoint-merge.entity';
import { Method } from './method/method.entity';
import { OpenLineageEvent } from './open-lineage/open-lineage-event.entity';
import { Playbook } from './playbook/playbook.entity';
import { Policy } from './policy/policy.entity';
import { Project } from './project/project.entity';
import { Pseudonym } from './pseudonym/pseudonym.entity';
import { Metric } from './run/metric.entity';
import { Run } from './run/run.entity';
import { RunEvent } from './run-event/run-event.entity';
import { SampleSet } from './sample-set/sample-set.entity';
import { SampleSetMember } from './sample-set/sample-set-member.entity';
import { ApiToken } from './token/api-token.entity';
import { LogTile } from './transparency/log-tile.entity';
import { PublishedKey } from './transparency/published-key.entity';
import { SignedCheckpoint } from './transparency/signed-checkpoint.entity';
import { AttackResult } from './verification/attack-result.entity';
import { Verification } from './verification/verification.entity';
import { WebhookAttempt } from './webhook/webhook-attempt.entity';
import { WebhookDelivery } from './webhook/webhook-delivery.entity';
import { WebhookEndpoint } from './webhook/webhook-endpoint.entity';

/** Every table. */
export const entities = [
  Project,
  ApiToken,
  Checkpoint,
  Dataset,
  Sample,
  SampleSet,
  SampleSetMember,
  Method,
  Executor,
  Run,
  RunEvent,
  Metric,
  Evaluation,
  Artifact,
  CheckpointMerge,
  MetricValue,
  LineageNode,
  Policy,
  Verification,
  AttackResult,
  LineageEdge,
  OpenLineageEvent,
  IdempotencyKey,
  AuditEntry,
  ErasureRequest,
  SubjectSalt,
  RequestEvent,
  Recipient,
  Approval,
  Alias,
  AliasMove,
  Playbook,
  WebhookEndpoint,
  WebhookDelivery,
  WebhookAttempt,
  Pseudonym,
  LogTile,
  SignedCheckpoint,
  PublishedKey,
  Certificate,
  Job,
  WakeUp,
];
