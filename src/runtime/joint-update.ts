import { lower, type Program, type SplitProgram, type Update } from '../engine';

/** Updates that differ only in whose they are: one update of all their elements, which lie behind one another. */
export interface JointUpdate {
  readonly members: readonly Update[];
  readonly elements: number;
  /** As every member's. */
  over(length: number): Program;
}

/** Joins the updates of fewer than `large` elements wherever one graph computes them; those of large weights stay by themselves. */
export function joined({ body, updates }: SplitProgram, large: number): JointUpdate[] {
  const isScalar = (operand: string) => body.outputs[operand]!.shape.length === 0;
  const kindOf = (update: Update): string => {
    const { digest } = lower(update.over(2));
    const written = update.state.map((state) => Number(state.written));
    // updates alike may still differ in the scalars that they read
    return [digest, ...written, ...update.operands.filter(isScalar)].join(' ');
  };
  const byKind = new Map<string, Update[]>();
  for (const [i, update] of updates.entries()) {
    const kind = update.elements < large ? kindOf(update) : `large ${i}`;
    byKind.set(kind, [...(byKind.get(kind) ?? []), update]);
  }
  return [...byKind.values()].map((members) => ({
    members,
    elements: members.reduce((total, { elements }) => total + elements, 0),
    over: (length) => members[0]!.over(length),
  }));
}

/** For each state of a joint update, what its members call theirs. */
export const statesOf = ({ members }: JointUpdate): { names: string[]; written: boolean }[] =>
  members[0]!.state.map(({ written }, i) => ({ names: members.map(({ state }) => state[i]!.name), written }));

/** For each operand of a joint update, what its members call theirs; of a scalar one name, which they share. */
export const operandsOf = ({ members }: JointUpdate, { outputs }: Program): { names: string[]; scalar: boolean }[] =>
  members[0]!.operands.map((first, i) => {
    const scalar = outputs[first]!.shape.length === 0;
    return { names: scalar ? [first] : members.map(({ operands }) => operands[i]!), scalar };
  });
