import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { type Declaration, DIRECTIONS, METRIC_NAMES, METRICS, type MetricName, NEEDS } from '../../metrics';
import { enumOf } from '../enum-of';

const described = (texts: Record<string, string>) =>
  Object.fromEntries(Object.entries(texts).map(([name, description]) => [name, { description }]));

export const MetricEnum = enumOf(METRIC_NAMES);
registerEnumType(MetricEnum, {
  name: 'Metric',
  description: 'What an evaluation can measure. `metrics` tells all there is to know of each.',
  valuesConfig: Object.fromEntries(METRIC_NAMES.map((name) => [name, { description: METRICS[name].description }])),
});

export const MetricDirectionEnum = enumOf(Object.keys(DIRECTIONS) as (keyof typeof DIRECTIONS)[]);
registerEnumType(MetricDirectionEnum, {
  name: 'MetricDirection',
  description:
    'Which way a model gets better on what it is to keep. Of what it is to forget the other way is meant, except in scores.',
  valuesConfig: described(DIRECTIONS),
});

const sentence = (text: string) => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
export const MetricNeedEnum = enumOf(Object.keys(NEEDS) as (keyof typeof NEEDS)[]);
registerEnumType(MetricNeedEnum, {
  name: 'MetricNeed',
  description: 'What a metric needs beside a checkpoint and images.',
  valuesConfig: described(Object.fromEntries(Object.entries(NEEDS).map(([need, text]) => [need, sentence(text)]))),
});

@ObjectType('MetricInfo', { description: 'What a metric is.' })
export class MetricInfoType {
  @Field(() => MetricEnum, { description: 'Its name.' })
  name: string;

  @Field(() => String, { description: 'Its name, for people.' })
  title: string;

  @Field(() => String, { description: 'What it counts.' })
  description: string;

  @Field(() => String, { description: 'The numbers it consists of, in Markdown.' })
  keys: string;

  @Field(() => MetricDirectionEnum, { description: 'Which way is better.' })
  direction: string;

  @Field(() => [MetricNeedEnum], { description: 'What an evaluation must give it.' })
  needs: readonly string[];

  @Field(() => String, { description: 'Where its definition is from, and what of it is ours, in Markdown.' })
  source: string;

  static of(this: void, name: MetricName): MetricInfoType {
    const { title, description, keys, direction, needs, source }: Declaration = METRICS[name];
    return Object.assign(new MetricInfoType(), { name, title, description, keys, direction, needs, source });
  }
}
