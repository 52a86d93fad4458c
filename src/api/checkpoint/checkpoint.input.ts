import { Field, ID, InputType } from 'type-graphql';
import { IdempotentInput } from '../idempotent.input';
import { resultType } from '../user-error';
import { CheckpointType } from './checkpoint.type';

@InputType({ description: 'A checkpoint to import.' })
export class ImportCheckpointInput extends IdempotentInput {
  @Field(() => String, { description: 'Name to give it.' })
  name: string;

  @Field(() => String, {
    description: 'A path on the server, a file: URL, or hf:owner/name for one on the Hugging Face hub.',
  })
  source: string;
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
  'IDEMPOTENCY_CONFLICT',
]);

export const DeleteCheckpointResult = resultType('DeleteCheckpointResult', success, ['CHECKPOINT_NOT_FOUND']);
