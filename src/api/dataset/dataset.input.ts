import { Field, InputType } from 'type-graphql';
import { IdempotentInput } from '../idempotent.input';
import { resultType } from '../user-error';
import { DatasetType } from './dataset.type';

@InputType({ description: 'A dataset to register.' })
export class RegisterDatasetInput extends IdempotentInput {
  @Field(() => String, { description: 'Name to give it.' })
  name: string;

  @Field(() => String, {
    description:
      'Path on the server: a folder of class folders, a .tar or .tar.gz of one, or images with captions.jsonl.',
  })
  source: string;
}

export const RegisterDatasetResult = resultType(
  'RegisterDatasetResult',
  { type: () => DatasetType, show: DatasetType.of },
  ['INVALID_INPUT', 'DATASET_UNREADABLE', 'IMPORT_NOT_ALLOWED', 'IDEMPOTENCY_CONFLICT'],
);
