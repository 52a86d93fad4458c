import { Field, ID, InputType } from 'type-graphql';
import { IdempotentInput } from '../idempotent.input';
import { resultType } from '../user-error';
import { CheckpointType } from './checkpoint.type';

@InputType({ description: 'A checkpoint to import.' })
export class ImportCheckpointInput extends IdempotentInput {
  @Field(() => String, { description: 'Name to give it.' })
  name: string;

  @Field(() => String, {
    description:
      'A path on the server, within the folders it imports from, a file: URL, or hf:owner/name for one on the Hugging Face hub.',
  })
  source: string;

  @Field(() => [ID], {
    nullable: true,
    description: 'Ids of the checkpoints it was fine-tuned from elsewhere.',
  })
  parentIds?: string[] | null;

  @Field(() => [ID], {
    nullable: true,
    description: 'Ids of the datasets it was trained or fine-tuned on; more can be declared later.',
  })
  datasetIds?: string[] | null;
}

@InputType({ description: 'On what a checkpoint was trained.' })
export class DeclareTrainingInput extends IdempotentInput {
  @Field(() => ID, { description: 'The checkpoint.' })
  checkpointId: string;

  @Field(() => [ID], { description: 'Datasets it was trained or fine-tuned on, beside those declared before.' })
  datasetIds: string[];
}

@InputType({ description: 'A checkpoint to delete.' })
export class DeleteCheckpointInput {
  @Field(() => ID, { description: 'Its id.' })
  id: string;
}

const success = { type: () => CheckpointType, show: CheckpointType.of };

export const ImportCheckpointResult = resultType('ImportCheckpointResult', success, [
  'INVALID_INPUT',
  'CHECKPOINT_UNREADABLE',
  'IMPORT_NOT_ALLOWED',
  'CHECKPOINT_NOT_FOUND',
  'DATASET_NOT_FOUND',
  'IDEMPOTENCY_CONFLICT',
]);

export const DeclareTrainingResult = resultType('DeclareTrainingResult', success, [
  'INVALID_INPUT',
  'CHECKPOINT_NOT_FOUND',
  'DATASET_NOT_FOUND',
  'IDEMPOTENCY_CONFLICT',
]);

export const DeleteCheckpointResult = resultType('DeleteCheckpointResult', success, [
  'CHECKPOINT_NOT_FOUND',
  'CHECKPOINT_ALIASED',
]);
