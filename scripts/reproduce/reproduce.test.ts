import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cell, cellsOf, digestOf, type Facts } from './cells';
import type { Row, Table } from './definition';
import { reproduce } from './reproduce';
import { TABLES } from './tables';
import { classes } from './tasks';

const row = (name: string, parameters: Row['parameters'] = {}): Row => ({
  name,
  title: name,
  method: 'amnesia',
  parameters,
  seeds: [1, 2],
});
const table = (...rows: Row[]): Table => ({
  name: 'small',
  title: 'A small table',
  about: 'For this test.',
  score: 'lip',
  goals: [{ kind: 'bound', section: 'Only', row: rows[0]!.name, measure: 'after', atMost: 0.1 }],
  sections: [
    { title: 'Only', about: '', models: ['resnet'], tasks: [classes(['frog'], ['ZERO_SHOT'])], rows },
    { title: 'Again', about: '', models: ['resnet'], tasks: [classes(['frog'], ['ZERO_SHOT'])], rows },
  ],
  leftOut: 'Everything else.',
  disagreements: 'None.',
});

/** Knows the accuracy of the original, and forgets all of the frogs. */
class Pretended implements Facts {
  readonly ran: string[] = [];
  codeOf = 'code 1';
  broken: string | undefined;
  checkpoint = async (model: string) => `checkpoint ${model}`;
  code = async () => this.codeOf;
  samples = async (...cut: unknown[]) => JSON.stringify(cut);
  async run(cell: Cell) {
    if (cell.name === this.broken) throw new Error('the disk is full');
    this.ran.push(cell.name);
    const names = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];
    const value = (name: string) => (cell.kind === 'run' && name === 'frog' ? 0 : 0.8);
    const accuracy = Object.fromEntries(names.map((name) => [name, [value(name), 200] as const]));
    const run = { outcome: null, seconds: 12, peakMemoryBytes: 5e8, updatedShare: 0.25 };
    return {
      name: cell.name,
      values: { 'photographs/ZERO_SHOT/accuracy': accuracy },
      runs: cell.kind === 'run' ? [run] : [],
      environment: 'a processor',
    };
  }
}

describe('a table', () => {
  let folder: string;
  let log: jest.SpyInstance;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lethe-reproduce-test-'));
    log = jest.spyOn(console, 'log').mockImplementation(() => {});
  });
  afterEach(async () => {
    log.mockRestore();
    await rm(folder, { recursive: true });
  });
  const again = (of: Table, laboratory: Pretended, more: { only?: RegExp; seeds?: number[] } = {}) =>
    reproduce(of, {
      facts: laboratory,
      run: (cell) => laboratory.run(cell),
      file: join(folder, 'small.json'),
      jobs: 2,
      ...more,
    });

  test('runs a cell once, however many sections show it, and not again when it is in the file', async () => {
    const laboratory = new Pretended();
    const first = await again(table(row('amnesia')), laboratory);
    expect(laboratory.ran.sort()).toEqual([
      'amnesia frog resnet seed 1',
      'amnesia frog resnet seed 2',
      'original photographs resnet',
    ]);
    const second = new Pretended();
    expect((await again(table(row('amnesia')), second)).page).toBe(first.page);
    expect(second.ran).toEqual([]);
    expect(await readdir(folder)).toEqual(['small.json']);
  });

  test('runs what another parameter or other code concerns, and forgets what it was', async () => {
    await again(table(row('amnesia'), row('other')), new Pretended());
    const changed = new Pretended();
    await again(table(row('amnesia', { learningRate: 1 }), row('other')), changed);
    expect(changed.ran.sort()).toEqual(['amnesia frog resnet seed 1', 'amnesia frog resnet seed 2']);
    const cells = Object.values(JSON.parse(await readFile(join(folder, 'small.json'), 'utf8')).cells);
    expect(cells).toHaveLength(5);
    const coded = new Pretended();
    coded.codeOf = 'code 2';
    await again(table(row('amnesia', { learningRate: 1 }), row('other')), coded);
    expect(coded.ran).toHaveLength(4);
  });

  test('goes on with the others when a cell fails, says so, and tries that one again', async () => {
    const failing = new Pretended();
    failing.broken = 'amnesia frog resnet seed 1';
    const { failures, page } = await again(table(row('amnesia')), failing);
    expect(failures).toEqual([{ name: 'amnesia frog resnet seed 1', message: 'the disk is full' }]);
    expect(page).toContain('**Not finished: 2 of 3 cells are there.**');
    const next = new Pretended();
    expect((await again(table(row('amnesia')), next)).page).not.toContain('Not finished');
    expect(next.ran).toEqual(['amnesia frog resnet seed 1']);
  });

  test('runs what is asked for, with the original it is compared with; other seeds leave the table’s own', async () => {
    const laboratory = new Pretended();
    await again(table(row('amnesia')), laboratory, { only: /^small .*seed 2/ });
    expect(laboratory.ran.sort()).toEqual(['amnesia frog resnet seed 2', 'original photographs resnet']);
    const other = new Pretended();
    await again(table(row('amnesia')), other, { seeds: [7] });
    expect(other.ran).toEqual(['amnesia frog resnet seed 7']);
    const own = new Pretended();
    await again(table(row('amnesia')), own);
    expect(own.ran).toEqual(['amnesia frog resnet seed 1']);
  });

  test('is a page with its goals, before and after, the score and the cost', async () => {
    const { page } = await again(table(row('amnesia')), new Pretended());
    expect(page).toContain('- amnesia, Only: target accuracy at most 0.1 in every run: **reached**, 2 of 2 runs.');
    expect(page).toContain(
      '| amnesia | frog | 2 | 0.800 | 0.000 ± 0.000 | 1.000 ± 0.000 of 0.80 | 1.000 ± 0.000 of 0.80 | 0.000 ± 0.000 | 12 | 0.50 | 0.250 |',
    );
    expect(page).toContain('Everything else.');
    expect(page).toContain('on a processor.');
  });
});

test('a name stands for one thing', () => {
  const twice = table(row('amnesia'), row('amnesia', { learningRate: 1 }));
  expect(() => cellsOf(twice)).toThrow('two different cells are named "amnesia frog resnet seed 1"');
});

test('a digest does not depend on the order in which parameters are written', async () => {
  const [a, b] = [
    { x: 1, y: 2 },
    { y: 2, x: 1 },
  ].map((parameters) => cellsOf(table(row('amnesia', parameters)))[1]!);
  expect(await digestOf(a!, new Pretended())).toBe(await digestOf(b!, new Pretended()));
});

test.each(Object.values(TABLES))(
  '$name fits its hour: its cells are few, and its goals are of rows it has',
  async (of) => {
    expect(cellsOf(of).length).toBeLessThanOrEqual(100);
    const log = jest.spyOn(console, 'log').mockImplementation(() => {});
    const nothing = new Pretended();
    const { page } = await reproduce(of, {
      facts: nothing,
      run: (cell) => nothing.run(cell),
      file: '/nowhere/x.json',
      jobs: 1,
      only: /^$/,
    });
    log.mockRestore();
    expect(nothing.ran).toEqual([]);
    expect(page).toContain('not measured yet');
  },
);
