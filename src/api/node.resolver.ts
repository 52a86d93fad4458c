import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import { type accessTable, forbidden, isId } from '../domain';
import { AliasMoveType, AliasType } from './alias/alias.type';
import { ApprovalType } from './approval/approval.type';
import { ArtifactType } from './artifact/artifact.type';
import { CertificateType } from './certificate/certificate.type';
import { CheckpointType } from './checkpoint/checkpoint.type';
import type { Context } from './context';
import { DatasetType } from './dataset/dataset.type';
import { ErasureRequestType, RecipientType } from './erasure-request/erasure-request.type';
import { EvaluationType } from './evaluation/evaluation.type';
import { ExecutorType } from './executor/executor.type';
import { MergeType } from './merge/merge.type';
import { MethodType } from './method/method.type';
import { Node } from './node';
import { PlaybookGraphType } from './playbook/playbook.type';
import { PolicyType } from './policy/policy.type';
import { ProjectType } from './project/project.type';
import { RunType } from './run/run.type';
import { SampleSetType } from './sample-set/sample-set.type';
import { ApiTokenType } from './token/token.type';
import { VerificationType } from './verification/verification.type';
import { WebhookDeliveryType, WebhookGraphType } from './webhook/webhook.type';

@Resolver()
export class NodeResolver {
  /** Ids are UUIDs, unique over all tables, and say nothing of theirs: all are asked, each by its primary key. */
  @Query(() => Node, { nullable: true, description: 'Whatever has this id.' })
  async node(
    @Arg('id', () => ID, { description: 'Its id.' }) id: string,
    @Ctx() { domain, session }: Context,
  ): Promise<Node | null> {
    if (!isId(id)) return null;
    /** What not all may list is not there for the others by its id either. */
    const may = (query: keyof typeof accessTable.Query) => forbidden('Query', query, session.actor) === null;
    const found = await Promise.all([
      domain.checkpoints.byIds([id]).then((rows) => rows.map(CheckpointType.of)),
      domain.datasets.byIds([id]).then((rows) => rows.map(DatasetType.of)),
      domain.sets.byIds([id]).then((rows) => rows.map(SampleSetType.of)),
      domain.methods.byIds([id]).then((rows) => rows.map(MethodType.of)),
      domain.runs.byIds([id]).then((rows) => rows.map(RunType.of)),
      domain.evaluations.byIds([id]).then((rows) => rows.map(EvaluationType.of)),
      domain.artifactRows.byIds([id]).then((rows) => rows.map(ArtifactType.of)),
      domain.merges.byIds([id]).then((rows) => rows.map(MergeType.of)),
      domain.policies.byIds([id]).then((rows) => rows.map(PolicyType.of)),
      domain.verifications.byIds([id]).then((rows) => rows.map(VerificationType.of)),
      domain.certificates.byIds([id]).then((rows) => rows.map(CertificateType.of)),
      domain.executors.byIds([id]).then((rows) => rows.map(ExecutorType.of)),
      domain.projects.byIds([id]).then((rows) => rows.map(ProjectType.of)),
      may('apiTokens') ? domain.tokens.byIds([id]).then((rows) => rows.map(ApiTokenType.of)) : [],
      domain.approvals.byIds([id]).then((rows) => rows.map(ApprovalType.of)),
      domain.aliases.byIds([id]).then((rows) => rows.map(AliasType.of)),
      domain.aliases.movesByIds([id]).then((rows) => rows.map(AliasMoveType.of)),
      may('webhook') ? domain.webhooks.byIds([id]).then((rows) => rows.map(WebhookGraphType.of)) : [],
      may('webhook') ? domain.deliveries.byIds([id]).then((rows) => rows.map(WebhookDeliveryType.of)) : [],
      domain.playbooks.byIds([id]).then((rows) => rows.map(PlaybookGraphType.of)),
      may('erasureRequest') ? domain.requests.byIds([id]).then((rows) => rows.map(ErasureRequestType.of)) : [],
      may('erasureRequest') ? domain.requests.recipientsByIds([id]).then((rows) => rows.map(RecipientType.of)) : [],
    ]);
    return found.flat()[0] ?? null;
  }
}
