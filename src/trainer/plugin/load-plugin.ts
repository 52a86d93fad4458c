import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isMethod, type Method } from '../../method';
import { readPluginCode, stagePluginCode } from './plugin-code';

/** A plugin that cannot be used; the message is for the person who wrote it. */
export class BrokenPlugin extends Error {
  override readonly name = 'BrokenPlugin';
}

export interface LoadedPlugin {
  readonly method: Method;
  readonly codeDigest: string;
}

const ENTRIES = ['index.js', 'index.mjs', 'index.cjs'];

/**
 * Loads the plugin of a folder from a staged copy of its code.
 * Throws BrokenPlugin for code that does not load, is no method, or is not the code of `expectedDigest`.
 */
export async function loadPlugin(folder: string, store: string, expectedDigest?: string): Promise<LoadedPlugin> {
  const code = await readPluginCode(folder);
  if (expectedDigest !== undefined && code.digest !== expectedDigest) {
    throw new BrokenPlugin(`the code in ${folder} is not the code that was published: it was edited meanwhile`);
  }
  const entry = ENTRIES.find((name) => code.files.has(name));
  if (!entry) throw new BrokenPlugin(`${folder} has none of ${ENTRIES.join(', ')}`);
  const staged = await stagePluginCode(code, store);
  const method = defaultExport(await importEntry(join(staged, entry)));
  if (!isMethod(method))
    throw new BrokenPlugin(`${entry} does not export a method: \`export default defineMethod({ ... })\``);
  return { method, codeDigest: code.digest };
}

async function importEntry(path: string): Promise<unknown> {
  if (!existsSync(path)) throw new Error(`internal: ${path} was not staged`);
  try {
    return await import(pathToFileURL(path).href);
  } catch (error) {
    throw new BrokenPlugin(error instanceof Error ? `${error.name}: ${error.message}` : String(error), {
      cause: error,
    });
  }
}

/** CommonJS made from TypeScript arrives as { default: { default: method } }, an ES module as { default: method }. */
function defaultExport(namespace: unknown): unknown {
  const first = property(namespace, 'default');
  return property(first, 'default') ?? first;
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && name in value
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
