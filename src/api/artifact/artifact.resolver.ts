import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Context } from '../context';
import { EvaluationType } from '../evaluation/evaluation.type';
import { RunType } from '../run/run.type';
import { ArtifactType } from './artifact.type';

@Resolver(() => RunType)
export class RunArtifactResolver {
  @FieldResolver(() => [ArtifactType], { description: 'Pictures and tables it made, in the order they came.' })
  async artifacts(@Root() run: RunType, @Ctx() { loaders }: Context): Promise<ArtifactType[]> {
    return (await loaders.runArtifacts.load(run.id)).map(ArtifactType.of);
  }
}

@Resolver(() => EvaluationType)
export class EvaluationArtifactResolver {
  @FieldResolver(() => [ArtifactType], { description: 'Pictures and tables it made, in the order they came.' })
  async artifacts(@Root() evaluation: EvaluationType, @Ctx() { loaders }: Context): Promise<ArtifactType[]> {
    return (await loaders.evaluationArtifacts.load(evaluation.id)).map(ArtifactType.of);
  }
}
