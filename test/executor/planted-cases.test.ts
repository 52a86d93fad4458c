import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AskedProtocol, Verification, VerifyCheckpoint } from '../../src/domain';
import { DEFAULT_POLICY } from '../../src/domain/policy/default-policy';
import { disturbed, FORGOTTEN, PLANTED_CLASSES, plantedImages, taught, written } from '../support/planted-models';
import { DATABASES, got, type TinyService, tinyService } from '../support/tiny-service';

const STEPS = 200;
const PER_CLASS = 150;

/** Models of which it is known what they forgot: evidence has to say so. */
describe('planted cases', () => {
  let folder: string;
  let service: TinyService;
  let asked: Omit<VerifyCheckpoint, 'checkpointId'>;
  let models: Record<'original' | 'retrained' | 'disturbed', string>;
  /** Ids of verifications that are under way. */
  let begun: typeof models;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lethe-planted-'));
    // The database and the plugins start in threads and processes of their own while this one trains.
    const started = (async () => {
      service = await tinyService(folder, DATABASES.at(-1)!);
      await service.executor({ concurrency: 2 });
    })();
    const others = PLANTED_CLASSES.filter((name) => name !== FORGOTTEN);
    const [made] = await Promise.all([plant(others), started]);
    const { checkpoints, datasets, sets } = service.domain;
    const imported = async (name: keyof typeof models) =>
      got(await checkpoints.import({ name, source: made[name] })).id;
    models = {
      original: await imported('original'),
      retrained: await imported('retrained'),
      disturbed: await imported('disturbed'),
    };
    const { id: datasetId } = got(await datasets.register({ name: 'patterns', source: made.seen }));
    const forget = await sets.create({ kind: 'FORGET', name: FORGOTTEN, datasetId, classes: [FORGOTTEN] });
    const retain = await sets.create({ kind: 'RETAIN', name: 'others', datasetId, classes: others });
    asked = {
      originalId: models.original,
      forgetSetId: got(forget).id,
      retainSetId: got(retain).id,
      datasetId: got(await datasets.register({ name: 'never seen', source: made.held })).id,
      policyId: await policy({ learningRate: 3e-4, samples: 4, steps: 40, every: 4 }),
    };
    const beside = { retrainedId: models.retrained, referenceIds: [models.retrained] };
    begun = {
      original: await begin('original', beside),
      retrained: await begin('retrained'),
      disturbed: await begin('disturbed'),
    };
  }, 300_000);

  afterAll(async () => {
    await service.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Folders of the models and of the images. */
  async function plant(others: readonly string[]) {
    const seen = await plantedImages(join(folder, 'seen'), PER_CLASS, 1);
    const held = await plantedImages(join(folder, 'never seen'), PER_CLASS, 2);
    const original = await taught(seen, PLANTED_CLASSES, STEPS);
    return {
      seen,
      held,
      original: await written(join(folder, 'original'), original),
      retrained: await written(join(folder, 'retrained'), await taught(seen, others, STEPS)),
      disturbed: await written(join(folder, 'disturbed'), original, await disturbed(original)),
    };
  }
  /** What the shipped policy asks, of models that learn faster. */
  async function policy(relearning: AskedProtocol['relearning']): Promise<string> {
    const { thresholds, reasons } = DEFAULT_POLICY;
    const made = await service.domain.policies.create({ name: 'tiny', reasons, thresholds, protocol: { relearning } });
    return got(made).id;
  }
  async function begin(name: keyof typeof models, more: Partial<VerifyCheckpoint> = {}): Promise<string> {
    const request = { ...asked, checkpointId: models[name], ...more };
    return got(await service.domain.verifications.verifyCheckpoint(request)).id;
  }
  async function verified(name: keyof typeof models): Promise<Verification> {
    for (;;) {
      const found = await service.domain.verifications.getOrFail(begun[name]);
      if (found.finishedAt) return found;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  const linesOf = ({ lines }: Verification) =>
    Object.fromEntries(lines!.map(({ attack, key, verdict }) => [`${attack} ${key}`, verdict]));
  async function accuracyOf({ id }: Verification): Promise<number> {
    const rows = await service.domain.verifications.resultsOf([id]);
    return rows.find(
      ({ model, attack, key }) => model === 'SUBJECT' && attack === 'PARAPHRASES' && key === 'a photo of a {}',
    )!.value;
  }

  test('the original fails, beside a retrained model, too', async () => {
    const found = await verified('original');
    expect(found).toMatchObject({ status: 'SUCCEEDED', error: null, verdict: 'FAIL' });
    expect(linesOf(found)).toMatchObject({
      'PARAPHRASES largest': 'FAIL',
      'LINEAR_PROBE auc': 'FAIL',
      'IMAGE_LEAK P@10': 'FAIL',
      'RELEARN_RETAIN recovered': 'FAIL',
      'RELEARN_FORGET steps': 'FAIL',
      'RETAIN_DRIFT accuracy': 'PASS',
    });
    expect(found.lines!.map(({ name }) => name)).toContain('forget images are to it what they are to a retrained one');
  }, 300_000);

  test('a model retrained without what was to be forgotten passes in every line', async () => {
    const found = await verified('retrained');
    const lines = linesOf(found);
    expect(lines).toEqual(Object.fromEntries(Object.keys(lines).map((line) => [line, 'PASS'])));
    expect(found).toMatchObject({ status: 'SUCCEEDED', verdict: 'PASS' });
    expect(await service.domain.verifications.verdictOf(models.retrained, found.policyId)).toBe('PASS');
  }, 300_000);

  test('a model of which only the text head was disturbed answers no image, and is caught by the probe and by relearning', async () => {
    const found = await verified('disturbed');
    expect(await accuracyOf(found)).toBe(0);
    expect(found.verdict).toBe('FAIL');
    expect(linesOf(found)).toMatchObject({
      'LINEAR_PROBE recall': 'FAIL',
      'IMAGE_LEAK P@10': 'FAIL',
      'RELEARN_FORGET steps': 'FAIL',
    });
  }, 300_000);

  test('one that is under way stops within seconds when it is cancelled, and says nothing', async () => {
    const { verifications } = service.domain;
    const id = await begin('original', { policyId: await policy({ steps: 10_000 }) });
    const pause = () => new Promise((resolve) => setTimeout(resolve, 20));
    while ((await verifications.getOrFail(id)).progress === null) await pause();
    const cancelledAt = Date.now();
    got(await verifications.cancel(id));
    while ((await verifications.getOrFail(id)).finishedAt === null) await pause();
    expect(Date.now() - cancelledAt).toBeLessThan(10_000);
    expect(await verifications.getOrFail(id)).toMatchObject({ status: 'CANCELLED', verdict: null, error: null });
    expect(await verifications.resultsOf([id])).toEqual([]);
  }, 300_000);
});
