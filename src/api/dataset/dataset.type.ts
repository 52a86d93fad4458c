import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { type Dataset, datasetFormats } from '../../domain';
import { enumOf } from '../enum-of';
import { Node } from '../node';
import { BigIntScalar, DateTime } from '../scalars';

export const DatasetFormatEnum = enumOf(datasetFormats);
registerEnumType(DatasetFormatEnum, {
  name: 'DatasetFormat',
  description: 'How the images of a dataset are laid out.',
  valuesConfig: {
    CLASS_FOLDERS: { description: 'A folder with one folder of images for each class.' },
    TAR: { description: 'A .tar or .tar.gz of class folders.' },
    CAPTIONS: { description: 'Images with a captions.jsonl that names file and caption.' },
  },
});

@ObjectType('Dataset', { implements: Node, description: 'A collection of images, immutable once registered.' })
export class DatasetType extends Node {
  static of(this: void, row: Dataset): DatasetType {
    return new DatasetType(row);
  }

  @Field(() => String, { description: 'Name its user gave it.' })
  name: string;

  @Field(() => String, { description: 'sha256 over its samples (image bytes, class, caption), in order.' })
  digest: string;

  @Field(() => DatasetFormatEnum, { description: 'How the images are laid out.' })
  format: string;

  @Field(() => String, { description: 'Path of the folder or archive, as executors see it.' })
  source: string;

  @Field(() => [String], { description: 'Class names in label order; empty where there are captions only.' })
  classes: string[];

  @Field(() => BigIntScalar, { description: 'Number of images.' })
  sampleCount: number;

  @Field(() => DateTime, { description: 'When it was registered.' })
  createdAt: Date;
}
