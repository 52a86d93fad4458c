import { granted, type Scene, setTheScene } from '../support/domain';
import { TestServer } from '../support/server';

let lethe: TestServer;
let scene: Scene;
beforeAll(async () => {
  lethe = await TestServer.start();
  scene = await setTheScene(lethe.domain);
});
afterAll(() => lethe.close());

async function ask(query: string, variables: object = {}): Promise<Record<string, unknown>> {
  const { data, errors } = await lethe.ask(query, variables);
  expect(errors).toBeUndefined();
  return data!;
}

test('policy, verification, verdict and lines by GraphQL', async () => {
  const { createPolicy } = await ask(
    `mutation ($input: CreatePolicyInput!) {
       createPolicy(input: $input) { __typename ... on Policy { id version thresholds { when relativeTo atMost atLeast }
         protocol { templates images seed relearning { learningRate batchSize steps every samples share } } } }
     }`,
    {
      input: {
        name: 'lenient',
        reasons: 'a test',
        thresholds: [{ name: 'answers', attack: 'PARAPHRASES', key: 'largest', atMost: 0.5, relativeTo: 'ORIGINAL' }],
        protocol: { relearning: { steps: 10 } },
      },
    },
  );
  expect(createPolicy).toMatchObject({
    __typename: 'Policy',
    version: 1,
    thresholds: [{ when: 'ALWAYS', relativeTo: 'ORIGINAL', atMost: 0.5, atLeast: null }],
    protocol: {
      templates: ['a photo of a {}'],
      images: 500,
      seed: 0,
      relearning: { learningRate: null, batchSize: 64, steps: 10, every: 2, samples: 8, share: 0.8 },
    },
  });
  const held = granted(await lethe.domain.datasets.register({ name: 'many', source: 'cat:20-39 dog:20-39' }));
  const input = {
    checkpointId: scene.checkpoint.id,
    originalId: scene.checkpoint.id,
    forgetSetId: scene.forget.id,
    retainSetId: scene.retain.id,
    datasetId: held.id,
    policyId: (createPolicy as { id: string }).id,
  };
  const verify = `mutation ($input: VerifyCheckpointInput!) {
    verifyCheckpoint(input: $input) { __typename ... on Verification { id status plan } ... on UserError { code path } }
  }`;
  expect(await ask(verify, { input: { ...input, attacks: ['SUPERCLASS'] } })).toEqual({
    verifyCheckpoint: { __typename: 'AttackInputMissing', code: 'ATTACK_INPUT_MISSING', path: ['superclasses'] },
  });
  const { verifyCheckpoint } = await ask(verify, { input });
  expect(verifyCheckpoint).toMatchObject({ status: 'QUEUED', plan: { relearning: { steps: 10, every: 2 } } });
  const { id } = verifyCheckpoint as { id: string };

  const work = await lethe.domain.work.claim(scene.executor, 60);
  if (work?.kind !== 'VERIFICATION') throw new Error(`expected a verification to claim, not ${work?.kind}`);
  const row = { attack: 'PARAPHRASES', key: 'largest', count: 20 } as const;
  await lethe.domain.verifications.succeed(work.claim, {
    results: [
      { ...row, model: 'SUBJECT', value: 0.1, lower: 0.05, upper: 0.2 },
      { ...row, model: 'ORIGINAL', value: 0.9, lower: 0.8, upper: 0.95 },
    ],
    environment: { node: '20' },
  });
  const shown = await ask(
    `query ($id: ID!) {
       verification(id: $id) {
         status verdict planDigest checkpoint { id } original { name } retrained { id } run { id } forgetSet { name } retainSet { name }
         dataset { name } policy { name } results { model attack key value lower upper count seed }
         lines { verdict found { value } reference { upper } threshold { name attack key atMost } }
       }
       verifications(filter: { checkpointId: "${scene.checkpoint.id}" }) { totalCount edges { node { id } } }
       checkpoint(id: "${scene.checkpoint.id}") { verifications { edges { node { verdict } } } }
       node(id: $id) { __typename }
       attacks { name keys needs }
       policies { edges { node { name version } } }
     }`,
    { id },
  );
  expect(shown).toMatchObject({
    verification: {
      status: 'SUCCEEDED',
      verdict: 'PASS',
      checkpoint: { id: scene.checkpoint.id },
      retrained: null,
      run: null,
      forgetSet: { name: 'cats' },
      dataset: { name: 'many' },
      policy: { name: 'lenient' },
      results: [
        { model: 'SUBJECT', value: 0.1, seed: 0 },
        { model: 'ORIGINAL', count: 20 },
      ],
      lines: [{ verdict: 'PASS', found: { value: 0.1 }, reference: { upper: 0.95 }, threshold: { name: 'answers' } }],
    },
    verifications: { totalCount: 1, edges: [{ node: { id } }] },
    checkpoint: { verifications: { edges: [{ node: { verdict: 'PASS' } }] } },
    node: { __typename: 'Verification' },
    attacks: expect.arrayContaining([{ name: 'RMIA', keys: ['auc'], needs: ['REFERENCES'] }]),
    policies: { edges: expect.arrayContaining([{ node: { name: 'default', version: 1 } }]) },
  });
});

test('what ended cannot be cancelled, and says so in a type of its own', async () => {
  const nobody = '00000000-0000-4000-8000-000000000000';
  const cancel = (id: string) =>
    ask(`mutation ($id: ID!) { cancelVerification(input: { id: $id }) { __typename ... on UserError { message } } }`, {
      id,
    });
  expect(await cancel(nobody)).toMatchObject({ cancelVerification: { __typename: 'VerificationNotFound' } });
  const { items } = await lethe.domain.verifications.list({});
  expect(await cancel(items[0]!.node.id)).toMatchObject({ cancelVerification: { __typename: 'VerificationFinished' } });
});
