import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pythonAt } from './python';
import { compareRandomModel, RANDOM_MODELS, type RandomModelResult } from './random-models';
import { failures, report } from './report';
import { compareShipped, type ShippedResult, shippedCheckpoints } from './shipped-checkpoints';

/**
 * Compares CLIP with transformers and open_clip: on random models the embeddings, the gradients of the contrastive loss
 * and whether they load what we export; of the shipped checkpoints what real images and texts become.
 *
 *     npm run oracle:clip -- --python venv/bin/python [--out docs/results/clip-parity.md] [--log FILE] [MODEL ...]
 *
 * Results on random models are kept in the log, and what it has is not computed again. A MODEL is one of them or the
 * folder of a checkpoint; without any, all are compared, and only then is the page written.
 *
 * The Python needs torch, transformers and open_clip_torch. The largest case needs 10 GB of memory and 6 GB of disk.
 */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: {
      python: { type: 'string', default: 'python3' },
      out: { type: 'string' },
      log: { type: 'string', default: join(tmpdir(), 'clip-parity.jsonl') },
    },
    allowPositionals: true,
  });
  if (values.out && positionals.length > 0) throw new Error('a page of some models alone would hide the others');
  const python = pythonAt(values.python);
  const names = positionals.length > 0 ? positionals : [...RANDOM_MODELS, ...shippedCheckpoints('demo/checkpoints')];
  const earlier = logged(values.log);
  const random: RandomModelResult[] = [];
  const shipped: ShippedResult[] = [];
  for (const name of names) {
    console.error(name);
    if (!RANDOM_MODELS.includes(name)) {
      shipped.push(await compareShipped(name, 'demo/images/evaluate.tar.gz', python));
      continue;
    }
    const known = earlier.find((result) => result.name === name);
    const result = known ?? (await compareRandomModel(name, python));
    random.push(result);
    if (!known) appendFileSync(values.log, `${JSON.stringify(result)}\n`);
  }
  const text = report(random, shipped, python('versions'));
  console.log(text);
  if (values.out) writeFileSync(values.out, text);
  const failed = failures(random, shipped);
  if (failed.length > 0) throw new Error(`beyond the tolerance: ${failed.join(', ')}`);
}

/** Results of an earlier, interrupted run: the large cases take minutes each. */
const logged = (path: string): RandomModelResult[] =>
  existsSync(path)
    ? readFileSync(path, 'utf8')
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line))
    : [];

void main();
