import { manifestOf } from '../../method/manifest';
import type { DescribePlugin, PluginDescription } from '../messages';
import { loadPlugin } from './load-plugin';

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
