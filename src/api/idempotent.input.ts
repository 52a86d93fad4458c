import { Field, InputType } from 'type-graphql';

/** What every mutation that makes something takes beside its own fields. */
@InputType()
export abstract class IdempotentInput {
  @Field(() => String, {
    nullable: true,
    description: 'Any text of your choice. A request repeated with it gets what the first one made.',
  })
  idempotencyKey?: string | null;
}
