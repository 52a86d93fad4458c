import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { MethodManifest } from '../domain';
import type { DescribePlugin, PluginDescription } from '../trainer/messages';
import { checkedManifest } from './manifest';

/** The shipped plugins, as compiled. */
export const SHIPPED_PLUGINS = join(__dirname, '../../plugins');

const DESCRIBE = join(__dirname, '../trainer/plugin/describe-plugin.js');
const ENTRY = ['index.js', 'index.mjs', 'index.cjs'];

/** Loading a plugin is importing a file; what takes longer hangs. */
const PATIENCE_MS = 10_000;

export interface PublishedPlugin {
  readonly folder: string;
  readonly manifest: MethodManifest;
}

export interface BrokenPlugin {
  readonly plugin: string;
  readonly reason: string;
}

export interface Plugins {
  readonly loaded: readonly PublishedPlugin[];
  readonly broken: readonly BrokenPlugin[];
}

/**
 * Loads every plugin of the folders, each in a process of its own: a broken one, even one that hangs, aborts or exits,
 * costs nothing but its own place in the list.
 */
export async function describePlugins(
  folders: readonly string[],
  store: string,
  patienceMs = PATIENCE_MS,
): Promise<Plugins> {
  const loaded: PublishedPlugin[] = [];
  const broken: BrokenPlugin[] = [];
  for (const root of folders) {
    const found = await pluginFolders(root);
    if (found === undefined) broken.push({ plugin: root, reason: 'there is no such folder' });
    for (const folder of found ?? []) {
      const description = await describe({ folder, store }, patienceMs);
      const plugin = basename(folder);
      if (!description.ok) {
        broken.push({ plugin, reason: description.reason });
        continue;
      }
      const manifest = checkedManifest(description.manifest);
      if (!manifest) {
        broken.push({ plugin, reason: 'it described itself with something that is no manifest' });
        continue;
      }
      const twin = loaded.find((other) => other.manifest.name === manifest.name);
      if (twin)
        broken.push({ plugin, reason: `a method named "${manifest.name}" was already loaded from ${twin.folder}` });
      else loaded.push({ folder, manifest });
    }
  }
  return { loaded, broken };
}

/** A folder that is a plugin itself, or whose sub-folders are; undefined when it cannot be read. */
async function pluginFolders(root: string): Promise<string[] | undefined> {
  if (ENTRY.some((name) => existsSync(join(root, name)))) return [root];
  const entries = await readdir(root, { withFileTypes: true }).catch(() => undefined);
  return entries
    ?.filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && !/^[._]|^node_modules$/.test(entry.name))
    .map((entry) => join(root, entry.name))
    .sort();
}

function describe(request: DescribePlugin, patienceMs: number): Promise<PluginDescription> {
  const child = fork(DESCRIBE, {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    execArgv: [],
    env: {},
  });
  return new Promise((resolve) => {
    const answer = (description: PluginDescription) => {
      clearTimeout(patience);
      resolve(description);
      child.kill('SIGKILL');
    };
    const patience = setTimeout(
      () => answer({ ok: false, reason: `it did not load within ${patienceMs / 1000} seconds` }),
      patienceMs,
    );
    child.once('message', answer);
    child.once('error', (error) => answer({ ok: false, reason: error.message }));
    child.once('exit', (code, signal) =>
      answer({ ok: false, reason: `its process ended while it was loaded (${signal ?? `exit code ${code}`})` }),
    );
    child.send(request, () => {});
  });
}
