import { actingAs } from '../../src/domain';
import { performDue } from '../support/background';
import { type Scene, setTheScene, success } from '../support/domain';
import { follow, TestServer } from '../support/server';

let lethe: TestServer;
let scene: Scene;
beforeAll(async () => {
  lethe = await TestServer.start();
  scene = await setTheScene(lethe.domain);
});
afterAll(() => lethe.close());

async function mutate(name: string, input: object, fields = '... on Node { id }'): Promise<Record<string, unknown>> {
  const type = `${name.slice(0, 1).toUpperCase()}${name.slice(1)}Input`;
  const answer = await lethe.ask(
    `mutation ($input: ${type}!) { ${name}(input: $input) { __typename ${fields} ... on UserError { code message path } } }`,
    { input },
  );
  expect(answer.errors).toBeUndefined();
  return answer.data?.[name] as Record<string, unknown>;
}

async function ask<T>(query: string, variables: object): Promise<T> {
  const answer = await lethe.ask(query, variables);
  expect(answer.errors).toBeUndefined();
  return answer.data as T;
}

const receive = async (more = {}) => {
  const input = { subjectReference: 'customer 4711', legalBasis: 'ART_17_1_B', ...more };
  return (await mutate('receiveErasureRequest', input)).id as string;
};

test('an erasure request from receipt to promotion, and everything it shows', async () => {
  const { checkpoint } = scene;
  await mutate('createAlias', { name: 'production' });
  const move = { alias: 'production', checkpointId: checkpoint.id, expected: null };
  const moved = await mutate(
    'moveAliases',
    { moves: [move], reason: 'first' },
    '... on MovedAliases { aliases { id name } }',
  );
  expect(moved).toMatchObject({ __typename: 'MovedAliases', aliases: [{ name: 'production' }] });
  const playbook = await mutate('createPlaybook', {
    name: 'erase',
    alias: 'production',
    method: 'clip-erase',
    retainSetId: scene.retain.id,
    evaluateOnId: scene.held.id,
    automatic: ['RUN', 'PROMOTION'],
  });
  const id = await receive({
    receivedAt: '2026-01-31T10:00:00.000Z',
    recipients: ['printer'],
    forgetSetId: scene.forget.id,
  });
  await mutate('checkIdentity', { id, verified: true, method: 'eID' });
  await mutate('givePlaybook', { id, playbookId: playbook.id });
  await performDue(lethe.domain);
  const work = await lethe.domain.work.claim(scene.executor, 60);
  if (work?.kind !== 'RUN') throw new Error('expected a run');
  await lethe.domain.attempts.succeed(work.claim, await success(lethe.domain, lethe.place, work.run));
  await mutate('addRecipient', { id, name: 'mailing house' });
  await performDue(lethe.domain);

  const { erasureRequest } = await ask<{ erasureRequest: { recipients: { id: string }[] } }>(
    `query ($id: ID!) {
       erasureRequest(id: $id) {
         id status legalBasis receivedAt dueAt subjectHash closedAt promotedAt verificationId certificateId
         extension { reason noticedAt } identity { verified method checkedAt checkedBy } hold { ground reason placedAt placedBy from }
         forgetSet { name } recipients { id name informedAt } run { id status requestedBy result { id } }
         playbook { name method parameters seed policyId approvalsNeeded automatic
           alias { name checkpoint { name } history(first: 1) { totalCount edges { node { reason actorId from { id } to { id } } } } } }
         nextStep { step state why forPeople }
         events(first: 3) { totalCount edges { cursor node { seq type at actorId payload } } pageInfo { hasNextPage endCursor } }
       }
       node(id: $id) { __typename }
     }`,
    { id },
  );
  expect(erasureRequest).toMatchObject({
    status: 'IN_PROGRESS',
    legalBasis: 'ART_17_1_B',
    receivedAt: '2026-01-31T10:00:00.000Z',
    dueAt: '2026-02-28T10:00:00.000Z',
    subjectHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    identity: { verified: true, method: 'eID' },
    forgetSet: { name: 'cats' },
    recipients: [{ name: 'printer', informedAt: null }, { name: 'mailing house' }],
    run: { status: 'SUCCEEDED' },
    promotedAt: expect.any(String),
    playbook: {
      name: 'erase',
      parameters: { lambda1: 1, norm: 'L2' },
      alias: {
        checkpoint: { name: 'demo without cats' },
        history: { totalCount: 2, edges: [{ node: { from: { id: checkpoint.id } } }] },
      },
    },
    nextStep: { step: 'CERTIFICATE', state: 'READY', why: 'the playbook leaves it to a person', forPeople: true },
    events: { edges: [{ cursor: '1', node: { seq: 1, type: 'RECEIVED' } }, {}, {}], pageInfo: { hasNextPage: true } },
  });
  const step = { id, step: 'CERTIFICATE' };
  const { certificateId } = await mutate('takeRequestStep', step, '... on ErasureRequest { certificateId }');
  const { certificate } = await ask<{ certificate: object }>(
    'query ($id: ID!) { certificate(id: $id) { requestId claims } }',
    { id: certificateId },
  );
  // Nothing was verified: that is what it says.
  expect(certificate).toMatchObject({ requestId: id, claims: { verdict: 'INCONCLUSIVE', attacks: [] } });
  const recipientId = erasureRequest.recipients[0]!.id;
  expect(
    await mutate('informRecipient', { id, recipientId }, '... on ErasureRequest { recipients { informedAt } }'),
  ).toMatchObject({
    recipients: [{ informedAt: expect.any(String) }, { informedAt: null }],
  });
});

test('a playbook is refused for what it names and what is missing; one from before that shows its refusal as a step', async () => {
  const { checkpoint, retain, held } = scene;
  await mutate('createAlias', { name: 'staging' });
  const move = { alias: 'staging', checkpointId: checkpoint.id };
  await mutate('moveAliases', { moves: [move], reason: 'first' }, '');
  const { policies } = await ask<{ policies: { edges: { node: { id: string } }[] } }>(
    '{ policies { edges { node { id } } } }',
    {},
  );
  const policyId = policies.edges[0]!.node.id;
  const whole = {
    name: 'verified',
    alias: 'staging',
    method: 'clip-erase',
    retainSetId: retain.id,
    evaluateOnId: held.id,
    policyId,
    automatic: ['RUN'],
  };
  const refused = async (more: object) => {
    const { __typename, path } = await mutate('createPlaybook', { ...whole, ...more });
    return [__typename, path];
  };
  expect(await refused({ policyId: checkpoint.id })).toEqual(['PolicyNotFound', ['policyId']]);
  expect(await refused({ retainSetId: null })).toEqual(['SetMissing', ['retainSetId']]);
  expect(await refused({ evaluateOnId: null })).toEqual(['InvalidInput', ['evaluateOnId']]);
  expect(await refused({ evaluateOnId: scene.dataset.id })).toEqual(['SetsOverlap', ['evaluateOnId']]);
  const playbook = await mutate('createPlaybook', whole);

  const { database } = lethe.domain;
  await database.query(`UPDATE playbook SET policy_id = 'strict' WHERE id = $1`, [playbook.id]);
  const many = await mutate('registerDataset', { name: 'many', source: 'cat:20-39 dog:20-39' });
  await database.query('UPDATE playbook SET evaluate_on_id = $2 WHERE id = $1', [playbook.id, many.id]);
  const id = await receive({ forgetSetId: scene.forget.id });
  await mutate('checkIdentity', { id, verified: true, method: 'eID' });
  await mutate('givePlaybook', { id, playbookId: playbook.id });
  await performDue(lethe.domain);
  const work = await lethe.domain.work.claim(scene.executor, 60);
  if (work?.kind !== 'RUN') throw new Error('expected a run');
  await lethe.domain.attempts.succeed(work.claim, await success(lethe.domain, lethe.place, work.run));
  const step = { id, step: 'VERIFICATION' };
  expect(await mutate('takeRequestStep', step)).toMatchObject({ __typename: 'PolicyNotFound', path: ['policyId'] });
  const { erasureRequest } = await ask<{ erasureRequest: object }>(
    'query ($id: ID!) { erasureRequest(id: $id) { nextStep { step state why } } }',
    { id },
  );
  expect(erasureRequest).toMatchObject({
    nextStep: { step: 'VERIFICATION', state: 'READY', why: 'there is no policy strict' },
  });
});

test('requests are listed by status, by due date and by whose they are', async () => {
  const subjectReference = 'somebody of her own';
  const id = await receive({ subjectReference });
  const list = async (filter: object) => {
    const { erasureRequests } = await ask<{ erasureRequests: { edges: { node: { id: string } }[] } }>(
      'query ($filter: ErasureRequestFilter) { erasureRequests(first: 100, filter: $filter) { edges { node { id } } } }',
      { filter },
    );
    return erasureRequests.edges.map(({ node }) => node.id);
  };
  expect(await list({ subjectReference })).toEqual([id]);
  expect(await list({ subjectReference, status: 'COMPLETED' })).toEqual([]);
  expect(await list({ subjectReference, dueBefore: '2020-01-01T00:00:00Z' })).toEqual([]);
  expect(await list({ subjectReference, dueBefore: '2200-01-01T00:00:00Z' })).toEqual([id]);
  expect(await list({ subjectReference: 'nobody' })).toEqual([]);
});

test('every mutation of a request answers in its own words', async () => {
  const id = await receive();
  const refused = async (name: string, input: object) => {
    const { __typename, path } = await mutate(name, input);
    return [__typename, path];
  };
  expect(await refused('moveErasureRequest', { id, to: 'IN_PROGRESS' })).toEqual(['RequestStatus', ['id']]);
  expect(await refused('moveErasureRequest', { id, to: 'REFUSED' })).toEqual(['InvalidInput', ['reason']]);
  expect(await refused('liftHold', { id, reason: 'x' })).toEqual(['RequestNotHeld', ['id']]);
  expect(await refused('unlinkSubject', { id })).toEqual(['RequestOpen', ['id']]);
  expect(await refused('extendDeadline', { id, reason: '' })).toEqual(['InvalidInput', ['reason']]);
  expect(await refused('linkForgetSet', { id, forgetSetId: scene.retain.id })).toEqual([
    'SetNotFound',
    ['forgetSetId'],
  ]);
  expect(await refused('informRecipient', { id, recipientId: id })).toEqual(['RecipientNotFound', ['recipientId']]);
  expect(await refused('takeRequestStep', { id, step: 'RUN' })).toEqual(['PlaybookMissing', ['id']]);
  expect(await refused('givePlaybook', { id, playbookId: id })).toEqual(['PlaybookNotFound', ['playbookId']]);
  const hold = await mutate('holdErasureRequest', { id, ground: 'ART_17_3_E', reason: 'a lawsuit' });
  expect(hold.__typename).toBe('ErasureRequest');
  expect(await refused('holdErasureRequest', { id: scene.checkpoint.id, ground: 'ART_17_3_E', reason: 'x' })).toEqual([
    'RequestNotFound',
    ['id'],
  ]);
  expect((await mutate('moveErasureRequest', { id, to: 'WITHDRAWN' })).__typename).toBe('ErasureRequest');
  expect((await mutate('unlinkSubject', { id })).__typename).toBe('ErasureRequest');
  expect(await refused('addRecipient', { id, name: 'late' })).toEqual(['RequestClosed', ['id']]);
});

test('aliases and approvals refuse in types of their own', async () => {
  const { checkpoint } = scene;
  const { id } = checkpoint;
  const policyId = (await lethe.domain.policies.shipped()).id;
  const guarded = await mutate('createAlias', { name: 'guarded', policyId, approvalsNeeded: 1 });
  expect(guarded.__typename).toBe('Alias');
  expect(await ask(`{ alias(name: "guarded") { policy { name } } }`, {})).toEqual({
    alias: { policy: { name: 'default' } },
  });
  const move = (more = {}) =>
    mutate('moveAliases', { moves: [{ alias: 'guarded', checkpointId: id, ...more }], reason: 'x' }, '');
  expect(await move()).toMatchObject({ __typename: 'AliasNeedsPass', path: ['moves', '0', 'checkpointId'] });
  expect(await move({ expected: id })).toMatchObject({ __typename: 'AliasMovedBefore' });
  const protection = { alias: 'guarded', policyId: null, approvalsNeeded: 1 };
  expect(await mutate('protectAlias', protection)).toMatchObject({ __typename: 'Alias' });
  expect(await move()).toMatchObject({ __typename: 'AliasNeedsApprovals' });
  expect(await mutate('deleteAlias', { alias: 'guarded', reason: 'x' })).toMatchObject({
    __typename: 'AliasProtected',
  });
  const rollback = { alias: 'guarded', moveId: id, reason: 'x' };
  expect(await mutate('rollbackAlias', rollback)).toMatchObject({ __typename: 'AliasMoveNotFound' });
  expect(await mutate('withdrawApproval', { id })).toMatchObject({ __typename: 'ApprovalNotFound' });
  const rita = { kind: 'PERSON', id: 'person:rita', name: 'Rita', roles: ['REVIEWER'] } as const;
  await actingAs(rita, () => lethe.domain.approvals.give({ checkpointId: id, decision: 'APPROVED', comment: 'good' }));
  const { checkpoint: shown } = await ask<{ checkpoint: object }>(
    `query ($id: ID!) { checkpoint(id: $id) { approvals { totalCount edges { node {
       decision comment approverId approverName createdAt withdrawnAt checkpoint { id } } } } } }`,
    { id },
  );
  expect(shown).toMatchObject({
    approvals: { totalCount: 1, edges: [{ node: { decision: 'APPROVED', approverName: 'Rita', checkpoint: { id } } }] },
  });
  expect((await move()).__typename).toBe('MovedAliases');

  await mutate('protectAlias', { ...protection, approvalsNeeded: 0 });
  expect(await mutate('deleteAlias', { alias: 'guarded', reason: 'over' })).toMatchObject({ __typename: 'Alias' });
  const { alias, gone } = await ask<{ alias: object | null; gone: object }>(
    `{ alias(name: "guarded") { id }
       gone: alias(name: "guarded", deleted: true) { deletedAt checkpoint { id } history { edges { node { reason from { id } to { id } } } } } }`,
    {},
  );
  expect(alias).toBeNull();
  expect(gone).toMatchObject({
    deletedAt: expect.any(String),
    checkpoint: null,
    history: { edges: [{ node: { reason: 'over', from: { id }, to: null } }, { node: { from: null, to: { id } } }] },
  });
});

test('a token made in the name of a reviewer does not approve what its maker brought in', async () => {
  const { id: checkpointId } = await mutate('importCheckpoint', { name: 'mine', source: 'somewhere' });
  const bob = { name: 'for Bob', kind: 'PERSON', holder: 'bob', roles: ['REVIEWER'] };
  const made = await mutate('createToken', bob, '... on CreatedToken { secret token { vouchers } }');
  expect(made.token).toEqual({ vouchers: ['bootstrap'] });
  const query = `mutation ($input: DecideCheckpointInput!) { decideCheckpoint(input: $input) {
     __typename ... on UserError { code message path } ... on Approval { vouchers } } }`;
  const decide = async (id: unknown) => {
    const variables = { input: { checkpointId: id, decision: 'APPROVED', comment: 'fine' } };
    const authorization = `Bearer ${String(made.secret)}`;
    return (await lethe.post(JSON.stringify({ query, variables }), { authorization })).data?.decideCheckpoint;
  };
  expect(await decide(checkpointId)).toEqual({
    __typename: 'ApproverNotIndependent',
    code: 'APPROVER_NOT_INDEPENDENT',
    message: expect.stringContaining(`bob cannot decide about imported checkpoint ${String(checkpointId)}`),
    path: ['checkpointId'],
  });
  // Somebody else's, as far as is known.
  const others = await lethe.domain.checkpoints.import({ name: 'theirs', source: 'somewhere' });
  expect(await decide((others as { id: string }).id)).toEqual({ __typename: 'Approval', vouchers: ['bootstrap'] });
});

test('a webhook shows its secret once and its deliveries always', async () => {
  expect(await mutate('createWebhook', { url: 'https://192.168.0.1/' }, '')).toMatchObject({
    __typename: 'WebhookUrlRefused',
  });
  const fields = '... on CreatedWebhook { secret webhook { id url types } }';
  const input = { url: 'https://example.org/', types: ['REQUEST_MOVED'], idempotencyKey: 'once' };
  const made = await mutate('createWebhook', input, fields);
  expect(await mutate('createWebhook', input, fields)).toEqual({ ...made, secret: null });
  expect(made).toMatchObject({ secret: expect.stringMatching(/^whsec_/), webhook: { types: ['REQUEST_MOVED'] } });
  const { id } = made.webhook as { id: string };
  const rotated = await mutate(
    'rotateWebhookSecret',
    { id },
    '... on RotatedWebhook { secret webhook { id formerSecretsUntil } }',
  );
  expect(rotated).toMatchObject({
    __typename: 'RotatedWebhook',
    secret: expect.stringMatching(/^whsec_/),
    webhook: { id, formerSecretsUntil: [expect.any(String)] },
  });
  expect(rotated.secret).not.toBe(made.secret);
  expect(await mutate('rotateWebhookSecret', { id, graceHours: 721 }, '')).toMatchObject({
    __typename: 'InvalidInput',
    path: ['graceHours'],
  });
  await mutate('moveErasureRequest', { id: await receive(), to: 'WITHDRAWN' });
  const { webhook } = await ask<{ webhook: { deliveries: { edges: { node: { id: string } }[] } } }>(
    `query ($id: ID!) { webhook(id: $id) { url failingSince disabledAt disabledReason deliveries(status: PENDING) { totalCount edges { node {
       id messageId type body status createdAt nextAttemptAt attempts { number at responseStatus error milliseconds } } } } } }`,
    { id },
  );
  expect(webhook).toMatchObject({
    disabledAt: null,
    deliveries: {
      totalCount: 1,
      edges: [{ node: { type: 'REQUEST_MOVED', body: expect.stringContaining('"request.moved"'), attempts: [] } }],
    },
  });
  expect(await mutate('enableWebhook', { id, enabled: false })).toMatchObject({ __typename: 'Webhook' });
  const delivery = webhook.deliveries.edges[0]!.node.id;
  expect(await mutate('replayDelivery', { id: delivery })).toMatchObject({ __typename: 'WebhookDisabled' });
  const deleted = await mutate('deleteWebhook', { id }, '... on Webhook { deletedAt disabledReason }');
  expect(deleted).toMatchObject({ deletedAt: expect.any(String), disabledReason: 'somebody switched it off' });
  expect(await mutate('enableWebhook', { id, enabled: true })).toMatchObject({ __typename: 'WebhookDeleted' });
  const { webhooks, all } = await ask<{ webhooks: { edges: object[] }; all: { edges: object[] } }>(
    `{ webhooks { edges { node { id } } }
       all: webhooks(deleted: true) { edges { node { id deliveries { edges { node { status cancelledReason } } } } } } }`,
    {},
  );
  expect(webhooks.edges).toEqual([]);
  const cancelled = { status: 'CANCELLED', cancelledReason: 'somebody switched it off' };
  expect(all.edges).toEqual([{ node: { id, deliveries: { edges: [{ node: cancelled }] } } }]);
});

test('a request is followed live from any event until it is closed', async () => {
  const client = lethe.socket();
  const id = await receive();
  const document = `subscription ($id: ID!, $after: String) { erasureRequestEvents(id: $id, after: $after) { seq type payload } }`;
  type Item = { erasureRequestEvents: { seq: number; type: string } };
  const live = follow<Item>(client, document, { id }, ({ erasureRequestEvents: { seq } }) => {
    if (seq === 1) void mutate('checkIdentity', { id, verified: true, method: 'eID' });
    if (seq === 2) void mutate('moveErasureRequest', { id, to: 'WITHDRAWN' });
  });
  const { items, end } = await live;
  expect([items.map(({ erasureRequestEvents: { type } }) => type), end]).toEqual([
    ['RECEIVED', 'IDENTITY_VERIFIED', 'MOVED'],
    'completed',
  ]);
  const late = await follow<Item>(client, document, { id, after: '2' });
  expect(late).toMatchObject({ items: [{ erasureRequestEvents: { seq: 3 } }], end: 'completed' });
  const nobody = await follow<Item>(client, document, { id: scene.checkpoint.id });
  expect(nobody).toMatchObject({ items: [], errors: ['NOT_FOUND'] });
  await client.dispose();
});

test('a follower that leaves while nothing happens is let go', async () => {
  const id = await receive();
  const aborted = new AbortController();
  const feed = lethe.domain.requestFeed.follow(id, 1, aborted.signal);
  const pending = feed.next();
  aborted.abort();
  expect(await pending).toEqual({ done: true, value: undefined });
});
