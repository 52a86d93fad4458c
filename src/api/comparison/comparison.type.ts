import { Field, Float, ID, ObjectType } from 'type-graphql';
import type { ComparedRun, ComparedSide } from '../../domain';
import { AccuracyType } from '../evaluation/accuracy.type';
import { RunType } from '../run/run.type';

@ObjectType('ComparedSide', { description: 'Zero-shot accuracy, on what was to be forgotten and on the rest.' })
export class ComparedSideType {
  @Field(() => AccuracyType, { nullable: true, description: 'Over the images of the forget classes.' })
  forget: AccuracyType | null;

  @Field(() => AccuracyType, { nullable: true, description: 'Over the images of all other classes.' })
  others: AccuracyType | null;

  static of(this: void, { forget, others }: ComparedSide): ComparedSideType {
    return { forget: forget && AccuracyType.of(forget), others: others && AccuracyType.of(others) };
  }
}

@ObjectType('ComparedRun', { description: 'A run as a row of a table. What a run has not come to yet is null.' })
export class ComparedRunType {
  @Field(() => RunType, { description: 'The run, with its method, parameters, seed and cost.' })
  run: RunType;

  @Field(() => String, { nullable: true, description: "Name of the method's preset, where one was chosen." })
  preset: string | null;

  @Field(() => [String], { description: 'Classes of its forget set, those that its evaluations know.' })
  forgetClasses: string[];

  @Field(() => ComparedSideType, { nullable: true, description: 'Of the original checkpoint.' })
  before: ComparedSideType | null;

  @Field(() => ComparedSideType, { nullable: true, description: 'Of the unlearned checkpoint.' })
  after: ComparedSideType | null;

  @Field(() => Float, {
    nullable: true,
    description: 'LIP_SCORE of these accuracies, all other classes being one dataset. Lower is better.',
  })
  lipScore: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'RATIO_SCORE of these accuracies, all other classes being one dataset. Higher is better.',
  })
  ratioScore: number | null;

  @Field(() => Float, { nullable: true, description: 'From its first attempt to its end, on the clock.' })
  seconds: number | null;

  static of(this: void, { run, before, after, ...rest }: ComparedRun): ComparedRunType {
    const { startedAt, finishedAt, parameters } = run;
    return {
      ...rest,
      run: RunType.of(run),
      preset: typeof parameters.preset === 'string' ? parameters.preset : null,
      before: before && ComparedSideType.of(before),
      after: after && ComparedSideType.of(after),
      seconds: startedAt && finishedAt ? (finishedAt.getTime() - startedAt.getTime()) / 1000 : null,
    };
  }
}

@ObjectType('RunComparison', { description: 'Runs side by side.' })
export class RunComparisonType {
  @Field(() => [ComparedRunType], { description: 'One for each run, in the order asked for.' })
  rows: ComparedRunType[];

  @Field(() => [ID], { description: 'Ids that no run has.' })
  missing: string[];
}
