import { Field, ObjectType } from 'type-graphql';
import type { Project } from '../../domain';
import { Node } from '../node';
import { DateTime } from '../scalars';

@ObjectType('Project', {
  implements: Node,
  description: 'A tenant: its data, its tokens and its people see nothing of another project.',
})
export class ProjectType extends Node {
  static of(this: void, row: Project): ProjectType {
    return new ProjectType(row);
  }

  @Field(() => String, { description: 'Unique. A login names its project by it.' })
  name: string;

  @Field(() => DateTime, { description: 'When it was made.' })
  createdAt: Date;
}
