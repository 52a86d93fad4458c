import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** What a cell found. */
export interface CellResult {
  readonly name: string;
  /** By `<view>/<metric>/<key>`, then by class: the value and what it counts. */
  readonly values: Readonly<Record<string, Readonly<Record<string, readonly [value: number, count: number]>>>>;
  /** One for each run of the cell. */
  readonly runs: readonly Finished[];
  /** Accuracies over the coefficients that a run tried. */
  readonly curve?: readonly CurvePoint[];
  /** Why there are no values: the run diverged, and would again. */
  readonly failed?: string;
  readonly environment: string;
}

export interface Finished {
  readonly outcome: string | null;
  readonly seconds: number;
  readonly peakMemoryBytes: number;
  readonly updatedShare: number;
}

export type CurvePoint = Readonly<Record<string, number>>;

/** The cells of a table that are done, by their digest. The file is whole at any moment. */
export class Results<T extends { readonly name: string } = CellResult> {
  private writing: Promise<void> = Promise.resolve();

  private constructor(
    private readonly file: string,
    private readonly cells: Map<string, T>,
  ) {}

  /** @param keep digests of the present cells; others are of a former definition, and go. All of them: nothing goes. */
  static async open<T extends { readonly name: string } = CellResult>(
    file: string,
    keep: ReadonlySet<string> | 'ALL',
  ): Promise<Results<T>> {
    const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '{"cells":{}}';
      throw error;
    });
    const { cells } = JSON.parse(text) as { cells: Record<string, T> };
    return new Results(file, new Map(Object.entries(cells).filter(([digest]) => keep === 'ALL' || keep.has(digest))));
  }

  get(digest: string): T | undefined {
    return this.cells.get(digest);
  }

  /** By the name of the cell. */
  byName(): Map<string, T> {
    return new Map([...this.cells.values()].map((cell) => [cell.name, cell]));
  }

  /** Resolves when it is on disk. */
  put(digest: string, result: T): Promise<void> {
    this.cells.set(digest, result);
    this.writing = this.writing.then(() => this.write());
    return this.writing;
  }

  private async write(): Promise<void> {
    const sorted = [...this.cells].sort(([, a], [, b]) => (a.name < b.name ? -1 : 1));
    await mkdir(dirname(this.file), { recursive: true });
    const draft = `${this.file}.${process.pid}`;
    const lines = sorted.map(([digest, cell]) => `${JSON.stringify(digest)}: ${JSON.stringify(cell)}`);
    await writeFile(draft, `{"cells":{\n${lines.join(',\n')}\n}}\n`);
    await rename(draft, this.file);
  }
}
