import { Job } from '../queue';
import { Artifact } from './artifact/artifact.entity';
import { AuditEntry } from './audit/audit-entry.entity';
import { Checkpoint } from './checkpoint/checkpoint.entity';
import { Dataset } from './dataset/dataset.entity';
import { Sample } from './dataset/sample.entity';
import { Evaluation } from './evaluation/evaluation.entity';
import { MetricValue } from './evaluation/metric-value.entity';
import { Executor } from './executor/executor.entity';
import { IdempotencyKey } from './idempotency/idempotency-key.entity';
import { LineageEdge } from './lineage/lineage-edge.entity';
import { LineageNode } from './lineage/lineage-node.entity';
import { CheckpointMerge } from './merge/checkpoint-merge.entity';
import { Method } from './method/method.entity';
import { OpenLineageEvent } from './open-lineage/open-lineage-event.entity';
import { Policy } from './policy/policy.entity';
import { Project } from './project/project.entity';
import { Metric } from './run/metric.entity';
import { Run } from './run/run.entity';
import { RunEvent } from './run-event/run-event.entity';
import { SampleSet } from './sample-set/sample-set.entity';
import { SampleSetMember } from './sample-set/sample-set-member.entity';
import { ApiToken } from './token/api-token.entity';
import { AttackResult } from './verification/attack-result.entity';
import { Verification } from './verification/verification.entity';

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
  Job,
];
