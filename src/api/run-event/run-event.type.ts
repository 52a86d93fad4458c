import { Field, ID, Int, InterfaceType, registerEnumType } from 'type-graphql';
import { type RunEventType, runEventTypes } from '../../domain';
import { DateTime } from '../scalars';

const types = Object.keys(runEventTypes) as RunEventType[];
export const RunEventTypeEnum = Object.fromEntries(types.map((type) => [type, type])) as { [T in RunEventType]: T };
registerEnumType(RunEventTypeEnum, {
  name: 'RunEventType',
  description: 'Kinds of run events. After SUCCEEDED, FAILED and CANCELLED nothing follows.',
  valuesConfig: Object.fromEntries(
    types.map((type) => [type, { description: `${sentence(runEventTypes[type].about)}${last(type)}` }]),
  ),
});

/** What an event is before it has its own type: the row of the domain, with the cursor of its place. */
export interface EventRow {
  runId: string;
  seq: number;
  at: Date;
  type: RunEventType;
  payload: object;
}

@InterfaceType('RunEvent', {
  description: "One thing that happened to a run. What it carries depends on its type: the run's events are a union.",
  resolveType: ({ type }: RunEventBase) => eventTypeName(type),
})
export abstract class RunEventBase {
  @Field(() => ID, { description: 'The run it happened to.' })
  runId: string;

  @Field(() => Int, { description: "Its number in the run's events: from 1, without gaps." })
  seq: number;

  @Field(() => String, { description: 'Its place: pass it as `after` to go on from here.' })
  cursor: string;

  @Field(() => DateTime, { description: 'When it happened.' })
  at: Date;

  @Field(() => RunEventTypeEnum, { description: 'What happened.' })
  type: RunEventType;
}

/** CANCEL_REQUESTED -> CancelRequestedEvent */
export function eventTypeName(type: RunEventType): string {
  const words = type.toLowerCase().split('_');
  return `${words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('')}Event`;
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}

function last(type: RunEventType): string {
  return runEventTypes[type].terminal ? ' The last event of a run.' : '';
}
