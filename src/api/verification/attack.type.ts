import { Field, Float, Int, ObjectType, registerEnumType } from 'type-graphql';
import {
  ATTACK_NAMES,
  ATTACK_NEEDS,
  ATTACKED,
  ATTACKS,
  type AttackedModel,
  type AttackName,
  type Declaration,
} from '../../attacks';
import type { AttackResult } from '../../domain';
import { enumOf } from '../enum-of';

export const AttackEnum = enumOf(ATTACK_NAMES);
registerEnumType(AttackEnum, {
  name: 'Attack',
  description: 'How a verification looks for what was to be forgotten. `attacks` tells all there is to know of each.',
  valuesConfig: Object.fromEntries(ATTACK_NAMES.map((name) => [name, { description: ATTACKS[name].description }])),
});

const needs = Object.keys(ATTACK_NEEDS) as (keyof typeof ATTACK_NEEDS)[];
const sentence = (text: string) => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
export const AttackNeedEnum = enumOf(needs);
registerEnumType(AttackNeedEnum, {
  name: 'AttackNeed',
  description: 'What an attack needs beside forget images and held-out images.',
  valuesConfig: Object.fromEntries(needs.map((need) => [need, { description: sentence(ATTACK_NEEDS[need]) }])),
});

export const AttackedModelEnum = enumOf(ATTACKED);
registerEnumType(AttackedModelEnum, {
  name: 'AttackedModel',
  description: 'Whose number it is.',
  valuesConfig: {
    SUBJECT: { description: 'The checkpoint that is verified.' },
    ORIGINAL: { description: 'The checkpoint that knew what was to be forgotten.' },
    RETRAINED: { description: 'A checkpoint trained without it.' },
  },
});

@ObjectType('AttackInfo', { description: 'What an attack is.' })
export class AttackInfoType {
  @Field(() => AttackEnum, { description: 'Its name.' })
  name: string;

  @Field(() => String, { description: 'Its name, for people.' })
  title: string;

  @Field(() => String, { description: 'What is done and counted.' })
  description: string;

  @Field(() => [String], { description: 'The numbers it gives.' })
  keys: readonly string[];

  @Field(() => String, { description: 'What its 95 % interval is, in Markdown.' })
  interval: string;

  @Field(() => [AttackNeedEnum], { description: 'What a verification must give it.' })
  needs: readonly string[];

  @Field(() => String, { description: 'Where its definition is from, and what of it is ours, in Markdown.' })
  source: string;

  static of(this: void, name: AttackName): AttackInfoType {
    const { title, description, keys, interval, needs, source }: Declaration = ATTACKS[name];
    return Object.assign(new AttackInfoType(), { name, title, description, keys, interval, needs, source });
  }
}

@ObjectType('AttackResult', { description: 'One number of a verification.' })
export class AttackResultType {
  @Field(() => AttackedModelEnum, { description: 'Whose number it is.' })
  model: AttackedModel;

  @Field(() => AttackEnum, { description: 'The attack.' })
  attack: AttackName;

  @Field(() => String, { description: 'Which number of the attack, such as `auc`.' })
  key: string;

  @Field(() => Float, { description: 'The number.' })
  value: number;

  @Field(() => Float, { description: 'Lower end of the 95 % interval.' })
  lower: number;

  @Field(() => Float, { description: 'Upper end of the 95 % interval.' })
  upper: number;

  @Field(() => Int, { description: 'Images it rests on.' })
  count: number;

  @Field(() => Int, { description: 'Seed of what is random in it.' })
  seed: number;

  static of(this: void, row: AttackResult): AttackResultType {
    return Object.assign(new AttackResultType(), row);
  }
}
