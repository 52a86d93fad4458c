import { defaultFieldResolver, type GraphQLObjectType, type GraphQLSchema } from 'graphql';
import { accessTable, actingAs, demand, forbidden, Misuse } from '../domain';
import type { Context } from './context';
import type { Session } from './server/session';

/**
 * Puts the authorisation table in front of every root field: resolvers decide nothing about rights. Fails when the table
 * and the schema do not name the same fields. What is below a root field needs no right of its own: it is of the
 * actor's project.
 */
export function guard(schema: GraphQLSchema): GraphQLSchema {
  guardFields('Query', schema.getQueryType());
  guardFields('Mutation', schema.getMutationType());
  guardFields('Subscription', schema.getSubscriptionType());
  return schema;
}

function guardFields(door: 'Query' | 'Mutation' | 'Subscription', type: GraphQLObjectType | null | undefined): void {
  const fields = type?.getFields() ?? {};
  const without = Object.keys(fields).filter((name) => !Object.hasOwn(accessTable[door], name));
  const stale = Object.keys(accessTable[door]).filter((name) => !Object.hasOwn(fields, name));
  if (without.length + stale.length > 0) {
    const said = [
      ...without.map((name) => `no row for ${name}`),
      ...stale.map((name) => `a row for ${name}, no field`),
    ];
    throw new Error(`internal: src/domain/access/access-table.ts has, for ${door}, ${said.join(', ')}`);
  }
  for (const field of Object.values(fields)) {
    const { name, subscribe, resolve = defaultFieldResolver } = field;
    if (subscribe) {
      field.subscribe = async (root, args, context: Context, info) => {
        const { session } = context;
        demand(door, name, session.actor);
        const source = await actingAs(session.actor, () => subscribe(root, args, context, info));
        return whilePermitted(source as AsyncGenerator, session, () => forbidden(door, name, session.actor));
      };
    } else {
      field.resolve = (root, args, context: Context, info) => {
        demand(door, name, context.session.actor);
        return actingAs(context.session.actor, () => resolve(root, args, context, info));
      };
    }
  }
}

/** A subscription that fails as soon as its reader may not have it any more, whether or not something happens in it. */
function whilePermitted<T>(source: AsyncGenerator<T>, session: Session, refusal: () => string | null) {
  let withdrawn: Misuse | null = null;
  /** Fails the `next` that is being waited for. */
  let interrupt: (reason: Misuse) => void = () => {};
  const end = () => {
    stopWatching();
    return source.return(undefined);
  };
  const stopWatching = session.watch(() => {
    const reason = refusal();
    if (reason === null) return;
    withdrawn = new Misuse('FORBIDDEN', reason);
    interrupt(withdrawn);
    end().catch(() => {});
  });
  return {
    async next(): Promise<IteratorResult<T>> {
      if (withdrawn) throw withdrawn;
      const item = await new Promise<IteratorResult<T>>((resolve, reject) => {
        interrupt = reject;
        actingAs(session.actor, () => source.next()).then(resolve, reject);
      });
      if (item.done) stopWatching();
      return item;
    },
    return: end,
    async throw(error: unknown): Promise<IteratorResult<T>> {
      stopWatching();
      return source.throw(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
