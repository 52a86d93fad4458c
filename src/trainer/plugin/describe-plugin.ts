import { type MethodManifest, manifestOf } from '../../method/manifest';
import { loadPlugin } from './load-plugin';

/** Asked of a forked child, because loading a plugin runs somebody else's code. */
export interface DescribePlugin {
  readonly folder: string;
  /** Where code is staged. */
  readonly store: string;
}

export type PluginDescription =
  | { readonly ok: true; readonly manifest: MethodManifest }
  | { readonly ok: false; readonly reason: string };

async function describe({ folder, store }: DescribePlugin): Promise<PluginDescription> {
  try {
    const { method, codeDigest } = await loadPlugin(folder, store);
    return { ok: true, manifest: manifestOf(method, codeDigest) };
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

// The parent speaks first and ends the child by hanging up.
if (require.main === module) {
  process.once('message', async (request: DescribePlugin) => {
    const description = await describe(request);
    process.send?.(description, () => process.exit(0));
  });
  process.once('disconnect', () => process.exit(0));
}
