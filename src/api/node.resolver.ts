import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import { isId } from '../domain';
import { ArtifactType } from './artifact/artifact.type';
import { CheckpointType } from './checkpoint/checkpoint.type';
import type { Context } from './context';
import { DatasetType } from './dataset/dataset.type';
import { EvaluationType } from './evaluation/evaluation.type';
import { ExecutorType } from './executor/executor.type';
import { MergeType } from './merge/merge.type';
import { MethodType } from './method/method.type';
import { Node } from './node';
import { PolicyType } from './policy/policy.type';
import { RunType } from './run/run.type';
import { SampleSetType } from './sample-set/sample-set.type';
import { VerificationType } from './verification/verification.type';

@Resolver()
export class NodeResolver {
  /** Ids are UUIDs, unique over all tables, and say nothing of theirs: all are asked, each by its primary key. */
  @Query(() => Node, { nullable: true, description: 'Whatever has this id.' })
  async node(
    @Arg('id', () => ID, { description: 'Its id.' }) id: string,
    @Ctx() { domain }: Context,
  ): Promise<Node | null> {
    if (!isId(id)) return null;
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
      domain.executors.byIds([id]).then((rows) => rows.map(ExecutorType.of)),
    ]);
    return found.flat()[0] ?? null;
  }
}
