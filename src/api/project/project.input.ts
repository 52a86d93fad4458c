import { Field, InputType } from 'type-graphql';
import { IdempotentInput } from '../idempotent.input';
import { resultType } from '../user-error';
import { ProjectType } from './project.type';

@InputType({ description: 'A project to make.' })
export class CreateProjectInput extends IdempotentInput {
  @Field(() => String, { description: 'Its name, which no other project has.' })
  name: string;
}

export const CreateProjectResult = resultType(
  'CreateProjectResult',
  { type: () => ProjectType, show: ProjectType.of },
  ['INVALID_INPUT', 'PROJECT_NAME_TAKEN', 'IDEMPOTENCY_CONFLICT'],
);
