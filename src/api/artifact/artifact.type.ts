import { Field, ObjectType } from 'type-graphql';
import type { Artifact } from '../../domain';
import { Node } from '../node';
import { BigIntScalar, DateTime } from '../scalars';

@ObjectType('Artifact', {
  implements: Node,
  description: 'A file that a run or an evaluation left behind for people to look at, such as a chart.',
})
export class ArtifactType extends Node {
  static of(this: void, row: Artifact): ArtifactType {
    return new ArtifactType(row);
  }

  @Field(() => String, { description: 'For programs: its run or evaluation has one artifact of each name.' })
  name: string;

  @Field(() => String, { description: 'For people.' })
  title: string;

  @Field(() => String, { description: 'What the bytes are, such as image/png.' })
  mediaType: string;

  @Field(() => BigIntScalar, { description: 'Size in bytes.' })
  bytes: number;

  @Field(() => String, { description: 'sha256 of the bytes, hexadecimal.' })
  digest: string;

  @Field(() => DateTime, { description: 'When it was first made.' })
  createdAt: Date;

  @Field(() => String, {
    description: 'Path on this server that serves the bytes, with the token as GraphQL takes it.',
  })
  url(): string {
    return `/artifacts/${this.id}`;
  }
}
