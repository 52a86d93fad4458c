import { type Finding, judge, type Threshold, type Verdict, type VerdictLine } from '../../src/domain';
import { DEFAULT_POLICY } from '../../src/domain/policy/default-policy';
import { policy as words } from '../erasure/policy';
import type { Measured } from './measured';
import { nameOf, ORIGINAL, RETRAINED } from './subjects';

/** A policy, read with or without a retrained model. */
export interface Reading {
  readonly title: string;
  readonly thresholds: readonly Threshold[];
  readonly retrained: boolean;
}

const BARE = { atMost: null, atLeast: null, relativeTo: null, when: 'ALWAYS' } as const;

export const READINGS: readonly Reading[] = [
  { title: '`default`', thresholds: DEFAULT_POLICY.thresholds, retrained: false },
  { title: '`default`, beside a retrained model', thresholds: DEFAULT_POLICY.thresholds, retrained: true },
  {
    title: `\`${words.name}\`, the demo's own`,
    thresholds: words.thresholds.map((line) => ({ ...BARE, ...line }) as Threshold),
    retrained: false,
  },
];

/**
 * What a policy says of a cell, by the server's own reading of numbers. The numbers of the original and of the retrained model are those of their
 * own cells: the same attacks on the same images by the same seed.
 * @returns null where something is missing that the reading compares with
 */
export function read(
  { thresholds, retrained }: Reading,
  forgotten: string,
  cell: Measured,
  all: ReadonlyMap<string, Measured>,
): { verdict: Verdict; lines: VerdictLine[] } | null {
  const [original, anew] = [ORIGINAL, RETRAINED].map((subject) => all.get(nameOf(forgotten, subject)));
  if (!original || (retrained && !anew)) return null;
  const own = retrained ? [...cell.findings, ...cell.besideRetrained] : cell.findings;
  return judge(
    [
      ...own.filter(({ model }) => model === 'SUBJECT'),
      ...as('ORIGINAL', original.findings),
      ...(retrained ? as('RETRAINED', anew!.findings) : []),
    ],
    thresholds,
    { retrained },
  );
}

const as = (model: Finding['model'], findings: readonly Finding[]): Finding[] =>
  findings.filter((row) => row.model === 'SUBJECT').map((row) => ({ ...row, model }));
