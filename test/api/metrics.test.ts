import { METRIC_NAMES } from '../../src/metrics';
import { granted, type Scene, setTheScene, success, zeroShotValues } from '../support/domain';
import { TestServer } from '../support/server';

let lethe: TestServer;
let scene: Scene;
let runId: string;
beforeAll(async () => {
  lethe = await TestServer.start();
  const { domain } = lethe;
  scene = await setTheScene(domain);
  runId = granted(await domain.runs.start({ ...scene.request, parameters: { lambda1: 2 } })).id;
  const work = await domain.work.claim(scene.executor, 60);
  if (work?.kind !== 'RUN') throw new Error('expected a run');
  const values = zeroShotValues({ cat: [3, 3], dog: [3, 3] });
  await domain.attempts.recordBefore(work.claim, { templates: ['a photo of a {}'], values, environment: {} });
  await domain.attempts.succeed(work.claim, await success(domain, lethe.place, work.run));
});
afterAll(() => lethe.close());

const ask = async (query: string, variables: object = {}): Promise<Record<string, unknown>> => {
  const { data, errors } = await lethe.ask(query, variables);
  expect(errors).toBeUndefined();
  return data!;
};

const EVALUATE = `mutation ($input: EvaluateCheckpointInput!) {
  evaluateCheckpoint(input: $input) {
    __typename
    ... on Evaluation {
      id status metrics forgetClasses groups { name classes } device reference { id } progress { stage done total }
      values { value } classes { accuracy }
    }
    ... on UserError { code message path }
  }
}`;

test('metrics are listed with all there is to know of them', async () => {
  const { metrics } = await ask('{ metrics { name title description keys direction needs source } }');
  expect((metrics as { name: string }[]).map(({ name }) => name)).toEqual(METRIC_NAMES);
  expect(metrics).toContainEqual(
    expect.objectContaining({
      name: 'LIP_SCORE',
      direction: 'LOWER',
      needs: ['CLASS_LABELS', 'REFERENCE', 'FORGET_CLASSES'],
    }),
  );
});

test('an evaluation takes what its metrics need, shows its progress, and then its numbers', async () => {
  const input = {
    checkpointId: scene.checkpoint.id,
    datasetId: scene.held.id,
    metrics: ['LIP_SCORE', 'ZERO_SHOT'],
    referenceId: scene.checkpoint.id,
    forgetClasses: ['cat'],
    groups: [{ name: 'pets', classes: ['cat', 'dog'] }],
  };
  const { evaluateCheckpoint: asked } = (await ask(EVALUATE, { input })) as { evaluateCheckpoint: { id: string } };
  expect(asked).toMatchObject({
    __typename: 'Evaluation',
    status: 'QUEUED',
    ...{ metrics: input.metrics, forgetClasses: ['cat'], groups: input.groups },
    device: 'AUTO',
    reference: { id: scene.checkpoint.id },
    progress: null,
    values: [],
    classes: null,
  });
  const work = await lethe.domain.work.claim(scene.executor, 60);
  await lethe.domain.evaluations.report(work!.claim, { stage: 'images', done: 4, total: 6 });
  const poll = `query ($id: ID!) { evaluation(id: $id) {
    progress { stage done total } overall { correct total } chance classes { className correct lower }
    all: values { metric } cats: values(metric: ZERO_SHOT, subject: "cat") { key subject value direction run { id } evaluation { id } }
    score: values(metric: LIP_SCORE) { key value lower upper count chance }
  } }`;
  expect(await ask(poll, { id: asked.id })).toMatchObject({
    evaluation: { progress: { stage: 'images', done: 4, total: 6 }, all: [], overall: null },
  });
  const score = {
    metric: 'LIP_SCORE',
    key: 'score',
    subject: null,
    value: 0.25,
    lower: null,
    upper: null,
    count: 6,
    chance: null,
  } as const;
  const values = [score, ...zeroShotValues({ cat: [1, 3], dog: [3, 3] })];
  await lethe.domain.evaluations.succeed(work!.claim, { templates: ['a {}'], values, environment: {} });
  const { metric: _, subject: __, ...shown } = score;
  expect(await ask(poll, { id: asked.id })).toMatchObject({
    evaluation: {
      overall: { correct: 4, total: 6 },
      chance: 0.5,
      classes: [
        { className: 'cat', correct: 1 },
        { className: 'dog', correct: 3 },
      ],
      all: { length: 4 },
      cats: [{ key: 'accuracy', subject: 'cat', value: 1 / 3, direction: 'HIGHER', run: null, evaluation: asked }].map(
        ({ evaluation: { id }, ...rest }) => ({ ...rest, evaluation: { id } }),
      ),
      score: [shown],
    },
  });
});

test('what a metric lacks is a refusal of its own', async () => {
  const input = { checkpointId: scene.checkpoint.id, datasetId: scene.held.id, metrics: ['EMBEDDING_DRIFT'] };
  expect(await ask(EVALUATE, { input })).toEqual({
    evaluateCheckpoint: {
      __typename: 'MetricInputMissing',
      code: 'METRIC_INPUT_MISSING',
      message: 'metric EMBEDDING_DRIFT needs a reference checkpoint, as a rule the original',
      path: ['referenceId'],
    },
  });
});

test('numbers are compared across runs and methods in one query', async () => {
  const query = `query ($filter: MetricValueFilter, $after: String) {
    metricValues(filter: $filter, first: 2, after: $after) {
      totalCount pageInfo { hasNextPage endCursor }
      edges { node { metric key subject value lower upper count chance run { id seed method { name } } evaluation { checkpoint { name } } } }
    }
  }`;
  const filter = { metrics: ['ZERO_SHOT'], methods: ['clip-erase'], runIds: [runId], subjects: ['cat', null] };
  const { metricValues } = (await ask(query, { filter })) as {
    metricValues: { pageInfo: { endCursor: string }; edges: object[] };
  };
  expect(metricValues).toMatchObject({
    totalCount: 4,
    pageInfo: { hasNextPage: true },
    edges: [
      {
        node: {
          subject: null,
          value: 1 / 3,
          run: { id: runId, method: { name: 'clip-erase' } },
          evaluation: { checkpoint: { name: 'demo without cats' } },
        },
      },
      { node: { subject: 'cat', value: 0, lower: 0, count: 3, chance: 0.5 } },
    ],
  });
  const rest = await ask(query, { filter, after: metricValues.pageInfo.endCursor });
  expect(rest).toMatchObject({ metricValues: { pageInfo: { hasNextPage: false }, edges: { length: 2 } } });
});

test('compareRuns is the table', async () => {
  const accuracy = 'correct total accuracy lower upper';
  const query = `query ($ids: [ID!]!) {
    compareRuns(ids: $ids) {
      missing
      rows {
        run { id status seed parameters method { name version } cost { seconds peakMemoryBytes updatedShare } }
        preset forgetClasses lipScore ratioScore seconds
        before { forget { ${accuracy} } others { ${accuracy} } } after { forget { ${accuracy} } others { ${accuracy} } }
      }
    }
  }`;
  expect(await ask(query, { ids: [runId, 'nobody'] })).toMatchObject({
    compareRuns: {
      missing: ['nobody'],
      rows: [
        {
          run: {
            status: 'SUCCEEDED',
            method: { name: 'clip-erase' },
            cost: { seconds: 12.5, peakMemoryBytes: 3_000_000_000, updatedShare: 0.25 },
          },
          preset: null,
          forgetClasses: ['cat'],
          before: { forget: { accuracy: 1 }, others: { accuracy: 1 } },
          after: { forget: { accuracy: 0, lower: 0 }, others: { correct: 2, total: 3 } },
          lipScore: expect.closeTo(1 / 6, 12),
          seconds: expect.any(Number),
        },
      ],
    },
  });
});
