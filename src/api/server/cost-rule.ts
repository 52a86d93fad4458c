import { type FieldNode, GraphQLError, Kind, type SelectionSetNode, type ValidationRule } from 'graphql';
import { LARGEST_PAGE, LARGEST_WALK, USUAL_WALK } from '../../domain';

/** Rows of a page when a client does not say. */
const USUAL_PAGE = 20;

const isWalk = ({ name, selectionSet }: FieldNode): boolean => name.value === 'lineage' && selectionSet !== undefined;

/**
 * Refuses an operation that may read too much. A field costs 1, and what is below a list costs as often as the list may
 * have rows: `first`, where it is written down; the largest page where it is a variable, for its value is not known yet
 * (armor's own rule counts that as one row, so that `first: $n` in three nested lists reads a million). A list of `ids` that are
 * asked for counts in the same way. The nodes and edges of a walk come with the walk, but each node's `subject` is read for itself: what
 * is below that costs as often as the walk may have nodes.
 */
export function costRule(limit: number): ValidationRule {
  return (context) => {
    const ofFragments = new Map<string, number>();

    // `walked`: nodes of the walk that the selection is below; 1 outside of any.
    const costOf = ({ selections }: SelectionSetNode, walked: number): number =>
      selections.reduce((sum, selection) => {
        if (selection.kind === Kind.FIELD) return sum + costOfField(selection, walked);
        if (selection.kind === Kind.INLINE_FRAGMENT) return sum + costOf(selection.selectionSet, walked);
        return sum + costOfFragment(selection.name.value, walked);
      }, 0);

    const costOfField = (field: FieldNode, walked: number): number => {
      if (!field.selectionSet) return 1;
      if (isWalk(field)) return 1 + costOf(field.selectionSet, nodesOf(field));
      if (field.name.value === 'subject') return 1 + walked * costOf(field.selectionSet, 1);
      return 1 + rowsOf(field) * costOf(field.selectionSet, walked);
    };

    const costOfFragment = (name: string, walked: number): number => {
      const key = `${name} ${walked}`;
      const known = ofFragments.get(key);
      if (known !== undefined) return known;
      // A fragment that spreads itself is refused by GraphQL's own rules; here it must only not go on for ever.
      ofFragments.set(key, 0);
      const fragment = context.getFragment(name);
      const cost = fragment ? costOf(fragment.selectionSet, walked) : 0;
      ofFragments.set(key, cost);
      return cost;
    };

    return {
      OperationDefinition({ selectionSet }) {
        const cost = costOf(selectionSet, 1);
        if (cost <= limit) return;
        const message = `The query may cost ${cost}, above the limit of ${limit}: ask for fewer rows (\`first\`, \`maxNodes\`) or fields.`;
        context.reportError(new GraphQLError(message, { extensions: { code: 'QUERY_TOO_COSTLY' } }));
      },
    };
  };
}

function nodesOf({ arguments: given = [] }: FieldNode): number {
  const most = given.find(({ name }) => name.value === 'maxNodes')?.value;
  if (most?.kind === Kind.INT) return Math.max(1, Number(most.value));
  return most && most.kind !== Kind.NULL ? LARGEST_WALK : USUAL_WALK;
}

function rowsOf({ arguments: given = [], selectionSet }: FieldNode): number {
  const value = (argument: string) => given.find(({ name }) => name.value === argument)?.value;
  const ids = value('ids');
  if (ids) return ids.kind === Kind.LIST ? ids.values.length : LARGEST_PAGE;
  const first = value('first');
  if (first?.kind === Kind.INT) return Math.max(1, Number(first.value));
  if (first) return LARGEST_PAGE;
  const isConnection = selectionSet?.selections.some((each) => each.kind === Kind.FIELD && each.name.value === 'edges');
  return isConnection ? USUAL_PAGE : 1;
}
