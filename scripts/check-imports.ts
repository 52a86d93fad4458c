import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/**
 * Who may import whom. A room is a folder of src, or a top-level folder; `types` are rooms of which only types may be
 * imported. Entry points (files directly in src) and tests may import anything. A table of 20 lines here, because the
 * same rules as lint overrides took 2,300.
 */
const mayImport: Record<string, { values: string[]; types?: string[] }> = {
  engine: { values: [] },
  database: { values: [] },
  artifacts: { values: [] },
  observability: { values: [], types: ['config'] },
  client: { values: [] },
  runtime: { values: ['engine'] },
  metrics: { values: ['engine'] },
  attacks: { values: ['engine', 'metrics'] },
  clip: { values: ['engine'] },
  method: { values: ['engine', 'clip'] },
  plugins: { values: ['method'] },
  data: { values: ['clip'] },
  evaluation: { values: ['engine', 'clip', 'data', 'runtime', 'metrics'] },
  pictures: { values: [] },
  queue: { values: ['database'] },
  domain: { values: ['database', 'queue', 'artifacts', 'migrations', 'metrics', 'attacks'] },
  migrations: { values: [] },
  intake: { values: ['domain', 'clip', 'data'] },
  worker: { values: ['domain', 'queue'], types: ['observability'] },
  api: { values: ['domain', 'metrics', 'attacks', 'observability'] },
  trainer: { values: ['method', 'engine', 'clip', 'data', 'evaluation', 'metrics', 'attacks', 'pictures', 'runtime'] },
  // of runtime only the probe, which loads no ONNX Runtime
  executor: { values: ['domain', 'queue', 'artifacts', 'observability', 'runtime'], types: ['trainer'] },
};

/** Packages that only one room may load: the server must never load ONNX Runtime, nor a charting library. */
const ownPackages: Record<string, string> = {
  'onnxruntime-node': 'runtime',
  echarts: 'pictures',
  'umap-js': 'pictures',
};

const root = resolve(__dirname, '../..');

/** The room of a file: `src/clip/x.ts` is in clip, `plugins/lip/index.ts` in plugins, `src/config.ts` is `config`. */
function roomOf(file: string): string {
  const parts = relative(root, file).split('/');
  const room = parts[0] === 'src' ? parts[1]! : parts[0]!;
  return room.replace(/\.ts$/, '');
}

const IMPORT = /^(?:import|export)\s+(type\s)?(?:[^'"]*?\sfrom\s+)?['"]([^'"]+)['"]/gm;

function* wrongImports(file: string): Generator<string> {
  const room = roomOf(file);
  const rule = mayImport[room];
  if (!rule) return;
  for (const [, type, path] of readFileSync(file, 'utf8').matchAll(IMPORT)) {
    const shown = `${relative(root, file)} imports ${path}`;
    if (!path!.startsWith('.')) {
      const owner = ownPackages[path!];
      if (owner !== undefined && owner !== room) yield `${shown}: only ${owner} may`;
      if (room === 'plugins' && path !== 'lethe/method') yield `${shown}: a plugin may import only lethe/method`;
      continue;
    }
    const target = resolve(dirname(file), path!);
    const other = roomOf(target);
    if (other !== room) {
      const allowed = [...rule.values, ...(type ? (rule.types ?? []) : [])];
      if (!allowed.includes(other)) yield `${shown}: ${room} may import ${allowed.join(', ') || 'nothing'}`;
    } else if (room === 'plugins' && relative(root, target).split('/')[1] !== relative(root, file).split('/')[1]) {
      yield `${shown}: plugins never import each other`;
    }
  }
}

const wrong: string[] = [];
for (const folder of ['src', 'plugins', 'migrations']) {
  for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/(?<!\.test|\.d)\.ts$/.test(entry.name)) continue;
    wrong.push(...wrongImports(join(entry.parentPath, entry.name)));
  }
}
for (const each of wrong) console.error(each);
if (wrong.length > 0) process.exit(1);
