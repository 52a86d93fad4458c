import { randomUUID } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { AuditEntry, type Domain, type NewSecret, type WebhookDelivery, type WebhookType } from '../../src/domain';
import { Destinations } from '../../src/domain/webhook/destinations';
import { pauses } from '../../src/domain/webhook/schedule';
import { sendWebhook } from '../../src/domain/webhook/send-webhook';
import { secretsOf } from '../../src/domain/webhook/webhook-endpoint.entity';
import { performDue } from '../support/background';
import { describeOnBoth, type Place } from '../support/databases';
import { granted, openDomain, setTheScene } from '../support/domain';

/** A receiver that keeps what it gets and answers as it is told. */
class Receiver {
  readonly received: { headers: IncomingHttpHeaders; body: string }[] = [];
  answer = { status: 204, headers: {} };
  private constructor(
    readonly server: Server,
    readonly url: string,
  ) {}

  static async listen(): Promise<Receiver> {
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (part: Buffer) => {
        body += part.toString();
      });
      request.on('end', () => {
        receiver.received.push({ headers: request.headers, body });
        response.writeHead(receiver.answer.status, receiver.answer.headers).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const receiver: Receiver = new Receiver(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`);
    return receiver;
  }
}

const networks = ['127.0.0.0/8'];

describeOnBoth('webhooks', (fresh) => {
  let place: Place;
  let domain: Domain;
  let receiver: Receiver;
  let now = new Date();
  const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);
  beforeAll(async () => {
    place = await fresh();
    domain = await openDomain(place, { clock: () => now, webhookNetworks: networks });
  });
  beforeEach(async () => {
    now = new Date();
    await domain.database.query('DELETE FROM job');
    await domain.database.query('DELETE FROM wake_up');
    await domain.database.query(`UPDATE webhook_endpoint SET disabled_at = now()`);
    receiver = await Receiver.listen();
  });
  afterEach(() => receiver.server.close());
  afterAll(async () => {
    await domain.close();
    await place.discard();
  });

  const endpoint = async (types: WebhookType[] = [], url = receiver.url) =>
    granted(await domain.webhooks.create({ url, types })).endpoint;
  const publish = () => domain.webhooks.publish('RUN_FINISHED', { runId: 'r', status: 'FAILED', resultId: null });
  const deliveries = async (id: string): Promise<WebhookDelivery[]> =>
    (await domain.deliveries.list(id, {})).items.map(({ node }) => node);

  test('a delivery is signed so that another implementation verifies it, and a changed byte fails', async () => {
    const { secret } = await endpoint();
    await publish();
    expect(await performDue(domain)).toBe(1);
    const [{ headers, body }] = receiver.received as [Receiver['received'][number]];
    const given = headers as Record<string, string>;
    const verifier = new Webhook(secret);
    expect(verifier.verify(body, given)).toEqual({
      type: 'run.finished',
      timestamp: now.toISOString(),
      data: { runId: 'r', status: 'FAILED', resultId: null },
    });
    expect(() => verifier.verify(body.replace('FAILED', 'PASSED'), given)).toThrow();
    expect(() => verifier.verify(body, { ...given, 'webhook-id': 'msg_other' })).toThrow();
    expect(() => new Webhook(`whsec_${Buffer.alloc(32).toString('base64')}`).verify(body, given)).toThrow();
  });

  test('a new secret signs at once, the one before beside it for a day, and then no more', async () => {
    const { id, secret: old } = await endpoint();
    const { secret } = granted(await domain.webhooks.rotateSecret({ id, graceHours: 24 }));
    expect(secret).not.toBe(old);
    const signedWith = async () => {
      await publish();
      await performDue(domain);
      const { headers, body } = receiver.received.at(-1)!;
      const given = headers as Record<string, string>;
      const fits = (one: string) => {
        try {
          return Boolean(new Webhook(one).verify(body, given));
        } catch (error) {
          if (error instanceof WebhookVerificationError) return false;
          throw error;
        }
      };
      return { count: given['webhook-signature']!.split(' ').length, new: fits(secret!), old: fits(old) };
    };
    expect(await signedWith()).toEqual({ count: 2, new: true, old: true });
    // The library compares a delivery's time with today's, so the end of the day is moved to now.
    await domain.database.query(
      `UPDATE webhook_endpoint SET former_secrets = jsonb_set(former_secrets, '{0,until}', to_jsonb($2::text)) WHERE id = $1`,
      [id, now.toISOString()],
    );
    expect(await signedWith()).toEqual({ count: 1, new: true, old: false });
    const audited = await domain.database.repository(AuditEntry).findBy({ subjectId: id });
    expect(audited.map(({ action }) => action)).toContain('WEBHOOK_SECRET_ROTATED');
  });

  test('the hours of grace are those of every earlier secret, and none ends one that leaked', async () => {
    const { id } = await endpoint();
    const rotate = (graceHours: number) => domain.webhooks.rotateSecret({ id, graceHours });
    const ends = ({ endpoint: found }: NewSecret) =>
      found.formerSecrets.map(({ until }) => (Date.parse(until) - now.getTime()) / 3_600_000);
    const began = granted(await rotate(48));
    expect(ends(began)).toEqual([48]);
    expect(secretsOf(began.endpoint, later(48 * 3600 - 1))).toHaveLength(2);
    expect(secretsOf(began.endpoint, later(48 * 3600))).toEqual([began.secret]);
    expect(ends(granted(await rotate(1)))).toEqual([1, 1]);
    expect(ends(granted(await rotate(24)))).toEqual([24, 1, 1]);
    granted(await rotate(24));
    expect(await rotate(24)).toMatchObject({ code: 'INVALID_INPUT', path: ['graceHours'] });
    now = later(3600);
    expect(ends(granted(await rotate(24)))).toEqual([24, 23, 23]);
    expect(ends(granted(await rotate(0)))).toEqual([]);
    for (const hours of [-1, 1.5, 721]) expect(await rotate(hours)).toMatchObject({ path: ['graceHours'] });
    const nobody = { id: '00000000-0000-4000-8000-000000000000', graceHours: 1 };
    expect(await domain.webhooks.rotateSecret(nobody)).toMatchObject({ code: 'WEBHOOK_NOT_FOUND' });
  });

  test('a secret is shown once: an endpoint that is made twice with one key is one, and its secret stays away', async () => {
    const input = { url: receiver.url, types: [], idempotencyKey: receiver.url };
    const first = granted(await domain.webhooks.create(input));
    expect(first.secret).toBe(first.endpoint.secret);
    expect(granted(await domain.webhooks.create(input))).toEqual({ ...first, secret: null });
  });

  test('a rotation that is asked for twice with one key is one', async () => {
    const { id } = await endpoint();
    const input = { id, graceHours: 24, idempotencyKey: id };
    const first = granted(await domain.webhooks.rotateSecret(input));
    const again = granted(await domain.webhooks.rotateSecret(input));
    expect(again).toEqual({ ...first, secret: null });
    expect(await domain.webhooks.rotateSecret({ ...input, graceHours: 1 })).toMatchObject({
      code: 'IDEMPOTENCY_CONFLICT',
    });
  });

  test('an endpoint is told of what it asked for, and nobody of what was taken back', async () => {
    const [all, runs, others] = [await endpoint(), await endpoint(['RUN_FINISHED']), await endpoint(['ALIAS_MOVED'])];
    await publish();
    const failing = domain.database.transaction(async () => {
      await publish();
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow();
    const counts = await Promise.all([all, runs, others].map(async ({ id }) => (await deliveries(id)).length));
    expect(counts).toEqual([1, 1, 0]);
    const [mine] = await deliveries(all.id);
    expect((await deliveries(runs.id))[0]!.messageId).toBe(mine!.messageId);
  });

  test('what happens is told: a run that ends, a request that moves, a reminder, an alias', async () => {
    const scene = await setTheScene(domain);
    const { id } = await endpoint();
    const run = granted(await domain.runs.start(scene.request));
    granted(await domain.runs.cancel(run.id));
    const receivedAt = later(-20 * 86_400);
    const input = { subjectReference: 'x', legalBasis: 'ART_17_1_A', receivedAt } as const;
    const request = granted(await domain.requests.receive(input));
    granted(await domain.requests.checkIdentity(request.id, true, 'eID'));
    granted(await domain.aliases.create({ name: 'production', policyId: null, approvalsNeeded: 0 }));
    const moves = [{ alias: 'production', checkpointId: scene.checkpoint.id }];
    granted(await domain.aliases.move({ moves, reason: 'first' }));
    await performDue(domain);
    const told = (await deliveries(id)).map(({ type }) => type).sort();
    expect(told).toEqual(['ALIAS_MOVED', 'REMINDER_DUE', 'REQUEST_MOVED', 'RUN_FINISHED']);
    for (const { body } of await deliveries(id)) expect(body).not.toContain('subject');
  });

  test('a failed delivery is tried again after pauses that grow, for three days, and each attempt is on record', async () => {
    const { id } = await endpoint();
    receiver.answer = { status: 500, headers: {} };
    await publish();
    for (const pause of pauses) {
      expect(await performDue(domain)).toBe(1);
      expect(await performDue(domain)).toBe(0);
      const [{ status, nextAttemptAt }] = (await deliveries(id)) as [WebhookDelivery];
      expect(status).toBe('PENDING');
      const waits = nextAttemptAt!.getTime() - now.getTime();
      expect(waits).toBeGreaterThanOrEqual(pause);
      expect(waits).toBeLessThanOrEqual(pause * 1.2);
      now = nextAttemptAt!;
    }
    await performDue(domain);
    const [delivery] = (await deliveries(id)) as [WebhookDelivery];
    expect(delivery).toMatchObject({ status: 'FAILED', attempts: 10, nextAttemptAt: null });
    const attempts = await domain.deliveries.attemptsOf([delivery.id]);
    expect(attempts.map(({ number, responseStatus }) => [number, responseStatus])).toEqual(
      Array.from({ length: 10 }, (_, i) => [i + 1, 500]),
    );
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id']))).toEqual(
      new Set([delivery.messageId]),
    );

    receiver.answer = { status: 200, headers: {} };
    expect(granted(await domain.deliveries.replay(delivery.id)).status).toBe('PENDING');
    const [replayed] = await domain.database
      .repository(AuditEntry)
      .findBy({ subjectId: id, action: 'WEBHOOK_REPLAYED' });
    expect(replayed).toMatchObject({ subjectType: 'WEBHOOK' });
    await performDue(domain);
    expect(await deliveries(id)).toMatchObject([{ status: 'DELIVERED', attempts: 11 }]);
    expect((await domain.webhooks.get(id))!.failingSince).toBeNull();
    expect(receiver.received.at(-1)!.headers['webhook-id']).toBe(delivery.messageId);
  });

  test('an endpoint that fails for five days is disabled, and the others are told', async () => {
    const broken = await endpoint(['RUN_FINISHED'], 'http://127.0.0.1:1/nobody');
    const watching = await endpoint(['WEBHOOK_DISABLED']);
    await publish();
    await performDue(domain);
    expect((await domain.webhooks.get(broken.id))!.failingSince).toEqual(now);
    expect(await domain.deliveries.attemptsOf((await deliveries(broken.id)).map(({ id }) => id))).toMatchObject([
      { responseStatus: null, error: expect.stringContaining('ECONNREFUSED') },
    ]);
    now = later(5 * 86_400);
    await performDue(domain);
    expect(await domain.webhooks.get(broken.id)).toMatchObject({
      disabledAt: now,
      disabledReason: expect.stringContaining('nothing was delivered since'),
    });
    await performDue(domain);
    expect(await deliveries(watching.id)).toMatchObject([{ type: 'WEBHOOK_DISABLED', status: 'DELIVERED' }]);
    await publish();
    const [delivery] = (await deliveries(broken.id)) as [WebhookDelivery];
    expect(await deliveries(broken.id)).toHaveLength(1);
    expect(await domain.deliveries.replay(delivery.id)).toMatchObject({ code: 'WEBHOOK_DISABLED' });
    granted(await domain.webhooks.enable(broken.id, true));
    expect(granted(await domain.deliveries.replay(delivery.id)).status).toBe('PENDING');
  });

  test.each([
    ['asks for an hour', { status: 503, headers: { 'retry-after': '3600' } }, 3600],
    ['has had too much', { status: 429, headers: {} }, 300],
    ['cannot reach what is behind it', { status: 502, headers: {} }, 300],
  ])(
    'an endpoint that %s is left alone by every delivery, and none of them is counted for it',
    async (_, answer, pause) => {
      const { id } = await endpoint(['RUN_FINISHED']);
      receiver.answer = answer;
      for (let i = 0; i < 3; i++) await publish();
      expect(await performDue(domain)).toBe(3);
      expect(receiver.received).toHaveLength(1);
      expect((await domain.webhooks.get(id))!.waitUntil).toEqual(later(pause));
      const waiting = (await deliveries(id)).filter(({ attempts }) => attempts === 0);
      expect(waiting).toMatchObject(Array(2).fill({ status: 'PENDING', nextAttemptAt: later(pause) }));
      now = later(pause - 1);
      await performDue(domain);
      expect(receiver.received).toHaveLength(1);
      receiver.answer = { status: 204, headers: {} };
      now = later(1);
      await performDue(domain);
      expect(receiver.received).toHaveLength(4);
      expect(new Set((await deliveries(id)).map(({ status }) => status))).toEqual(new Set(['DELIVERED']));
      expect(await domain.webhooks.get(id)).toMatchObject({ waitUntil: null, failingSince: null });
    },
  );

  test('an endpoint that says it is gone is disabled at once', async () => {
    const { id } = await endpoint();
    receiver.answer = { status: 410, headers: {} };
    await publish();
    await performDue(domain);
    expect(await domain.webhooks.get(id)).toMatchObject({ disabledReason: 'it answered 410 Gone' });
    expect((await deliveries(id)).find(({ type }) => type === 'RUN_FINISHED')).toMatchObject({ status: 'FAILED' });
  });

  test('what waits when an endpoint is switched off is cancelled, says why, and can be replayed later', async () => {
    const { id } = await endpoint(['RUN_FINISHED']);
    receiver.answer = { status: 500, headers: {} };
    await publish();
    await performDue(domain);
    await publish();
    granted(await domain.webhooks.enable(id, false));
    const why = { status: 'CANCELLED', cancelledReason: 'somebody switched it off', nextAttemptAt: null };
    expect(await deliveries(id)).toMatchObject([
      { ...why, attempts: 0 },
      { ...why, attempts: 1 },
    ]);
    await publish();
    now = later(3600);
    await performDue(domain);
    expect([receiver.received.length, (await deliveries(id)).length]).toEqual([1, 2]);
    granted(await domain.webhooks.enable(id, true));
    await performDue(domain);
    expect(receiver.received).toHaveLength(1);
    receiver.answer = { status: 204, headers: {} };
    const [last] = (await deliveries(id)) as [WebhookDelivery];
    expect(granted(await domain.deliveries.replay(last.id))).toMatchObject({
      status: 'PENDING',
      cancelledReason: null,
    });
    await performDue(domain);
    expect((await deliveries(id))[0]).toMatchObject({ status: 'DELIVERED', attempts: 1 });
  });

  test('a deleted endpoint is sent nothing, comes back by nothing, and what it was sent stays to be read', async () => {
    const watching = await endpoint(['WEBHOOK_DISABLED']);
    const { id } = await endpoint(['RUN_FINISHED']);
    await publish();
    await performDue(domain);
    await publish();
    const { deletedAt } = granted(await domain.webhooks.delete(id));
    expect(deletedAt).toEqual(now);
    now = later(60);
    expect(granted(await domain.webhooks.delete(id)).deletedAt).toEqual(deletedAt);
    await publish();
    await performDue(domain);
    const sent = await deliveries(id);
    expect(sent).toMatchObject([
      { status: 'CANCELLED', cancelledReason: 'somebody deleted it' },
      { status: 'DELIVERED' },
    ]);
    expect(await domain.deliveries.attemptsOf([sent[1]!.id])).toMatchObject([{ responseStatus: 204 }]);
    expect(await deliveries(watching.id)).toMatchObject([{ type: 'WEBHOOK_DISABLED', status: 'DELIVERED' }]);
    const gone = { code: 'WEBHOOK_DELETED', path: ['id'] };
    expect(await domain.webhooks.enable(id, true)).toMatchObject(gone);
    expect(await domain.webhooks.rotateSecret({ id, graceHours: 0 })).toMatchObject(gone);
    expect(await domain.deliveries.replay(sent[0]!.id)).toMatchObject(gone);
    expect(await domain.webhooks.delete('nonsense')).toMatchObject({ code: 'WEBHOOK_NOT_FOUND' });
    const listed = async (deleted: boolean) =>
      (await domain.webhooks.list({ first: 100 }, { deleted })).items.some(({ node }) => node.id === id);
    expect([await listed(false), await listed(true)]).toEqual([false, true]);
    const audited = await domain.database.repository(AuditEntry).findBy({ subjectId: id, action: 'WEBHOOK_DELETED' });
    expect(audited).toHaveLength(1);
  });

  test('what is under way when its endpoint is switched off is told of as it went', async () => {
    const { id } = await endpoint(['RUN_FINISHED']);
    const { work } = domain.deliveries;
    const settle = (delivery: string, answer: Parameters<typeof work.settle>[1]) =>
      domain.database.transaction(() => work.settle(delivery, answer));
    await publish();
    const [arrived] = (await deliveries(id)) as [WebhookDelivery];
    const answer = await work.act!(arrived.id);
    granted(await domain.webhooks.enable(id, false));
    expect(await settle(arrived.id, answer)).toBeNull();
    expect(await deliveries(id)).toMatchObject([{ status: 'DELIVERED', attempts: 1, cancelledReason: null }]);

    granted(await domain.webhooks.enable(id, true));
    receiver.answer = { status: 500, headers: {} };
    await publish();
    const [failed] = (await deliveries(id)) as [WebhookDelivery];
    const refused = await work.act!(failed.id);
    granted(await domain.webhooks.enable(id, false));
    expect(await settle(failed.id, refused)).toBeNull();
    expect((await deliveries(id))[0]).toMatchObject({ status: 'CANCELLED', attempts: 1 });
    expect((await domain.webhooks.get(id))!.failingSince).toBeNull();
  });

  test('of what many workers deliver while somebody switches the endpoint off, nothing waits for another', async () => {
    const { id } = await endpoint(['RUN_FINISHED']);
    receiver.answer = { status: 500, headers: {} };
    for (let i = 0; i < 8; i++) await publish();
    const worked = Array.from({ length: 8 }, () => domain.background.performNext(randomUUID()));
    const off = domain.webhooks.enable(id, false);
    const performed = await Promise.all(worked);
    granted(await off);
    expect(performed.filter((job) => job?.error !== undefined)).toEqual([]);
    await performDue(domain);
    expect(new Set((await deliveries(id)).map(({ status }) => status))).toEqual(new Set(['CANCELLED']));
  });

  test('one delivery at a time goes to an endpoint, and who answers goes before who does not', async () => {
    const slow = await endpoint();
    const other = await endpoint();
    await domain.database.query('UPDATE webhook_endpoint SET failing_since = now() WHERE id = $1', [slow.id]);
    for (let i = 0; i < 2; i++) await publish();
    const claim = () => domain.database.transaction(() => domain.queue.claim(randomUUID(), ['WEBHOOK'], [], 60));
    const claims = [await claim(), await claim(), await claim()];
    const rows = await domain.deliveries.byIds(claims.flatMap((each) => (each ? [each.subjectId] : [])));
    const endpointOf = (id: string | undefined) => rows.find((row) => row.id === id)?.endpointId;
    expect(claims.map((each) => endpointOf(each?.subjectId))).toEqual([other.id, slow.id, undefined]);
  });

  test('a redirect is not followed: it is a failure', async () => {
    const other = await Receiver.listen();
    const { id } = await endpoint();
    receiver.answer = { status: 302, headers: { location: other.url } };
    await publish();
    await performDue(domain);
    other.server.close();
    expect(other.received).toEqual([]);
    const [delivery] = (await deliveries(id)) as [WebhookDelivery];
    expect(await domain.deliveries.attemptsOf([delivery.id])).toMatchObject([{ responseStatus: 302 }]);
  });

  test('an endpoint that does not answer is given up', async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const message = { url, secrets: [`whsec_${Buffer.alloc(32).toString('base64')}`], id: 'msg_1', body: '{}' };
    const answer = await sendWebhook(message, new Destinations(networks), now, 200);
    silent.closeAllConnections();
    silent.close();
    expect(answer).toMatchObject({ responseStatus: null, error: 'no answer within 0.2 seconds', overloaded: true });
  });

  test('an answer without an end is not waited for', async () => {
    const endless = createServer((_, response) => {
      const drip = setInterval(() => response.write('x'.repeat(65_536)), 5);
      response.writeHead(200).on('close', () => clearInterval(drip));
    });
    await new Promise<void>((resolve) => endless.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(endless.address() as AddressInfo).port}`;
    const message = { url, secrets: [`whsec_${Buffer.alloc(32).toString('base64')}`], id: 'msg_1', body: '{}' };
    const answer = await sendWebhook(message, new Destinations(networks), now, 5_000);
    expect(answer).toMatchObject({ responseStatus: 200, error: null });
    // Hung up, so that nothing is left for it to write to.
    await new Promise((resolve) => endless.close(resolve));
  });

  test('private addresses are refused, when the endpoint is made and again when it is called', async () => {
    expect(await domain.webhooks.create({ url: 'https://10.0.0.1/', types: [] })).toMatchObject({
      code: 'WEBHOOK_URL_REFUSED',
      message: expect.stringContaining('LETHE_WEBHOOK_NETWORKS'),
    });
    const message = { secrets: [`whsec_${Buffer.alloc(32).toString('base64')}`], id: 'msg_1', body: '{}' };
    const nowhere = new Destinations();
    for (const url of [receiver.url, receiver.url.replace('127.0.0.1', 'localhost')]) {
      const answer = await sendWebhook({ ...message, url }, nowhere, now);
      expect(answer).toMatchObject({ responseStatus: null, error: expect.stringContaining('private') });
    }
    expect(receiver.received).toEqual([]);
  });

  test('a worker that is killed after sending sends again, with the same id', async () => {
    const { id } = await endpoint();
    await publish();
    const [delivery] = (await deliveries(id)) as [WebhookDelivery];
    await domain.deliveries.work.act!(delivery.id);
    expect(await performDue(domain)).toBe(1);
    expect(receiver.received.map(({ headers }) => headers['webhook-id'])).toEqual(Array(2).fill(delivery.messageId));
    expect(await domain.deliveries.attemptsOf([delivery.id])).toHaveLength(1);
  });
});
