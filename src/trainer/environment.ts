import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import type { Environment } from './messages';

/** What the bits of this process's results depend on. */
export function environment(run: Pick<Environment, 'device' | 'threads' | 'codeDigest' | 'parameters'>): Environment {
  const manifest: { version: string } = JSON.parse(
    readFileSync(require.resolve('onnxruntime-node/package.json'), 'utf8'),
  );
  return {
    node: process.version,
    onnxruntime: manifest.version,
    platform: `${process.platform}-${process.arch}`,
    cpu: cpus()[0]?.model ?? 'unknown',
    ...run,
  };
}
