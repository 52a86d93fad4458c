import { createUnionType, Field, Int, ObjectType } from 'type-graphql';
import { DateTime } from '../scalars';
import { eventClasses } from './show-event';

@ObjectType('Heartbeat', { description: 'Nothing happened for a while; the subscription is alive.' })
export class Heartbeat {
  @Field(() => DateTime, { description: 'When it was sent.' })
  at: Date;
}

@ObjectType('Lagged', {
  description: 'The client reads slower than the run goes on. Nothing is lost: the events follow.',
})
export class Lagged {
  @Field(() => Int, { description: 'Events the client is behind.' })
  behind: number;
}

export const RunUpdate = createUnionType({
  name: 'RunUpdate',
  description: 'What `runEvents` sends: mostly events (`... on RunEvent`), now and then a word about the line itself.',
  types: () => [...Object.values(eventClasses), Heartbeat, Lagged] as const,
});
