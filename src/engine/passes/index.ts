import type { Tensor } from '../tensor';
import { commonSubexpressions } from './common-subexpressions';
import { foldConstants } from './fold-constants';
import { simplify } from './simplify';
import { verify } from './verify';

export { commonSubexpressions, foldConstants, simplify, verify };

/** All passes in order, each verified. What no root depends on is dropped by every one of them, as a graph is only what its roots reach. */
export function optimise(roots: readonly Tensor[]): Tensor[] {
  const passes = [foldConstants, simplify, foldConstants, commonSubexpressions];
  return passes.reduce(
    (tensors, pass) => {
      const result = pass(tensors);
      verify(result, pass.name);
      return result;
    },
    [...roots],
  );
}
