import { Field, ID, InputType } from 'type-graphql';
import { IdempotentInput } from '../idempotent.input';
import { resultType } from '../user-error';
import { SampleSetType } from './sample-set.type';

@InputType({
  description: 'Chooses samples of a dataset. Given parts must all hold; an empty selector means every sample.',
})
export class SelectorInput {
  @Field(() => [String], { nullable: true, description: 'Samples of these classes.' })
  classes?: string[];

  @Field(() => [String], { nullable: true, description: 'Images with these sha256 digests, hexadecimal.' })
  hashes?: string[];

  @Field(() => String, { nullable: true, description: 'Samples whose caption contains this text, whatever the case.' })
  captionContains?: string;

  @Field(() => [String], { nullable: true, description: 'Samples of any class but these.' })
  exceptClasses?: string[];

  @Field(() => ID, {
    nullable: true,
    description: 'Samples that are not in this set; where it names classes alone, samples of other classes.',
  })
  exceptSetId?: string;
}

@InputType()
abstract class CreateSampleSetInput extends IdempotentInput {
  @Field(() => String, { description: 'Name to give it.' })
  name: string;

  @Field(() => [String], {
    nullable: true,
    description:
      'Class names. Without a dataset they are all there is (zero-shot); with one they choose its samples, instead of `classes` of a selector.',
  })
  classes?: string[] | null;

  @Field(() => ID, { nullable: true, description: 'Dataset that the samples are from.' })
  datasetId?: string | null;

  @Field(() => SelectorInput, { nullable: true, description: 'Which samples of the dataset; every one when left out.' })
  selector?: SelectorInput | null;
}

@InputType({ description: 'What a model must forget.' })
export class CreateForgetSetInput extends CreateSampleSetInput {}

@InputType({ description: 'What a model must keep.' })
export class CreateRetainSetInput extends CreateSampleSetInput {}

const success = { type: () => SampleSetType, show: SampleSetType.of };
const refused = [
  'INVALID_INPUT',
  'DATASET_NOT_FOUND',
  'CLASS_UNKNOWN',
  'SET_NOT_FOUND',
  'SET_EMPTY',
  'IDEMPOTENCY_CONFLICT',
] as const;

export const CreateForgetSetResult = resultType('CreateForgetSetResult', success, refused);
export const CreateRetainSetResult = resultType('CreateRetainSetResult', success, refused);
