import { type FieldNode, GraphQLError, Kind, type SelectionSetNode, type ValidationRule } from 'graphql';
import { LARGEST_PAGE } from '../../domain';

/** Rows of a page when a client does not say. */
const USUAL_PAGE = 20;

/**
 * Refuses an operation that may read too much. A field costs 1, and what is below a list costs as often as the list may
 * have rows: `first`, where it is written down; the largest page where it is a variable, for its value is not known yet
 * (armor's own rule counts that as one row, so that `first: $n` in three nested lists reads a million). A list of `ids` that are
 * asked for counts in the same way.
 */
export function costRule(limit: number): ValidationRule {
  return (context) => {
    const ofFragments = new Map<string, number>();

    const costOf = ({ selections }: SelectionSetNode): number =>
      selections.reduce((sum, selection) => {
        if (selection.kind === Kind.FIELD) return sum + costOfField(selection);
        if (selection.kind === Kind.INLINE_FRAGMENT) return sum + costOf(selection.selectionSet);
        return sum + costOfFragment(selection.name.value);
      }, 0);

    const costOfField = (field: FieldNode): number =>
      field.selectionSet ? 1 + rowsOf(field) * costOf(field.selectionSet) : 1;

    const costOfFragment = (name: string): number => {
      const known = ofFragments.get(name);
      if (known !== undefined) return known;
      // A fragment that spreads itself is refused by GraphQL's own rules; here it must only not go on for ever.
      ofFragments.set(name, 0);
      const fragment = context.getFragment(name);
      const cost = fragment ? costOf(fragment.selectionSet) : 0;
      ofFragments.set(name, cost);
      return cost;
    };

    return {
      OperationDefinition({ selectionSet }) {
        const cost = costOf(selectionSet);
        if (cost <= limit) return;
        const message = `The query may cost ${cost}, above the limit of ${limit}: ask for fewer rows (\`first\`) or fields.`;
        context.reportError(new GraphQLError(message, { extensions: { code: 'QUERY_TOO_COSTLY' } }));
      },
    };
  };
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
