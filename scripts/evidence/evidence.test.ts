import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Finding } from '../../src/domain';
import { gather, retrainedOf } from './gather';
import type { Measured } from './measured';
import { type Cell, cellsOf } from './subjects';

const NUMBERS = {
  PARAPHRASES: { largest: [0.8, 0.01] },
  MEMBERSHIP_INFERENCE: { auc: [0.5, 0.3] },
  RMIA: { auc: [0.9, 0.7] },
  LINEAR_PROBE: { recall: [0.8, 0.2], auc: [0.95, 0.6] },
  IMAGE_LEAK: { 'P@10': [0.8, 0.1] },
  RELEARN_RETAIN: { recovered: [1, 0.1] },
  RELEARN_FORGET: { steps: [0, 60] },
  RETAIN_DRIFT: { accuracy: [0.8, 0.8] },
} as const;

/** What is measured of a model that knows everything, or nothing of what was to be forgotten. */
function findings(knows: boolean, attacks: readonly string[]): Finding[] {
  return Object.entries(NUMBERS).flatMap(([attack, keys]) =>
    attacks.includes(attack)
      ? Object.entries(keys).map(([key, of]) => {
          const value = (of as readonly [number, number])[knows ? 0 : 1];
          return { model: 'SUBJECT', attack, key, value, lower: value, upper: value, count: 100 } as Finding;
        })
      : [],
  );
}

/** Only the retrained model and ssd forgot; ssd in such a way that RMIA tells the images apart. */
function measured({ name, forgotten, subject }: Cell, retrained: string | null): Measured {
  const knows = !['retrained', 'ssd'].includes(subject.name);
  const shared = { name, forgotten, retrained, seed: 0, planDigest: 'p', environment: 'a processor', verdict: null };
  const cost = { runSeconds: subject.method === undefined ? null : 12, verificationSeconds: 30 };
  const images = { forget: 100, retain: 900, held: 1200 };
  if (subject.name === 'kl') {
    return { ...shared, ...cost, images, findings: [], besideRetrained: [], failed: 'weights are not finite' };
  }
  const whole = Object.keys(NUMBERS).filter((attack) => attack !== 'RMIA');
  const besideRetrained = retrained === null ? [] : findings(subject.name === 'ssd' ? true : knows, ['RMIA']);
  return { ...shared, ...cost, images, findings: findings(knows, whole), besideRetrained };
}

describe('the page of evidence', () => {
  let folder: string;
  let log: jest.SpyInstance;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lethe-evidence-test-'));
    log = jest.spyOn(console, 'log').mockImplementation(() => {});
  });
  afterEach(async () => {
    log.mockRestore();
    await rm(folder, { recursive: true });
  });

  const file = () => join(folder, 'evidence.json');
  const written = async (retrained: string | null, more: { only?: RegExp; ran?: string[] } = {}) =>
    gather({
      cells: cellsOf(['dog'], () => retrained !== null),
      digest: async (cell) => `${cell.name} ${retrained}`,
      measure: async (cell) => {
        more.ran?.push(cell.name);
        return measured(cell, retrained);
      },
      file: file(),
      only: more.only,
      jobs: 2,
    });
  const rowOf = (page: string, name: string) => page.split('\n').find((line) => line.startsWith(`| ${name} |`))!;

  test('the original fails, what forgot passes, and what a retrained model shows beside that is said', async () => {
    const { page, failures } = await written('r');
    expect(failures).toEqual([]);
    expect(page).not.toContain('Not finished');
    const verdicts = (name: string) => rowOf(page, name).split(' | ').slice(1, 4);
    expect(verdicts('original')[0]).toMatch(/^FAIL/);
    expect(verdicts('retrained')).toEqual([
      '**PASS** (7 of 7 lines pass, 0 fail)',
      '',
      '**PASS** (3 of 3 lines pass, 0 fail)',
    ]);
    expect(verdicts('ssd')[0]).toBe('**PASS** (7 of 7 lines pass, 0 fail)');
    expect(verdicts('ssd')[1]).toMatch(/^FAIL \(\d of \d lines pass, 1 fail\)$/);
    expect(verdicts('kl')[0]).toBe('diverged');
    expect(page).toContain('PARAPHRASES `largest` ≤ 0.25 × original (0.80)');
    expect(page).toContain('0.01 [0.01, 0.01] **PASS**');
    expect(page).toContain('100 forget images, 900 retain images, 1200 held-out images.');
  });

  test('without a retrained model nothing is compared with one', async () => {
    const { page } = await written(null);
    expect(rowOf(page, 'retrained')).toBeUndefined();
    expect(page).not.toContain('× retrained');
    expect(page).toContain('lip, zero-shot');
  });

  test('what is there is not measured again, and the page says what is missing', async () => {
    const ran: string[] = [];
    expect((await written('r', { only: /dog (original|ssd)/, ran })).page).toContain('**Not finished: 2 of 13 cells');
    expect(ran.sort()).toEqual(['dog original', 'dog ssd']);
    await written('r', { ran });
    expect(ran).toHaveLength(13);
    expect(await retrainedOf(file())).toEqual(new Map([['dog', 'r']]));
    expect(Object.keys(JSON.parse(await readFile(file(), 'utf8')).cells)).toHaveLength(13);
  });
});
