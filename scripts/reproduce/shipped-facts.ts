import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../../src/data';
import { SHIPPED_PLUGINS } from '../../src/executor/plugins';
import { readPluginCode } from '../../src/trainer/plugin/plugin-code';
import type { Facts } from './cells';
import type { Datasets } from './datasets';
import type { Model } from './definition';

/** The method kit: what a plugin's equations are made of. */
const KIT = join(__dirname, '../../src/method');

/** What is shipped, by digest; each is read once. */
export class ShippedFacts implements Facts {
  private readonly codes = new Map<string, Promise<string>>();
  private readonly models = new Map<Model, Promise<string>>();

  constructor(
    private readonly checkpoints: string,
    private readonly datasets: Datasets,
  ) {}

  samples: Facts['samples'] = (images, cut) => this.datasets.digest(images, cut);

  code(method: string): Promise<string> {
    return remembered(this.codes, method, async () => {
      const [plugin, kit] = await Promise.all([join(SHIPPED_PLUGINS, method), KIT].map(readPluginCode));
      return `${plugin!.digest} ${kit!.digest}`;
    });
  }

  checkpoint(model: Model): Promise<string> {
    return remembered(this.models, model, () => digestOfFolder(join(this.checkpoints, model)));
  }
}

/** Of a checkpoint's files: names and contents. */
export async function digestOfFolder(folder: string): Promise<string> {
  const files = (await readdir(folder)).sort();
  const digests = await Promise.all(files.map(async (file) => [file, sha256(await readFile(join(folder, file)))]));
  return sha256(JSON.stringify(digests));
}

function remembered<K, V>(known: Map<K, Promise<V>>, key: K, make: () => Promise<V>): Promise<V> {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}
