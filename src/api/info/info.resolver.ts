import { Ctx, Field, Int, ObjectType, Query, Resolver, registerEnumType } from 'type-graphql';
import type { Context } from '../context';
import { enumOf } from '../enum-of';
import { DeviceReportType } from '../executor/executor.type';
import { DateTime } from '../scalars';
import { limits } from '../server/limits';

export const DatabaseKindEnum = enumOf(['EMBEDDED', 'POSTGRES']);
registerEnumType(DatabaseKindEnum, {
  name: 'DatabaseKind',
  description: 'Where the rows are.',
  valuesConfig: {
    EMBEDDED: { description: "In the server's own data folder." },
    POSTGRES: { description: 'In the PostgreSQL named by DATABASE_URL.' },
  },
});

@ObjectType('RequestLimits', { description: 'What one request may ask for, over HTTP and WebSocket alike.' })
export class RequestLimits {
  @Field(() => Int, { description: 'Bytes of a request.' })
  bodyBytes: number;

  @Field(() => Int, { description: 'Lexical tokens of a document.' })
  tokens: number;

  @Field(() => Int, { description: 'Nested selections.' })
  depth: number;

  @Field(() => Int, { description: 'Aliases in a document.' })
  aliases: number;

  @Field(() => Int, { description: 'Directives in a document.' })
  directives: number;

  @Field(() => Int, { description: 'Weighted fields; `first: n` multiplies what is below it.' })
  cost: number;
}

@ObjectType('ServerInfo', { description: 'What a client may want to know of the server.' })
export class ServerInfo {
  @Field(() => String, { description: "Lethe's version." })
  version: string;

  @Field(() => String, { description: "Node's version." })
  node: string;

  @Field(() => DatabaseKindEnum, { description: 'Where the rows are.' })
  database: string;

  @Field(() => DateTime, { description: 'When the server started.' })
  startedAt: Date;

  @Field(() => RequestLimits, { description: 'What one request may ask for.' })
  limits: RequestLimits;

  @Field(() => [DeviceReportType], { description: 'Devices of the executors that are there, each named once.' })
  async devices(@Ctx() { domain }: Context): Promise<DeviceReportType[]> {
    const reports = (await domain.executors.alive()).flatMap(({ devices }) => devices);
    // Available ones last, so that they win their name.
    const ordered = [...reports].sort((a, b) => Number(a.available) - Number(b.available));
    return [...new Map(ordered.map((report) => [report.name, report])).values()];
  }
}

@Resolver()
export class InfoResolver {
  @Query(() => ServerInfo, { description: 'The server itself.' })
  info(@Ctx() { server }: Context): ServerInfo {
    const { version, database, startedAt } = server;
    return Object.assign(new ServerInfo(), { version, database, startedAt, node: process.versions.node, limits });
  }
}
