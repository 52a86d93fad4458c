import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { parse } from 'yaml';
import { documentNames } from '../../src/domain';
import { granted, type Scene, setTheScene, success } from '../support/domain';
import { TestServer } from '../support/server';

let lethe: TestServer;
let scene: Scene;
let resultId: string;

/** Made by a run from a fine-tune of a checkpoint, with names that would break a document that trusted them. */
beforeAll(async () => {
  lethe = await TestServer.start();
  scene = await setTheScene(lethe.domain);
  const { domain } = lethe;
  const tuned = granted(
    await domain.checkpoints.import({
      name: 'tuned | "quoted"\n---\n# <script>',
      source: 'hf:owner/tuned',
      parentIds: [scene.checkpoint.id],
      datasetIds: [scene.dataset.id],
    }),
  );
  granted(await domain.runs.start({ ...scene.request, checkpointId: tuned.id }));
  const work = await domain.work.claim(scene.executor, 60);
  if (work?.kind !== 'RUN') throw new Error('expected a run');
  resultId = (await domain.attempts.succeed(work.claim, await success(domain, lethe.place, work.run))).resultId!;
}, 120_000);
afterAll(() => lethe.close());

async function fetched(id: string, name: string): Promise<{ status: number; type: string | null; text: string }> {
  const response = await fetch(`${lethe.url}/checkpoints/${id}/${name}`, { headers: lethe.headers });
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
}

test('the bill of materials holds to the schema of CycloneDX 1.6 and names files, parents, data and numbers', async () => {
  const { status, type, text } = await fetched(resultId, 'bom.cdx.json');
  expect([status, type]).toEqual([200, expect.stringContaining('application/vnd.cyclonedx+json; version="1.6"')]);
  const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
  expect(await validator.validate(text)).toBeNull();
  expect(await validator.validate(text.replace('"machine-learning-model"', '"model"'))).not.toBeNull();

  const bom = JSON.parse(text);
  const result = (await lethe.domain.checkpoints.get(resultId))!;
  expect(bom.metadata.component).toMatchObject({
    'bom-ref': resultId,
    name: 'demo without cats',
    components: [{ name: 'model.safetensors', hashes: [{ alg: 'SHA-256', content: result.files[0]!.digest }] }],
    pedigree: { notes: expect.stringContaining('clip-erase, seed 0, to forget cats') },
  });
  expect(bom.metadata.component.modelCard.quantitativeAnalysis.performanceMetrics).toContainEqual({
    type: 'ZERO_SHOT accuracy',
    value: '0',
    slice: 'held out: cat',
    confidenceInterval: { lowerBound: '0', upperBound: expect.stringMatching(/^0\.\d+$/) },
  });
  const dependsOn = (ref: string | null) =>
    bom.dependencies.find((each: { ref: string }) => each.ref === ref).dependsOn;
  const [parentId] = dependsOn(resultId);
  expect(parentId).toBe(result.parentId);
  expect(dependsOn(parentId).sort()).toEqual([scene.checkpoint.id, scene.dataset.id].sort());
  // Nobody said what the first checkpoint was trained on.
  expect(bom.compositions).toEqual([{ aggregate: 'unknown', dependencies: [resultId] }]);
});

test('the model card begins with metadata, and no name breaks out of its place', async () => {
  const { type, text } = await fetched(resultId, 'model-card.md');
  expect(type).toContain('text/markdown');
  const [, metadata, prose] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(text)!;
  expect(parse(metadata!)).toMatchObject({
    pipeline_tag: 'zero-shot-image-classification',
    tags: ['clip', 'lethe', 'machine-unlearning'],
    base_model: ['owner/tuned'],
    'model-index': [
      { name: 'demo without cats', results: [{ metrics: [{ type: 'accuracy', value: expect.closeTo(1 / 3) }] }] },
    ],
  });
  expect(prose).toContain('| cats | 10 | clip-erase | 0 |');
  expect(prose).toMatch(/\| held out \| cat \| ZERO_SHOT accuracy \| 0\.000 \[0\.000, 0\.\d{3}\] \| 3 \|/);
  expect(prose).toContain('Nobody declared the training data of demo.');
  expect(prose).toContain('tuned \\| "quoted" --- \\# \\<script\\>');
  expect(text).not.toContain('<script>');

  const { text: own } = await fetched((await lethe.domain.checkpoints.get(resultId))!.parentId!, 'model-card.md');
  expect(parse(/^---\n([\s\S]*?)\n---\n/.exec(own)![1]!).tags).toEqual(['clip', 'lethe']);
  expect(own).toContain('It was not evaluated.');
});

test('the technical documentation has the nine points of Annex IV, and says what it does not know', async () => {
  const { text } = await fetched(resultId, 'annex-iv.md');
  const sections = text.split(/^## /m).slice(1);
  expect(sections.map((section) => /^(\d)\. /.exec(section)?.[1])).toEqual([
    '1',
    '2',
    '3',
    '4',
    '5',
    '6',
    '7',
    '8',
    '9',
  ]);
  for (const section of sections) expect(section).toContain('_To be filled in by the provider: ');
  expect(sections[1]).toContain('| pets | 30 | cat, dog, horse |');
  expect(sections[5]).toContain('unlearned');
  expect(sections[5]).toContain('used clip-erase 1.0.0 with seed 0 to forget cats, 10 samples');
});

test('no document tells a path of the server; a model of the hub is named', async () => {
  const imported = await Promise.all(
    ['/srv/secret/weights', 'file:///srv/secret/weights', 'hf:owner/open'].map(async (source) =>
      granted(await lethe.domain.checkpoints.import({ name: 'brought', source })),
    ),
  );
  for (const [i, { id }] of imported.entries()) {
    for (const name of documentNames) {
      const { text } = await fetched(id, name);
      expect(text).toContain(i === 2 ? 'imported from hf:owner/open' : 'imported from files');
      expect(text).not.toMatch(/secret/);
    }
  }
});

test('a checkpoint lists its documents; of none there are none', async () => {
  const query = 'query ($id: ID!) { checkpoint(id: $id) { documents { name title mediaType url } } }';
  const { data } = await lethe.ask(query, { id: resultId });
  const { documents } = data!.checkpoint as { documents: { name: string; url: string }[] };
  expect(documents.map(({ name }) => name)).toEqual(['bom.cdx.json', 'model-card.md', 'annex-iv.md']);
  for (const { url } of documents) {
    expect((await fetch(`${lethe.url}${url}`, { headers: lethe.headers })).status).toBe(200);
    expect((await fetch(`${lethe.url}${url}`)).status).toBe(401);
  }
  expect((await fetched(scene.dataset.id, 'bom.cdx.json')).status).toBe(404);
  expect((await fetched('nonsense', 'annex-iv.md')).status).toBe(404);
});
