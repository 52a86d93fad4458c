import { Arg, Args, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { type ConnectionOf, connectionType, PageArgs, toConnection } from '../connection';
import type { Context } from '../context';
import { CreateProjectInput, CreateProjectResult } from './project.input';
import { ProjectType } from './project.type';

const ProjectConnection = connectionType('Project', 'projects', () => ProjectType);

@Resolver()
export class ProjectResolver {
  @Query(() => ProjectConnection, {
    description: "The actor's project; all, newest first, for administrators of the default project.",
  })
  async projects(@Args(() => PageArgs) page: PageArgs, @Ctx() { domain }: Context): Promise<ConnectionOf<ProjectType>> {
    return toConnection(await domain.projects.list(page), page, ProjectType.of);
  }

  @Mutation(() => CreateProjectResult.union, {
    description: 'Makes a project. It has nobody yet: make an ADMIN token for it with `createToken`.',
  })
  async createProject(
    @Arg('input', () => CreateProjectInput, { description: 'The project.' }) input: CreateProjectInput,
    @Ctx() { domain }: Context,
  ): Promise<object> {
    return CreateProjectResult.show(await domain.projects.create(input));
  }
}
