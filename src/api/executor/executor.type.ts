import { Field, Int, ObjectType } from 'type-graphql';
import type { Executor } from '../../domain';
import { Node } from '../node';
import { DeviceEnum } from '../run/run-enums';
import { DateTime } from '../scalars';

@ObjectType('DeviceReport', { description: 'A device as an executor found it.' })
export class DeviceReportType {
  @Field(() => DeviceEnum, { description: 'Which device.' })
  name: string;

  @Field(() => Boolean, { description: 'Whether runs can use it.' })
  available: boolean;

  @Field(() => String, { description: 'What it is.' })
  description: string;

  @Field(() => String, { nullable: true, description: 'What to install where it is missing.' })
  hint: string | null;
}

@ObjectType('BrokenPlugin', { description: 'A plugin that an executor skipped.' })
export class BrokenPluginType {
  @Field(() => String, { description: 'Its folder.' })
  plugin: string;

  @Field(() => String, { description: 'Why it could not be loaded.' })
  reason: string;
}

@ObjectType('Executor', { implements: Node, description: 'A process that does runs.' })
export class ExecutorType extends Node {
  static of(this: void, row: Executor): ExecutorType {
    return new ExecutorType(row);
  }

  @Field(() => String, { description: 'Name of its machine.' })
  host: string;

  @Field(() => Int, { description: 'Its process id there.' })
  pid: number;

  @Field(() => String, { description: 'Its version of Lethe.' })
  version: string;

  @Field(() => [DeviceReportType], { description: 'Devices it looked for.' })
  devices: DeviceReportType[];

  @Field(() => [String], { description: 'Methods it has.' })
  methods: string[];

  @Field(() => [BrokenPluginType], { description: 'Plugins it had to skip.' })
  brokenPlugins: BrokenPluginType[];

  @Field(() => DateTime, { description: 'When it started.' })
  createdAt: Date;

  @Field(() => DateTime, { description: 'When it was last heard of.' })
  heartbeatAt: Date;

  @Field(() => DateTime, { nullable: true, description: 'When it stopped in good order.' })
  stoppedAt: Date | null;
}
