import type { Client } from 'graphql-ws';
import type { NewRunEvent, Run } from '../../src/domain';
import { granted, type Scene, setTheScene, success } from '../support/domain';
import { follow, TestServer } from '../support/server';

interface Update {
  runEvents: { __typename: string; seq?: number; cursor?: string; type?: string; losses?: object; behind?: number };
}

const document = `
  subscription ($runId: ID!, $after: String) {
    runEvents(runId: $runId, after: $after) {
      __typename
      ... on RunEvent { seq cursor type runId at }
      ... on StartedEvent { attempt executorId }
      ... on StageEvent { stage totalSteps }
      ... on ProgressEvent { stage losses progress { step totalSteps fraction etaSeconds } }
      ... on LogEvent { level message }
      ... on EvaluatedEvent { role evaluation { classes { className accuracy lower upper } } }
      ... on SucceededEvent { outcome checkpoint { name parent { name } run { id } } }
    }
  }`;

let lethe: TestServer;
let scene: Scene;
const clients: Client[] = [];
beforeAll(async () => {
  lethe = await TestServer.start();
  scene = await setTheScene(lethe.domain);
});
afterAll(async () => {
  for (const client of clients) await client.dispose();
  await lethe.close();
});

function connect(): Client {
  const client = lethe.socket();
  clients.push(client);
  return client;
}

const sequence = (items: Update[]) => items.flatMap(({ runEvents }) => runEvents.seq ?? []);
const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** Does a run as an executor would, event by event. Resolves with the number of its last event. */
async function perform(run: Run, steps: number): Promise<number> {
  const { domain } = lethe;
  const work = await domain.work.claim(scene.executor, 30);
  if (work?.kind !== 'RUN' || work.run.id !== run.id) throw new Error('the run was not there to be claimed');
  const { claim } = work;
  await domain.attempts.report(claim, [{ type: 'STAGE', payload: { stage: 'unlearn', totalSteps: steps } }]);
  for (let step = 1; step <= steps; step++) {
    const progress = { stage: 'unlearn', step, totalSteps: steps, fraction: step / steps, etaSeconds: steps - step };
    const events: NewRunEvent[] = [{ type: 'PROGRESS', payload: { ...progress, losses: { forgetting: 1 / step } } }];
    if (step % 5 === 0) events.push({ type: 'LOG', payload: { level: 'info', message: `step ${step}` } });
    await domain.attempts.report(claim, events);
  }
  await domain.attempts.succeed(claim, await success(domain, lethe.place, work.run));
  return (await domain.runs.get(run.id))?.lastSeq ?? 0;
}

const startRun = async () => granted(await lethe.domain.runs.start(scene.request));

test('early, twice, late and with a cursor: each event once, in order, then completion', async () => {
  const run = await startRun();
  const runId = run.id;
  const client = connect();
  const early = follow<Update>(client, document, { runId });
  const twice = follow<Update>(client, document, { runId });
  const elsewhere = follow<Update>(connect(), document, { runId });
  let midway: typeof early | undefined;
  const starter = follow<Update>(connect(), document, { runId }, ({ runEvents }) => {
    if (runEvents.seq === 10) midway ??= follow<Update>(connect(), document, { runId, after: runEvents.cursor });
  });
  const last = await perform(run, 20);

  const late = follow<Update>(connect(), document, { runId });
  for (const one of [early, twice, elsewhere, starter, late]) {
    const { items, end } = await one;
    expect(end).toBe('completed');
    expect(sequence(items)).toEqual(upTo(last));
  }
  const { items, end } = (await midway) ?? { items: [], end: undefined };
  expect(end).toBe('completed');
  expect(sequence(items)).toEqual(upTo(last, 11));

  const all = (await late).items.map(({ runEvents }) => runEvents);
  expect(all.at(0)).toMatchObject({ __typename: 'QueuedEvent', type: 'QUEUED', runId });
  expect(all.find(({ type }) => type === 'PROGRESS')).toMatchObject({
    losses: { forgetting: 1 },
    progress: { step: 1, totalSteps: 20, fraction: 0.05, etaSeconds: 19 },
  });
  expect(all.find(({ type }) => type === 'LOG')).toMatchObject({ level: 'INFO', message: 'step 5' });
  expect(all.find(({ type }) => type === 'EVALUATED')).toMatchObject({
    role: 'AFTER',
    evaluation: {
      classes: [
        { className: 'cat', accuracy: 0 },
        { className: 'dog', accuracy: 2 / 3 },
      ],
    },
  });
  expect(all.at(-1)).toMatchObject({
    __typename: 'SucceededEvent',
    outcome: 'threshold reached',
    checkpoint: { name: 'demo without cats', parent: { name: 'demo' }, run: { id: runId } },
  });
});

test('a cursor at the last event completes at once; the same rows can be polled', async () => {
  const run = await startRun();
  const last = await perform(run, 3);
  const { items, end } = await follow<Update>(connect(), document, { runId: run.id, after: String(last) });
  expect([items, end]).toEqual([[], 'completed']);

  const polled: number[] = [];
  for (let after: string | null = null, more = true; more; ) {
    const { data } = await lethe.ask(
      `query ($id: ID!, $after: String) {
         run(id: $id) { events(first: 3, after: $after) { totalCount pageInfo { hasNextPage endCursor } edges { node { seq } } } }
       }`,
      { id: run.id, after },
    );
    const { events } = (data as { run: unknown }).run as {
      events: {
        totalCount: number;
        pageInfo: { hasNextPage: boolean; endCursor: string };
        edges: { node: { seq: number } }[];
      };
    };
    expect(events.totalCount).toBe(last);
    polled.push(...events.edges.map(({ node }) => node.seq));
    after = events.pageInfo.endCursor;
    more = events.pageInfo.hasNextPage;
  }
  expect(polled).toEqual(upTo(last));
});

test.each(['x', '-1', '1.5', '', 'null', '99999999999'])(
  'the malformed cursor %p is an error, not silence',
  async (after) => {
    const run = await startRun();
    const followed = await follow<Update>(connect(), document, { runId: run.id, after });
    await lethe.domain.runs.cancel(run.id);
    expect(followed).toEqual({ items: [], errors: ['MALFORMED_CURSOR'], end: 'completed' });
    const { errors } = await lethe.ask('query ($id: ID!) { run(id: $id) { events(after: "x") { totalCount } } }', {
      id: run.id,
    });
    expect(errors?.[0]?.extensions.code).toBe('MALFORMED_CURSOR');
  },
);

test('a run that does not exist is an error', async () => {
  const runId = '00000000-0000-4000-8000-000000000000';
  expect(await follow<Update>(connect(), document, { runId })).toEqual({
    items: [],
    errors: ['NOT_FOUND'],
    end: 'completed',
  });
});

test('a silent run sends heartbeats, and its cancellation completes the subscription', async () => {
  const run = await startRun();
  let cancelled: Promise<unknown> | undefined;
  const { items, end } = await follow<Update>(connect(), document, { runId: run.id }, ({ runEvents }) => {
    if (runEvents.__typename === 'Heartbeat') cancelled ??= lethe.domain.runs.cancel(run.id);
  });
  await cancelled;
  expect(end).toBe('completed');
  const types = items.map(({ runEvents }) => runEvents.type ?? runEvents.__typename);
  expect(types.filter((type) => type !== 'Heartbeat')).toEqual(['QUEUED', 'CANCEL_REQUESTED', 'CANCELLED']);
});

test('a client that leaves a silent run leaves nothing behind', async () => {
  const run = await startRun();
  const client = connect();
  const events = client.iterate<Update>({ query: document, variables: { runId: run.id } });
  await events.next();
  expect(await gauge('lethe_subscriptions')).toBe(1);
  await events.return?.();
  await client.dispose();
  await expect(untilZero('lethe_subscriptions')).resolves.toBe(0);
  await lethe.domain.runs.cancel(run.id);
});

async function gauge(name: string): Promise<number> {
  const text = await (await fetch(`${lethe.url}/metrics`, { headers: lethe.headers })).text();
  return Number(new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1]);
}

async function untilZero(name: string): Promise<number> {
  for (let attempt = 0; attempt < 50 && (await gauge(name)) > 0; attempt++)
    await new Promise((done) => setTimeout(done, 50));
  return gauge(name);
}
