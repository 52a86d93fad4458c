import { Field, Float, ID, InputType } from 'type-graphql';
import { IdempotentInput } from '../idempotent.input';
import { resultType } from '../user-error';
import { MergeType } from './merge.type';

@InputType({ description: 'A checkpoint to average, and how much it counts.' })
export class MergeSourceInput {
  @Field(() => ID, { description: 'Its id.' })
  checkpointId: string;

  @Field(() => Float, { description: 'Above 0. Weights are divided by their sum.' })
  weight: number;
}

@InputType({ description: 'Checkpoints to average.' })
export class MergeCheckpointsInput extends IdempotentInput {
  @Field(() => String, { description: 'Name of the checkpoint to be made.' })
  name: string;

  @Field(() => [MergeSourceInput], {
    description: 'Two to 100, each once, of one architecture. The first decides the layout and the element types.',
  })
  sources: MergeSourceInput[];
}

export const MergeCheckpointsResult = resultType(
  'MergeCheckpointsResult',
  { type: () => MergeType, show: MergeType.of },
  [
    'INVALID_INPUT',
    'CHECKPOINT_NOT_FOUND',
    'CHECKPOINT_DELETED',
    'MERGE_TOO_FEW',
    'MERGE_REPEATED',
    'MERGE_WEIGHT_INVALID',
    'MERGE_ARCHITECTURES_DIFFER',
    'IDEMPOTENCY_CONFLICT',
  ],
);
