import 'reflect-metadata';
import { type GraphQLSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { buildSchemaSync } from 'type-graphql';
import { AliasResolver } from './alias/alias.resolver';
import { ApprovalResolver } from './approval/approval.resolver';
import { EvaluationArtifactResolver, RunArtifactResolver } from './artifact/artifact.resolver';
import { AuditResolver } from './audit/audit.resolver';
import { CertificateResolver } from './certificate/certificate.resolver';
import { CheckpointResolver } from './checkpoint/checkpoint.resolver';
import { ComparisonResolver } from './comparison/comparison.resolver';
import { DatasetResolver } from './dataset/dataset.resolver';
import { ErasureRequestResolver } from './erasure-request/erasure-request.resolver';
import { EvaluationResolver } from './evaluation/evaluation.resolver';
import { MetricValueResolver } from './evaluation/metric-value.resolver';
import { ExecutorResolver } from './executor/executor.resolver';
import { guard } from './guard';
import { InfoResolver } from './info/info.resolver';
import { limitInputs } from './input-limits';
import { CarriersResolver } from './lineage/carriers.resolver';
import { LineageResolver } from './lineage/lineage.resolver';
import { LineageFeedResolver } from './lineage/lineage-feed.resolver';
import { MeResolver } from './me/me.resolver';
import { MergeResolver } from './merge/merge.resolver';
import { MethodResolver } from './method/method.resolver';
import { NodeResolver } from './node.resolver';
import { PlaybookResolver } from './playbook/playbook.resolver';
import { PolicyResolver } from './policy/policy.resolver';
import { ProjectResolver } from './project/project.resolver';
import { RunResolver } from './run/run.resolver';
import { RunEventResolver } from './run-event/run-event.resolver';
import { SampleSetResolver } from './sample-set/sample-set.resolver';
import { TokenResolver } from './token/token.resolver';
import { RunVerificationResolver, VerificationResolver } from './verification/verification.resolver';
import { WebhookResolver } from './webhook/webhook.resolver';

/** The whole schema, built from the resolvers, with the authorisation table and the limits of inputs in front of it. */
export function createSchema(): GraphQLSchema {
  const schema = buildSchemaSync({
    resolvers: [
      InfoResolver,
      MeResolver,
      ProjectResolver,
      TokenResolver,
      NodeResolver,
      CheckpointResolver,
      DatasetResolver,
      SampleSetResolver,
      MethodResolver,
      RunResolver,
      RunEventResolver,
      EvaluationResolver,
      RunArtifactResolver,
      EvaluationArtifactResolver,
      MergeResolver,
      MetricValueResolver,
      ComparisonResolver,
      PolicyResolver,
      VerificationResolver,
      RunVerificationResolver,
      LineageResolver,
      LineageFeedResolver,
      CarriersResolver,
      ExecutorResolver,
      ErasureRequestResolver,
      ApprovalResolver,
      AliasResolver,
      PlaybookResolver,
      WebhookResolver,
      AuditResolver,
      CertificateResolver,
    ],
    // The domain checks values, and says why not in its own types.
    validate: false,
    // Subscriptions pull from rows; type-graphql only insists that there is something here.
    pubSub: { publish: () => undefined, subscribe: () => neverAny() },
  });
  // The guard is outermost: who may not ask is not told what is wrong with the question.
  return guard(limitInputs(schema));
}

/** What `schema.graphql` holds: sorted, so that moving a resolver changes nothing. */
export function printedSchema(): string {
  return `${printSchema(lexicographicSortSchema(createSchema()))}\n`;
}

async function* neverAny(): AsyncGenerator<never> {}
