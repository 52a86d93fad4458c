import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../../src/data';
import { canonical } from '../../src/signing';
import { digestOfFolder, type ShippedFacts } from '../reproduce/shipped-facts';
import type { Cell } from './subjects';

const ARCHIVES = ['pretrain', 'unlearn', 'evaluate'];

/** What a cell's numbers depend on, as digests: the files, the method's code and its kit. Engine, trainer and attacks are not in it. */
export class EvidenceFacts {
  private readonly shared: Promise<unknown>;

  /** @param retrained digest of the retrained model of each class that has one */
  constructor(
    checkpoint: string,
    images: string,
    private readonly methods: Pick<ShippedFacts, 'code'>,
    private readonly retrained: ReadonlyMap<string, string>,
  ) {
    const archives = ARCHIVES.map(async (part) => sha256(await readFile(join(images, `${part}.tar.gz`))));
    this.shared = Promise.all([digestOfFolder(checkpoint), ...archives]);
  }

  async digest({ forgotten, subject }: Cell): Promise<string> {
    const code = subject.method === undefined ? null : await this.methods.code(subject.method);
    const retrained = this.retrained.get(forgotten) ?? null;
    return sha256(canonical({ shared: await this.shared, forgotten, subject: { ...subject }, code, retrained }));
  }
}
