import { Ctx, Field, Float, Int, ObjectType, registerEnumType } from 'type-graphql';
import { type Verdict, type VerdictLine, type Verification, verdicts } from '../../domain';
import { CheckpointType } from '../checkpoint/checkpoint.type';
import type { Context } from '../context';
import { DatasetType } from '../dataset/dataset.type';
import { enumOf } from '../enum-of';
import { Node } from '../node';
import { PolicyType, ThresholdType } from '../policy/policy.type';
import { FailureType } from '../run/failure.type';
import { RunType } from '../run/run.type';
import { DeviceEnum, RunStatusEnum } from '../run/run-enums';
import { SampleSetType } from '../sample-set/sample-set.type';
import { DateTime, JsonObject } from '../scalars';
import { AttackResultType } from './attack.type';

export const VerdictEnum = enumOf(verdicts);
registerEnumType(VerdictEnum, {
  name: 'Verdict',
  description: 'What the evidence says. Approximate: it is evidence, and no proof.',
  valuesConfig: {
    PASS: { description: 'Every interval is on the right side of its bounds.' },
    FAIL: { description: 'An interval is on the wrong side of a bound.' },
    INCONCLUSIVE: { description: 'None is, but one crosses a bound, or a number is missing.' },
  },
});

@ObjectType('Estimate', { description: 'A number with its 95 % interval.' })
export class EstimateType {
  @Field(() => Float, { description: 'The number.' })
  value: number;

  @Field(() => Float, { description: 'Lower end of the interval.' })
  lower: number;

  @Field(() => Float, { description: 'Upper end of the interval.' })
  upper: number;
}

@ObjectType('VerdictLine', { description: 'A threshold of the policy that applied, and what became of it.' })
export class VerdictLineType {
  private readonly line: VerdictLine;

  @Field(() => VerdictEnum, { description: 'Its verdict.' })
  verdict: Verdict;

  @Field(() => EstimateType, { nullable: true, description: 'What was measured; null when nothing was.' })
  found: EstimateType | null;

  @Field(() => EstimateType, {
    nullable: true,
    description: 'What the bounds are multiples of; null when they are of nothing, or it was not measured.',
  })
  reference: EstimateType | null;

  @Field(() => ThresholdType, { description: 'The threshold.' })
  threshold(): ThresholdType {
    const { verdict: _verdict, found: _found, reference: _reference, ...threshold } = this.line;
    return ThresholdType.of(threshold);
  }

  static of(this: void, line: VerdictLine): VerdictLineType {
    const { verdict, found, reference } = line;
    return Object.assign(new VerdictLineType(), { line, verdict, found, reference });
  }
}

@ObjectType('VerificationProgress', { description: 'How far a verification is.' })
export class VerificationProgressType {
  @Field(() => String, { description: 'What it does: embeds images of a model, or attacks it.' })
  stage: string;

  @Field(() => Int, { description: 'Images embedded, or steps trained.' })
  done: number;

  @Field(() => Int, { description: 'How many there are.' })
  total: number;
}

@ObjectType('Verification', {
  implements: Node,
  description: 'Attacks on a checkpoint that was to forget, planned before they begin and judged by a policy.',
})
export class VerificationType extends Node {
  private readonly checkpointId: string;
  private readonly originalId: string;
  private readonly retrainedId: string | null;
  private readonly runId: string | null;
  private readonly forgetSetId: string;
  private readonly retainSetId: string | null;
  private readonly datasetId: string;
  private readonly policyId: string;
  private readonly lines: VerdictLine[] | null;

  static of(this: void, row: Verification): VerificationType {
    return new VerificationType(row);
  }

  @Field(() => RunStatusEnum, { description: 'Where it is.' })
  status: string;

  @Field(() => VerdictEnum, { nullable: true, description: 'What the evidence says; null until it has succeeded.' })
  verdict: Verdict | null;

  @Field(() => JsonObject, {
    description: 'Attacks, thresholds, digests of models and images, seed: fixed before anything was computed.',
  })
  plan: object;

  @Field(() => String, { description: "sha256 of the plan's canonical JSON, hexadecimal." })
  planDigest: string;

  @Field(() => DeviceEnum, { description: 'The device asked for.' })
  device: string;

  @Field(() => VerificationProgressType, {
    nullable: true,
    description: 'How far it is; null before its first report.',
  })
  progress: VerificationProgressType | null;

  @Field(() => JsonObject, { nullable: true, description: 'What the numbers depend on.' })
  environment: Record<string, unknown> | null;

  @Field(() => FailureType, { nullable: true, description: 'Why it failed.' })
  error: FailureType | null;

  @Field(() => Int, { description: 'Times an executor began to work on it.' })
  attempts: number;

  @Field(() => DateTime, { nullable: true, description: 'When somebody asked for it to stop.' })
  cancelRequestedAt: Date | null;

  @Field(() => DateTime, { description: 'When it was planned.' })
  createdAt: Date;

  @Field(() => DateTime, { nullable: true, description: 'When it ended.' })
  finishedAt: Date | null;

  @Field(() => [VerdictLineType], {
    name: 'lines',
    description: "The policy's lines that applied; none until it is done.",
  })
  shownLines(): VerdictLineType[] {
    return (this.lines ?? []).map(VerdictLineType.of);
  }

  @Field(() => [AttackResultType], { description: 'Every number that was found; none until it is done.' })
  async results(@Ctx() { loaders }: Context): Promise<AttackResultType[]> {
    return (await loaders.attackResults.load(this.id)).map(AttackResultType.of);
  }

  @Field(() => CheckpointType, { description: 'What is verified.' })
  async checkpoint(@Ctx() { loaders }: Context): Promise<CheckpointType> {
    return CheckpointType.of(await loaders.checkpoint.load(this.checkpointId));
  }

  @Field(() => CheckpointType, { description: 'The checkpoint that knew what was to be forgotten.' })
  async original(@Ctx() { loaders }: Context): Promise<CheckpointType> {
    return CheckpointType.of(await loaders.checkpoint.load(this.originalId));
  }

  @Field(() => CheckpointType, { nullable: true, description: 'A checkpoint trained without it, where one was given.' })
  async retrained(@Ctx() { loaders }: Context): Promise<CheckpointType | null> {
    return this.retrainedId ? CheckpointType.of(await loaders.checkpoint.load(this.retrainedId)) : null;
  }

  @Field(() => RunType, {
    nullable: true,
    description: 'The run whose result it is; null when a checkpoint was given.',
  })
  async run(@Ctx() { loaders }: Context): Promise<RunType | null> {
    return this.runId ? RunType.of(await loaders.run.load(this.runId)) : null;
  }

  @Field(() => SampleSetType, { description: 'What was to be forgotten.' })
  async forgetSet(@Ctx() { loaders }: Context): Promise<SampleSetType> {
    return SampleSetType.of(await loaders.sampleSet.load(this.forgetSetId));
  }

  @Field(() => SampleSetType, { nullable: true, description: 'What was to be kept.' })
  async retainSet(@Ctx() { loaders }: Context): Promise<SampleSetType | null> {
    return this.retainSetId ? SampleSetType.of(await loaders.sampleSet.load(this.retainSetId)) : null;
  }

  @Field(() => DatasetType, { description: 'Images that neither training nor unlearning saw.' })
  async dataset(@Ctx() { loaders }: Context): Promise<DatasetType> {
    return DatasetType.of(await loaders.dataset.load(this.datasetId));
  }

  @Field(() => PolicyType, { description: 'What it is judged by.' })
  async policy(@Ctx() { loaders }: Context): Promise<PolicyType> {
    return PolicyType.of(await loaders.policy.load(this.policyId));
  }
}
