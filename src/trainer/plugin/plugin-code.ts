import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';

/** The files of a plugin that can run: what is digested, and all that is loaded. */
const CODE = /\.(?:c?js|mjs|json)$/;
const NOT_CODE = /\.test\.[cm]?js$/;

/** A plugin's code as it was read once: path inside the folder to content. */
export interface PluginCode {
  readonly files: ReadonlyMap<string, Buffer>;
  /** SHA-256 in hexadecimal over paths and contents. */
  readonly digest: string;
}

export async function readPluginCode(folder: string): Promise<PluginCode> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && CODE.test(entry.name) && !NOT_CODE.test(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !path.split('/').includes('node_modules'))
    .sort();
  const hash = createHash('sha256');
  const files = new Map<string, Buffer>();
  for (const path of paths) {
    const content = await readFile(join(folder, path));
    files.set(path, content);
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return { files, digest: hash.digest('hex') };
}

/**
 * Writes the code to `<store>/<digest>/` beside a link named `lethe`, and returns that folder. Loading from there has
 * two gains: `lethe/method` resolves wherever the plugin came from, for `require` and `import`, on every Node, without
 * loader hooks; and what runs is exactly what was digested, even if the folder is edited meanwhile.
 */
export async function stagePluginCode(code: PluginCode, store: string): Promise<string> {
  const staged = join(store, code.digest);
  if (existsSync(staged)) return staged;
  // Of this call's own: one process may stage the same code for two runs at once.
  const fresh = `${staged}.${randomUUID()}`;
  for (const [path, content] of code.files) {
    await mkdir(dirname(join(fresh, path)), { recursive: true });
    await writeFile(join(fresh, path), content);
  }
  await mkdir(join(fresh, 'node_modules'), { recursive: true });
  await symlink(packageRoot(), join(fresh, 'node_modules', 'lethe'), 'junction');
  try {
    await rename(fresh, staged);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    if (!existsSync(staged)) throw error; // Otherwise another process staged the same code first.
  }
  return staged;
}

function packageRoot(): string {
  for (let folder = __dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).name === 'lethe') return folder;
  }
  throw new Error('internal: no package.json of lethe above the trainer');
}
