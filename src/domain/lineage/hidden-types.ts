import { maySeeRequests } from '../access/access';
import { currentActor } from '../actor/actor';
import type { LineageNodeType } from './lineage-graph';

/** What the actor may not know of: neither shown nor passed through, as if it were not in the graph. */
export function hiddenTypes(): LineageNodeType[] {
  return maySeeRequests(currentActor()) ? [] : ['ERASURE_REQUEST'];
}
