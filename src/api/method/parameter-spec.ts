import { Field, Float, ObjectType, registerEnumType } from 'type-graphql';
import type { ParameterSchema } from '../../domain';
import { enumOf } from '../enum-of';
import { Json } from '../scalars';

export const ParameterTypeEnum = enumOf(['NUMBER', 'INTEGER', 'BOOLEAN', 'STRING']);
registerEnumType(ParameterTypeEnum, {
  name: 'ParameterType',
  description: 'What values a hyper-parameter takes.',
  valuesConfig: {
    NUMBER: { description: 'A finite number.' },
    INTEGER: { description: 'A whole number.' },
    BOOLEAN: { description: 'true or false.' },
    STRING: { description: 'A text, or one of `choices`.' },
  },
});

export const ParameterSourceEnum = enumOf(['CODE', 'PAPER', 'OURS']);
registerEnumType(ParameterSourceEnum, {
  name: 'ParameterSource',
  description: 'Where a default comes from.',
  valuesConfig: {
    CODE: { description: "The authors' released code." },
    PAPER: { description: "The paper's text." },
    OURS: { description: 'Our choice, because neither says.' },
  },
});

@ObjectType('ParameterSpec', { description: 'A hyper-parameter of a method.' })
export class ParameterSpec {
  @Field(() => String, { description: 'Key in `parameters` of `startRun`.' })
  name: string;

  @Field(() => String, { nullable: true, description: "The paper's own symbol." })
  symbol?: string;

  @Field(() => ParameterTypeEnum, { description: 'What values it takes.' })
  type: string;

  @Field(() => Json, { nullable: true, description: 'Value used where none is given.' })
  default?: unknown;

  @Field(() => Float, { nullable: true, description: 'Smallest value allowed.' })
  min?: number;

  @Field(() => Float, { nullable: true, description: 'Largest value allowed.' })
  max?: number;

  @Field(() => Float, { nullable: true, description: 'Values must lie above this one.' })
  above?: number;

  @Field(() => [String], { nullable: true, description: 'The only values allowed.' })
  choices?: string[];

  @Field(() => ParameterSourceEnum, { nullable: true, description: 'Where the default comes from.' })
  source?: string;

  @Field(() => String, { description: 'What it does.' })
  about: string;
}

const types: Record<string, string> = { number: 'NUMBER', integer: 'INTEGER', boolean: 'BOOLEAN', string: 'STRING' };

/** Reads the JSON Schema that an executor published; `x-symbol` and `x-source` are the method kit's extensions. */
export function parameterSpecs({ properties }: ParameterSchema): ParameterSpec[] {
  return Object.entries<Record<string, unknown>>(properties).map(([name, schema]) => ({
    name,
    symbol: schema['x-symbol'] as string | undefined,
    type: types[String(schema.type)] ?? 'STRING',
    default: schema.default,
    min: schema.minimum as number | undefined,
    max: schema.maximum as number | undefined,
    above: schema.exclusiveMinimum as number | undefined,
    choices: schema.enum as string[] | undefined,
    source: schema['x-source'] as string | undefined,
    about: String(schema.description ?? ''),
  }));
}
