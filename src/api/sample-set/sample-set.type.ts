import { Ctx, Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { type SampleSet, type Selector, setKinds } from '../../domain';
import type { Context } from '../context';
import { DatasetType } from '../dataset/dataset.type';
import { enumOf } from '../enum-of';
import { Node } from '../node';
import { BigIntScalar, DateTime } from '../scalars';

export const SetKindEnum = enumOf(setKinds);
registerEnumType(SetKindEnum, {
  name: 'SetKind',
  description: 'What a set of samples is for.',
  valuesConfig: {
    FORGET: { description: 'What the model must forget.' },
    RETAIN: { description: 'What the model must keep.' },
  },
});

@ObjectType('Selector', { description: 'Which samples of a dataset a set means. Given parts must all hold.' })
export class SelectorType {
  @Field(() => [String], { nullable: true, description: 'Samples of these classes.' })
  classes?: string[];

  @Field(() => [String], { nullable: true, description: 'Images with these sha256 digests.' })
  hashes?: string[];

  @Field(() => String, { nullable: true, description: 'Samples whose caption contains this text, whatever the case.' })
  captionContains?: string;

  @Field(() => [String], { nullable: true, description: 'Samples of any class but these.' })
  exceptClasses?: string[];

  @Field(() => ID, { nullable: true, description: 'Samples that are not in this set, or not of the classes it names.' })
  exceptSetId?: string;
}

@ObjectType('SampleSet', {
  implements: Node,
  description: 'A forget set or a retain set: samples of a dataset, or class names alone (zero-shot).',
})
export class SampleSetType extends Node {
  private readonly datasetId: string | null;

  static of(this: void, row: SampleSet): SampleSetType {
    return new SampleSetType(row);
  }

  @Field(() => SetKindEnum, { description: 'What the set is for.' })
  kind: string;

  @Field(() => String, { description: 'Name its user gave it.' })
  name: string;

  @Field(() => [String], { description: 'Class names it is about: those given, or those of its samples.' })
  classes: string[];

  @Field(() => SelectorType, { nullable: true, description: 'How its samples were chosen; null for a zero-shot set.' })
  selector: Selector | null;

  @Field(() => String, {
    description:
      "sha256 over the JSON array of the names of its samples' classes, in the order of the dataset and without spaces, followed for each sample, in the order of the dataset, by a newline and the sha256 of its file, hexadecimal. Of a set that only names classes: over the array alone, as they were given.",
  })
  digest: string;

  @Field(() => BigIntScalar, { description: 'Number of samples; 0 for a zero-shot set.' })
  sampleCount: number;

  @Field(() => DateTime, { description: 'When it was made.' })
  createdAt: Date;

  @Field(() => DatasetType, { nullable: true, description: 'Where its samples are from; null for a zero-shot set.' })
  async dataset(@Ctx() { loaders }: Context): Promise<DatasetType | null> {
    return this.datasetId ? DatasetType.of(await loaders.dataset.load(this.datasetId)) : null;
  }
}
