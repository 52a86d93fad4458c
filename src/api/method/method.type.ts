import { Field, ObjectType, registerEnumType } from 'type-graphql';
import type { Method, ParameterSchema } from '../../domain';
import { enumOf } from '../enum-of';
import { Node } from '../node';
import { DateTime, JsonObject } from '../scalars';
import { ParameterSpec, parameterSpecs } from './parameter-spec';

export const SetNeedEnum = enumOf(['FORGET', 'RETAIN', 'CALIBRATION', 'CLASSES']);
registerEnumType(SetNeedEnum, {
  name: 'SetNeed',
  description: 'Data a method asks for.',
  valuesConfig: {
    FORGET: { description: 'Images of what is to be forgotten.' },
    RETAIN: { description: 'Images of what is to be kept.' },
    CALIBRATION: { description: 'Images on which the method tunes itself.' },
    CLASSES: {
      description:
        'The name of a class beside the forgotten ones. The method makes images itself where its forget set has none.',
    },
  },
});

@ObjectType('Paper', { description: 'Where a method is described.' })
export class PaperType {
  @Field(() => String, { description: 'Title.' })
  title: string;

  @Field(() => String, { description: 'Address.' })
  url: string;
}

@ObjectType('Method', {
  implements: Node,
  description: 'An unlearning method, as an executor that has it published it.',
})
export class MethodType extends Node {
  private readonly needs: string[];

  static of(this: void, { parameters, ...row }: Method): MethodType {
    return Object.assign(new MethodType(row), { schema: parameters });
  }

  @Field(() => String, { description: 'What `startRun` calls it.' })
  name: string;

  @Field(() => String, { description: "The plugin's version." })
  version: string;

  @Field(() => String, { description: "sha256 of the plugin's code." })
  codeDigest: string;

  @Field(() => String, { description: 'Name as its paper writes it.' })
  title: string;

  @Field(() => String, { description: 'What it does, in a sentence or two.' })
  description: string;

  @Field(() => PaperType, { nullable: true, description: 'Where it is described.' })
  paper: PaperType | null;

  @Field(() => JsonObject, { name: 'parameterSchema', description: 'JSON Schema of `parameters` of `startRun`.' })
  schema: ParameterSchema;

  @Field(() => DateTime, { description: 'Last time an executor said that it has it.' })
  publishedAt: Date;

  @Field(() => [SetNeedEnum], { name: 'needs', description: 'What `startRun` must be given.' })
  neededSets(): string[] {
    return this.needs.map((need) => need.toUpperCase());
  }

  @Field(() => [ParameterSpec], { description: 'Its hyper-parameters.' })
  parameters(): ParameterSpec[] {
    return parameterSpecs(this.schema);
  }
}
