import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { granted, type Scene, setTheScene, sha256 } from '../support/domain';
import { type Answer, TestServer } from '../support/server';

let lethe: TestServer;
let scene: Scene;
beforeAll(async () => {
  lethe = await TestServer.start();
  scene = await setTheScene(lethe.domain);
});
afterAll(() => lethe.close());

/** Runs a mutation and returns its answer: the success type's id, or the refusal. */
async function mutate(name: string, input: object): Promise<Record<string, unknown>> {
  const type = `${name.slice(0, 1).toUpperCase()}${name.slice(1)}Input`;
  const answer = await lethe.ask(
    `mutation ($input: ${type}!) {
       ${name}(input: $input) { __typename ... on Node { id } ... on UserError { code message path } }
     }`,
    { input },
  );
  expect(answer.errors).toBeUndefined();
  return answer.data?.[name] as Record<string, unknown>;
}

const refused = async (name: string, input: object): Promise<unknown[]> => {
  const { __typename, code, path } = await mutate(name, input);
  return [__typename, code, path];
};

test('the spine: import, register, sets, run', async () => {
  const checkpoint = await mutate('importCheckpoint', { name: 'resnet', source: 'somewhere' });
  expect(checkpoint).toMatchObject({ __typename: 'Checkpoint' });
  const dataset = await mutate('registerDataset', { name: 'pets', source: 'cat:20-29 dog:20-29' });
  const forget = await mutate('createForgetSet', {
    name: 'cats',
    datasetId: dataset.id,
    selector: { classes: ['cat'] },
  });
  const retain = await mutate('createRetainSet', {
    name: 'dogs',
    datasetId: dataset.id,
    selector: { exceptClasses: ['cat'] },
  });
  const run = await mutate('startRun', {
    checkpointId: checkpoint.id,
    method: 'clip-erase',
    forgetSetId: forget.id,
    retainSetId: retain.id,
    evaluateOnId: scene.held.id,
    parameters: { lambda1: 2 },
    seed: 3,
  });
  const { data, errors } = await lethe.ask(
    `query ($id: ID!) {
       run(id: $id) {
         id status stage outcome seed device priority parameters attempts maxAttempts environment createdAt startedAt finishedAt
         error { code } progress { fraction } method { name needs paper { url } parameters { name type min default choices } }
         checkpoint { id name parameterCount architecture layout files { path bytes digest } parent { id } run { id } }
         forgetSet { kind name classes sampleCount selector { classes } dataset { name classes sampleCount format } }
         retainSet { kind sampleCount } calibrationSet { id } evaluateOn { name } result { id } executor { id }
         before { id } after { id } events(first: 5) { totalCount edges { cursor node { type seq } } } metrics { value }
       }
       node(id: $id) { __typename id }
     }`,
    { id: run.id },
  );
  expect(errors).toBeUndefined();
  expect(data).toMatchObject({
    node: { __typename: 'UnlearningRun', id: run.id },
    run: {
      status: 'QUEUED',
      seed: 3,
      device: 'AUTO',
      parameters: { lambda1: 2, norm: 'L2' },
      method: {
        name: 'clip-erase',
        needs: ['FORGET', 'RETAIN'],
        parameters: expect.arrayContaining([
          { name: 'lambda1', type: 'NUMBER', min: 0, default: 1, choices: null },
          expect.objectContaining({ name: 'norm', choices: ['L1', 'L2'] }),
        ]),
      },
      checkpoint: { id: checkpoint.id, parameterCount: 3_000_000_000, parent: null, run: null },
      forgetSet: { kind: 'FORGET', classes: ['cat'], sampleCount: 10, dataset: { name: 'pets' } },
      retainSet: { kind: 'RETAIN', sampleCount: 10 },
      evaluateOn: { name: 'held out' },
      events: { totalCount: 1, edges: [{ cursor: '1', node: { type: 'QUEUED', seq: 1 } }] },
      before: null,
      result: null,
    },
  });
  expect(await mutate('cancelRun', { id: run.id })).toMatchObject({ __typename: 'UnlearningRun', id: run.id });
});

test('what cannot be is refused with a type of its own, a code and the part of the input that is meant', async () => {
  const { request, checkpoint, dataset } = scene;
  const nobody = '00000000-0000-4000-8000-000000000000';
  const start = (change: object) => refused('startRun', { ...request, ...change });

  expect(await start({ method: 'amnesia' })).toEqual(['MethodUnknown', 'METHOD_UNKNOWN', ['method']]);
  expect(await start({ parameters: { lambda1: -1 } })).toEqual([
    'ParameterInvalid',
    'PARAMETER_INVALID',
    ['parameters', 'lambda1'],
  ]);
  expect(await start({ parameters: { lambda9: 1 } })).toMatchObject([
    'ParameterInvalid',
    'PARAMETER_INVALID',
    expect.any(Array),
  ]);
  expect(await start({ checkpointId: nobody })).toEqual([
    'CheckpointNotFound',
    'CHECKPOINT_NOT_FOUND',
    ['checkpointId'],
  ]);
  expect(await start({ checkpointId: 'no uuid' })).toEqual([
    'CheckpointNotFound',
    'CHECKPOINT_NOT_FOUND',
    ['checkpointId'],
  ]);
  expect(await start({ forgetSetId: request.retainSetId })).toEqual(['SetNotFound', 'SET_NOT_FOUND', ['forgetSetId']]);
  expect(await start({ retainSetId: null })).toEqual(['SetMissing', 'SET_MISSING', ['retainSetId']]);
  expect(await start({ device: 'CUDA' })).toEqual(['DeviceUnavailable', 'DEVICE_UNAVAILABLE', ['device']]);
  expect(await start({ evaluateOnId: dataset.id })).toEqual(['SetsOverlap', 'SETS_OVERLAP', ['evaluateOnId']]);
  expect(await start({ seed: -1 })).toEqual(['InvalidInput', 'INVALID_INPUT', ['seed']]);

  const set = { name: 'set', datasetId: dataset.id };
  const everything = await mutate('createRetainSet', set);
  expect(await start({ retainSetId: everything.id })).toEqual(['SetsOverlap', 'SETS_OVERLAP', ['retainSetId']]);
  const unknown = await mutate('createForgetSet', { ...set, selector: { classes: ['dragon'] } });
  expect(unknown).toMatchObject({ __typename: 'ClassUnknown', path: ['selector', 'classes'] });
  expect(unknown.message).toContain('cat, dog, horse');
  expect(await refused('createForgetSet', { ...set, selector: { captionContains: 'unicorn' } })).toMatchObject([
    'SetEmpty',
    'SET_EMPTY',
    expect.any(Array),
  ]);
  const twice = { ...set, classes: ['dog'], selector: { classes: ['cat'] } };
  expect(await refused('createForgetSet', twice)).toEqual(['InvalidInput', 'INVALID_INPUT', ['classes']]);
  expect(await refused('importCheckpoint', { name: 'x', source: 'missing' })).toEqual([
    'CheckpointUnreadable',
    'CHECKPOINT_UNREADABLE',
    ['source'],
  ]);
  expect(await refused('cancelRun', { id: nobody })).toEqual(['RunNotFound', 'RUN_NOT_FOUND', ['id']]);
  expect(await refused('deleteCheckpoint', { id: nobody })).toEqual([
    'CheckpointNotFound',
    'CHECKPOINT_NOT_FOUND',
    ['id'],
  ]);
  const evaluation = { checkpointId: checkpoint.id, datasetId: nobody };
  expect(await refused('evaluateCheckpoint', evaluation)).toEqual([
    'DatasetNotFound',
    'DATASET_NOT_FOUND',
    ['datasetId'],
  ]);
});

test('a deleted checkpoint starts no run and no evaluation and gives no files, but lineage names it', async () => {
  const { id } = await mutate('importCheckpoint', { name: 'gone', source: 'a place of its own' });
  const { headers } = lethe;
  const served = () =>
    Promise.all(
      ['files/model.safetensors', 'model.sig', 'bom.cdx.json'].map(
        async (path) => (await fetch(`${lethe.url}/checkpoints/${id}/${path}`, { headers })).status,
      ),
    );
  expect(await served()).toEqual([200, 200, 200]);
  const alias = 'held';
  await mutate('createAlias', { name: alias, policyId: null, approvalsNeeded: 0 });
  const move = (checkpointId: unknown) =>
    lethe.domain.aliases.move({ moves: [{ alias, checkpointId: String(checkpointId) }], reason: 'a test' });
  granted(await move(id));
  expect(await refused('deleteCheckpoint', { id })).toEqual(['CheckpointAliased', 'CHECKPOINT_ALIASED', ['id']]);
  granted(await move(scene.checkpoint.id));
  expect(await mutate('deleteCheckpoint', { id })).toMatchObject({ __typename: 'Checkpoint', id });
  expect(await served()).toEqual([410, 410, 200]);
  expect(await refused('startRun', { ...scene.request, checkpointId: id })).toEqual([
    'CheckpointDeleted',
    'CHECKPOINT_DELETED',
    ['checkpointId'],
  ]);
  const evaluation = { checkpointId: id, datasetId: scene.held.id };
  expect(await refused('evaluateCheckpoint', evaluation)).toMatchObject([
    'CheckpointDeleted',
    'CHECKPOINT_DELETED',
    expect.any(Array),
  ]);
  const { data } = await lethe.ask(
    'query ($id: ID!) { lineage(of: $id) { complete truncatedBy nodes { type label depth subject { ... on Checkpoint { deletedAt } } } edges { kind } } }',
    { id },
  );
  expect(data).toMatchObject({
    lineage: {
      complete: true,
      truncatedBy: null,
      nodes: [{ type: 'CHECKPOINT', label: 'gone', depth: 0, subject: { deletedAt: expect.any(String) } }],
      edges: [],
    },
  });
});

test('a repeated request with the same key gets what the first one made; another input is refused', async () => {
  const input = { name: 'once', source: 'somewhere', idempotencyKey: 'mine' };
  const first = await mutate('importCheckpoint', input);
  expect(await mutate('importCheckpoint', input)).toEqual(first);
  expect(await refused('importCheckpoint', { ...input, name: 'twice' })).toEqual([
    'IdempotencyConflict',
    'IDEMPOTENCY_CONFLICT',
    ['idempotencyKey'],
  ]);
});

test("a checkpoint's files can be downloaded, other paths cannot", async () => {
  const files = `${lethe.url}/checkpoints/${scene.checkpoint.id}/files`;
  const { headers } = lethe;
  expect(await (await fetch(`${files}/model.safetensors`, { headers })).text()).toBe('weights of somewhere');
  for (const path of ['other', '..%2f..%2ftoken', '%2e%2e/home/token']) {
    expect((await fetch(`${files}/${path}`, { headers })).status).toBe(404);
  }
  expect((await fetch(`${lethe.url}/checkpoints/x/files/model.safetensors`, { headers })).status).toBe(404);
});

test('checkpoints are merged, and lineage says what came of it', async () => {
  const other = await mutate('importCheckpoint', { name: 'other', source: 'elsewhere' });
  const sources = [
    { checkpointId: scene.checkpoint.id, weight: 1 },
    { checkpointId: other.id, weight: 3 },
  ];
  expect(await refused('mergeCheckpoints', { name: 'soup', sources: [sources[0], sources[0]] })).toEqual([
    'MergeRepeated',
    'MERGE_REPEATED',
    ['sources', '1', 'checkpointId'],
  ]);
  const { id } = await mutate('mergeCheckpoints', { name: 'soup', sources });
  const { domain } = lethe;
  const { claim } = (await domain.work.claim(scene.executor, 60))!;
  const { architecture, layout, parameterCount, config } = scene.checkpoint;
  const files = [{ path: 'model.safetensors', digest: sha256('soup'), bytes: 4 }];
  await domain.merges.succeed(claim, { name: 'soup', files, architecture, layout, parameterCount, config });
  const merge = await lethe.ask(
    `query ($id: ID!) { node(id: $id) { __typename } checkpointMerge(id: $id) {
       name status error { code } requestedBy sources { share checkpoint { id importedBy } } result { id name run { id } merge { id } } } }`,
    { id },
  );
  const result = { id: expect.any(String), name: 'soup', run: null, merge: { id } };
  expect(merge.data).toMatchObject({
    node: { __typename: 'CheckpointMerge' },
    checkpointMerge: {
      status: 'SUCCEEDED',
      requestedBy: 'bootstrap',
      sources: [{ share: 0.25 }, { share: 0.75, checkpoint: { id: other.id, importedBy: 'bootstrap' } }],
      result,
    },
  });
  const lineage = await lethe.ask(
    'query ($id: ID!) { lineage(of: $id, types: [CHECKPOINT]) { edges { kind share toId } } }',
    {
      id: other.id,
    },
  );
  expect(lineage.data).toMatchObject({ lineage: { edges: [{ kind: 'MERGED', share: 0.75 }] } });
});

interface CarriersPage {
  carriers: {
    carriers: {
      edges: { cursor: string; node: { checkpoint: { id: string } } }[];
      pageInfo: { hasNextPage: boolean };
    };
  };
}

test('what a checkpoint was trained on is declared, lineage names things of any type, and carriers are found', async () => {
  const { dataset, checkpoint, forget } = scene;
  const input = { checkpointId: checkpoint.id, datasetIds: [dataset.id] };
  expect(await mutate('declareTraining', input)).toMatchObject({ __typename: 'Checkpoint', id: checkpoint.id });
  expect(await refused('declareTraining', { ...input, datasetIds: ['x'] })).toEqual([
    'DatasetNotFound',
    'DATASET_NOT_FOUND',
    ['datasetIds', '0'],
  ]);
  const tuned = await mutate('importCheckpoint', { name: 'tuned', source: 'tuned', parentIds: [checkpoint.id] });
  const { data, errors } = await lethe.ask(
    `query ($id: ID!, $set: ID!, $asOf: DateTime) {
       lineage(of: $id, direction: ANCESTORS) {
         nodes { subjectId type label depth subject { __typename id } } edges { fromId toId kind } complete asOf
       }
       carriers(forgetSetId: $set) { carriers { edges { node { checkpoint { name } samples path { kind } } } totalCount } remediatedIds attemptedIds undeclared }
       before: lineage(of: $id, asOf: $asOf) { asOf }
     }`,
    { id: tuned.id, set: forget.id, asOf: '2020-01-01T00:00:00.000Z' },
  );
  expect(errors).toBeUndefined();
  expect(data).toMatchObject({
    lineage: {
      nodes: [
        { type: 'CHECKPOINT', label: 'tuned', depth: 0, subject: { __typename: 'Checkpoint', id: tuned.id } },
        { subjectId: checkpoint.id, type: 'CHECKPOINT', depth: -1 },
        { type: 'DATASET', label: 'pets', depth: -2, subject: { __typename: 'Dataset', id: dataset.id } },
      ],
      complete: true,
    },
    carriers: {
      carriers: {
        edges: expect.arrayContaining([
          { node: { checkpoint: { name: 'demo' }, samples: 10, path: [{ kind: 'TRAINED' }] } },
          { node: { checkpoint: { name: 'tuned' }, samples: 10, path: [{ kind: 'TRAINED' }, { kind: 'FINE_TUNED' }] } },
        ]),
      },
    },
    before: null,
  });

  // Page by page, each carrier is there once.
  const all = (data as { carriers: { carriers: { totalCount: number } } }).carriers.carriers.totalCount;
  const seen: string[] = [];
  for (let after: string | null = null; ; ) {
    const paged = `query ($set: ID!, $after: String) {
      carriers(forgetSetId: $set) { carriers(first: 1, after: $after) { edges { cursor node { checkpoint { id } } } pageInfo { hasNextPage } } }
    }`;
    const answer = await lethe.ask(paged, { set: forget.id, after });
    expect(answer.errors).toBeUndefined();
    const { edges, pageInfo } = (answer.data as unknown as CarriersPage).carriers.carriers;
    expect(edges).toHaveLength(1);
    seen.push(edges[0]!.node.checkpoint.id);
    after = edges[0]!.cursor;
    if (!pageInfo.hasNextPage) break;
  }
  expect([seen.length, new Set(seen).size]).toEqual([all, all]);
  const lost = await lethe.ask(
    'query ($set: ID!) { carriers(forgetSetId: $set) { carriers(after: "nowhere") { totalCount } } }',
    { set: forget.id },
  );
  expect(lost.errors).toMatchObject([{ extensions: { code: 'MALFORMED_CURSOR' } }]);
});

test('a picture of a run is listed, announced, and served so that it cannot script', async () => {
  const { id } = await mutate('startRun', scene.request);
  const { domain } = lethe;
  const { claim } = (await domain.work.claim(scene.executor, 60))!;
  const file = join(lethe.place.folder, 'chart.svg');
  await writeFile(file, '<svg><script>alert(1)</script></svg>');
  const stored = await domain.artifacts.put(file);
  await domain.attempts.recordArtifact(claim, {
    name: 'chart',
    title: 'A chart',
    mediaType: 'image/svg+xml',
    ...stored,
  });
  const artifact = { name: 'chart', title: 'A chart', mediaType: 'image/svg+xml', ...stored };
  const { data, errors } = await lethe.ask(
    `query ($id: ID!) { run(id: $id) {
       artifacts { id name title mediaType bytes digest url }
       events { edges { node { type ... on ArtifactAddedEvent { artifact { name url } } } } }
     } }`,
    { id },
  );
  expect(errors).toBeUndefined();
  const run = data!.run as { artifacts: { id: string; url: string }[] };
  const url = run.artifacts[0]!.url;
  expect(run).toMatchObject({
    artifacts: [artifact],
    events: {
      edges: expect.arrayContaining([{ node: { type: 'ARTIFACT_ADDED', artifact: { name: 'chart', url } } }]),
    },
  });
  const found = await lethe.ask('query ($id: ID!) { node(id: $id) { __typename } }', { id: run.artifacts[0]!.id });
  expect(found.data).toEqual({ node: { __typename: 'Artifact' } });

  const response = await fetch(`${lethe.url}${url}`, { headers: lethe.headers });
  expect(response.status).toBe(200);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'image/svg+xml',
    'content-disposition': 'inline',
    'content-security-policy': expect.stringContaining("sandbox; default-src 'none'"),
    'x-content-type-options': 'nosniff',
    'content-length': String(stored.bytes),
  });
  expect(await response.text()).toContain('<script>');
  expect((await fetch(`${lethe.url}${url}`)).status).toBe(401);
  expect((await fetch(`${lethe.url}/artifacts/${id}`, { headers: lethe.headers })).status).toBe(404);
  await domain.attempts.cancelled(claim);
});

test("input of the wrong type is the client's mistake, not ours", async () => {
  const answer: Answer = await lethe.ask(
    'mutation ($input: StartRunInput!) { startRun(input: $input) { __typename } }',
    {
      input: { ...scene.request, device: 'ABACUS' },
    },
  );
  expect([answer.status, answer.errors?.[0]?.extensions.code]).toEqual([400, 'BAD_USER_INPUT']);
});
