import { Ctx, Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { type Playbook, playbookSteps, stepStates } from '../../domain';
import { AliasType } from '../alias/alias.type';
import type { Context } from '../context';
import { DatasetType } from '../dataset/dataset.type';
import { enumOf } from '../enum-of';
import { Node } from '../node';
import { SampleSetType } from '../sample-set/sample-set.type';
import { DateTime, JsonObject } from '../scalars';

export const PlaybookStepEnum = enumOf(playbookSteps);
registerEnumType(PlaybookStepEnum, {
  name: 'PlaybookStep',
  description: 'What a playbook leads a request through, in this order.',
  valuesConfig: {
    RUN: { description: "What the alias points at is made to forget the request's forget set." },
    VERIFICATION: { description: "The result is verified by the playbook's policy." },
    APPROVAL: { description: 'People approve the result. Never goes by itself.' },
    PROMOTION: { description: 'The alias moves to the result, if it still points at what was made to forget.' },
    CERTIFICATE: { description: 'A certificate is issued.' },
  },
});

export const StepStateEnum = enumOf(stepStates);
registerEnumType(StepStateEnum, {
  name: 'StepState',
  description: 'Where the next step of a request is.',
  valuesConfig: {
    READY: { description: 'It can be taken now.' },
    WAITING: { description: 'It goes on when what `why` says has happened.' },
    BLOCKED: { description: 'It ended badly: a person decides, for instance to run again.' },
  },
});

@ObjectType('NextStep', { description: 'What a request does next, or what it waits for.' })
export class NextStepType {
  @Field(() => PlaybookStepEnum, { description: 'The step.' })
  step: string;

  @Field(() => StepStateEnum, { description: 'Where it is.' })
  state: string;

  @Field(() => String, { description: 'What it waits for, or why it could not be taken.' })
  why: string;

  @Field(() => Boolean, { description: 'Whether a person is waited for.' })
  forPeople: boolean;
}

@ObjectType('Playbook', {
  implements: Node,
  description: 'How requests are fulfilled: what is run, what it is held to, which steps go by themselves. Immutable.',
})
export class PlaybookGraphType extends Node {
  private readonly aliasId: string;
  private readonly retainSetId: string | null;
  private readonly calibrationSetId: string | null;
  private readonly retainFromId: string | null;
  private readonly calibrateFromId: string | null;
  private readonly evaluateOnId: string | null;

  static of(this: void, row: Playbook): PlaybookGraphType {
    return new PlaybookGraphType(row);
  }

  @Field(() => String, { description: 'Its name.' })
  name: string;

  @Field(() => String, { description: 'Name of the method.' })
  method: string;

  @Field(() => JsonObject, { description: 'Every hyper-parameter, defaults filled in.' })
  parameters: Record<string, unknown>;

  @Field(() => Int, { description: 'Seed of its runs.' })
  seed: number;

  @Field(() => String, { nullable: true, description: 'What verification measures by; null where none is asked for.' })
  policyId: string | null;

  @Field(() => Int, { description: 'Approvals it asks for; the alias may ask for more.' })
  approvalsNeeded: number;

  @Field(() => [PlaybookStepEnum], { description: 'Steps that go by themselves.' })
  automatic: string[];

  @Field(() => DateTime, { description: 'When it was made.' })
  createdAt: Date;

  @Field(() => AliasType, { description: 'What it points at is made to forget, and then it points at the result.' })
  async alias(@Ctx() { loaders }: Context): Promise<AliasType> {
    return AliasType.of(await loaders.alias.load(this.aliasId));
  }

  @Field(() => SampleSetType, { nullable: true, description: 'What its runs keep.' })
  async retainSet(@Ctx() { loaders }: Context): Promise<SampleSetType | null> {
    return this.retainSetId ? SampleSetType.of(await loaders.sampleSet.load(this.retainSetId)) : null;
  }

  @Field(() => SampleSetType, { nullable: true, description: 'What the method tunes itself on.' })
  async calibrationSet(@Ctx() { loaders }: Context): Promise<SampleSetType | null> {
    return this.calibrationSetId ? SampleSetType.of(await loaders.sampleSet.load(this.calibrationSetId)) : null;
  }

  @Field(() => DatasetType, {
    nullable: true,
    description: 'Dataset of which its runs keep all but what the request forgets.',
  })
  async retainFrom(@Ctx() { loaders }: Context): Promise<DatasetType | null> {
    return this.retainFromId ? DatasetType.of(await loaders.dataset.load(this.retainFromId)) : null;
  }

  @Field(() => DatasetType, {
    nullable: true,
    description: 'Dataset of which the method tunes itself on all but what the request forgets.',
  })
  async calibrateFrom(@Ctx() { loaders }: Context): Promise<DatasetType | null> {
    return this.calibrateFromId ? DatasetType.of(await loaders.dataset.load(this.calibrateFromId)) : null;
  }

  @Field(() => DatasetType, { nullable: true, description: 'Images its runs are evaluated on.' })
  async evaluateOn(@Ctx() { loaders }: Context): Promise<DatasetType | null> {
    return this.evaluateOnId ? DatasetType.of(await loaders.dataset.load(this.evaluateOnId)) : null;
  }
}
