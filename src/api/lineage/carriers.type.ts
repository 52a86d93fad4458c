import { Args, Ctx, Field, ID, Int, ObjectType } from 'type-graphql';
import { type Carrier, type Carriers, pageOfList } from '../../domain';
import { CheckpointType } from '../checkpoint/checkpoint.type';
import { type ConnectionOf, connectionType, PageArgs, toConnection } from '../connection';
import type { Context } from '../context';
import { BigIntScalar, DateTime } from '../scalars';
import { LineageEdgeType } from './lineage.type';

@ObjectType('Carrier', { description: 'A checkpoint that learned from forgotten samples, itself or through others.' })
export class CarrierType {
  private readonly checkpointId: string;

  @Field(() => BigIntScalar, { description: 'How many of the forgotten samples reach it.' })
  samples: number;

  @Field(() => [LineageEdgeType], {
    description: 'Why: a shortest way on which some of them do, from a dataset or retain set to the checkpoint.',
  })
  path: LineageEdgeType[];

  static of(this: void, { path, ...row }: Carrier): CarrierType {
    return Object.assign(new CarrierType(), row, { path: path.map(LineageEdgeType.of) });
  }

  @Field(() => CheckpointType, { description: 'The checkpoint.' })
  async checkpoint(@Ctx() { loaders }: Context): Promise<CheckpointType> {
    return CheckpointType.of(await loaders.checkpoint.load(this.checkpointId));
  }
}

const CarrierConnection = connectionType('Carrier', 'carriers', () => CarrierType);

@ObjectType('Carriers', {
  description: 'Who carries what a forget set means, as far as training was declared or was done here.',
})
export class CarriersType {
  private readonly found: readonly Carrier[];

  static of(this: void, { carriers, remediated, attempted, ...rest }: Carriers): CarriersType {
    const all = { found: carriers, remediatedIds: remediated, attemptedIds: attempted, ...rest };
    return Object.assign(new CarriersType(), all);
  }

  @Field(() => CarrierConnection, {
    description:
      'Those that carry it, the shortest way first. Further pages are of the same list if they are asked for with its `asOf`.',
  })
  carriers(@Args(() => PageArgs) page: PageArgs): ConnectionOf<CarrierType> {
    return toConnection(pageOfList(this.found, page), page, CarrierType.of);
  }

  @Field(() => [ID], {
    description:
      'Ids of checkpoints that descend from training on the samples, and that none of them reaches but past a checkpoint that was verified with PASS by the policy asked for.',
  })
  remediatedIds: string[];

  @Field(() => [ID], {
    description: 'Ids of those that runs made forget the samples while no verification with PASS shows that they did.',
  })
  attemptedIds: string[];

  @Field(() => Int, {
    description:
      'Imported checkpoints of which nobody said what they were trained on: whether they carry is not known.',
  })
  undeclared: number;

  @Field(() => DateTime, { description: 'The moment at which the graph stood like this.' })
  asOf: Date;
}
