import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Refusal, refuse } from '../domain';

/**
 * Where checkpoints and datasets may be imported from by path: whoever may import could else name any file that the server can
 * read. Paths are judged after all their links were resolved, and what lies outside is refused alike whether it is there or not.
 */
export class ImportFolders {
  /** @param folders absolute paths; undefined allows any path */
  constructor(private readonly folders: readonly string[] | undefined) {}

  /** The path that a source (path or `file:` URL) names, without links where folders are listed. */
  async admit(source: string): Promise<string | Refusal<'IMPORT_NOT_ALLOWED'>> {
    const path = localPath(source);
    if (path === null) return this.#refusal(source, 'it names no file of this machine');
    if (this.folders === undefined) return path;
    const found = await withoutLinks(path);
    return found !== null && (await this.#contains(found)) ? found : this.#refusal(source, this.#rule());
  }

  /**
   * The same for a checkpoint, of which the files that lie beside each other are read: one that is a link, as in a cache of
   * the Hugging Face hub, must lead to a listed folder too.
   */
  async admitCheckpoint(source: string): Promise<string | Refusal<'IMPORT_NOT_ALLOWED'>> {
    const path = await this.admit(source);
    if (path instanceof Refusal || this.folders === undefined) return path;
    const found = await stat(path).catch(() => null);
    if (!found) return path;
    const folder = found.isDirectory() ? path : dirname(path);
    // One that cannot be read is the reader's to refuse.
    for (const child of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
      if (!child.isSymbolicLink()) continue;
      const target = await withoutLinks(join(folder, child.name));
      if (target !== null && (await this.#contains(target))) continue;
      return this.#refusal(source, `${child.name} in it is a link that leads out of ${this.folders.join(' and ')}`);
    }
    return (await this.#contains(folder)) ? path : this.#refusal(source, this.#rule());
  }

  async #contains(path: string): Promise<boolean> {
    for (const folder of this.folders ?? []) {
      const way = relative((await withoutLinks(folder)) ?? folder, path);
      if (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)) return true;
    }
    return false;
  }

  #rule(): string {
    return this.folders?.length
      ? `paths must lie in ${this.folders.join(' or ')} (LETHE_IMPORT_FOLDERS)`
      : 'others can reach this server, and its operator has listed no folders for imports in LETHE_IMPORT_FOLDERS';
  }

  #refusal(source: string, reason: string): Refusal<'IMPORT_NOT_ALLOWED'> {
    return refuse('IMPORT_NOT_ALLOWED', ['source'], { source, reason });
  }
}

/** A path or `file:` URL as an absolute path; null for a URL that is none of a file here. */
function localPath(source: string): string | null {
  if (!source.startsWith('file://')) return resolve(source.replace(/^file:/, ''));
  try {
    return fileURLToPath(source);
  } catch {
    return null;
  }
}

/** The path with every link in it resolved; of one that is not there, as far as it is; null for a link that leads nowhere. */
async function withoutLinks(path: string): Promise<string | null> {
  for (let there = path; there !== dirname(there); there = dirname(there)) {
    const found = await realpath(there).catch(() => null);
    if (found !== null) return join(found, relative(there, path));
    if (await lstat(there).catch(() => null)) return null;
  }
  return path;
}
