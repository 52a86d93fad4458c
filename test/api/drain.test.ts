import { granted, type Scene, setTheScene } from '../support/domain';
import { follow, TestServer } from '../support/server';

interface Update {
  runEvents: { seq?: number };
}

let lethe: TestServer;
let scene: Scene;
beforeAll(async () => {
  lethe = await TestServer.start();
  scene = await setTheScene(lethe.domain);
});

afterAll(() => lethe.close());

test('a server that is asked to stop completes subscriptions, answers what is in flight and takes nothing new', async () => {
  const run = granted(await lethe.domain.runs.start(scene.request));
  const client = lethe.socket();
  let seen: () => void = () => {};
  const first = new Promise<void>((resolve) => {
    seen = resolve;
  });
  const following = follow<Update>(
    client,
    'subscription ($runId: ID!) { runEvents(runId: $runId) { ... on RunEvent { seq } } }',
    { runId: run.id },
    () => seen(),
  );
  await first;
  const inFlight = lethe.ask('{ runs { totalCount } checkpoints { totalCount } }');
  // The request must have arrived before the door closes.
  await fetch(`${lethe.url}/healthz`);
  const { url } = lethe;
  await lethe.server.close();
  await lethe.server.close();

  expect((await inFlight).status).toBe(200);
  expect((await following).end).toBe('completed');
  await expect(fetch(`${url}/healthz`)).rejects.toThrow('fetch failed');
  await client.dispose();
});
