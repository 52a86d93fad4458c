import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { pino } from 'pino';
import { actingAs, type Domain, type Work } from '../src/domain';
import { startOpenLineageSender } from '../src/open-lineage/sender';
import { describeOnBoth, type Place } from './support/databases';
import { granted, openDomain, type Scene, setTheScene, success } from './support/domain';

interface Message {
  eventType: string;
  run: { runId: string; facets: Record<string, { message: string }> };
  job: { namespace: string; name: string };
  inputs: { namespace: string; name: string }[];
  outputs: { namespace: string; name: string }[];
}

const schemaFile = resolve(__dirname, '../../test/fixtures/open-lineage/run-event.schema.json');
const ajv = new Ajv2020({ strict: false });
addFormats(ajv);
const isRunEvent = ajv.compile(JSON.parse(readFileSync(schemaFile, 'utf8')));

/** A receiver over real HTTP; it answers with what `answer` says. */
class Receiver {
  readonly got: Message[] = [];
  readonly asked: { at: number; path: string | undefined; key: string | undefined }[] = [];
  answer: (message: Message) => number = () => 201;
  private constructor(readonly server: Server) {}

  static async start(): Promise<Receiver> {
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const message = JSON.parse(Buffer.concat(chunks).toString()) as Message;
      receiver.asked.push({ at: Date.now(), path: request.url, key: request.headers.authorization });
      const status = receiver.answer(message);
      if (status < 300) receiver.got.push(message);
      response.writeHead(status).end();
    });
    const receiver = new Receiver(server);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }
}

describeOnBoth('OpenLineage', (fresh) => {
  let place: Place;
  let domain: Domain;
  let scene: Scene;
  let receiver: Receiver;
  const lines: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line) => lines.push(line) });
  beforeEach(async () => {
    place = await fresh();
    domain = await openDomain(place, { openLineage: true });
    scene = await setTheScene(domain);
    receiver = await Receiver.start();
    lines.length = 0;
  });
  afterEach(async () => {
    receiver.server.closeAllConnections();
    receiver.server.close();
    await domain.close();
    await place.discard();
  });

  const send = () =>
    startOpenLineageSender({
      domain,
      log,
      url: receiver.url,
      apiKey: 'secret',
      pauseSeconds: 0.1,
      longestPauseSeconds: 1,
    });
  const claim = async <K extends Work['kind']>(kind: K): Promise<Extract<Work, { kind: K }>> => {
    const work = await domain.work.claim(scene.executor, 60);
    if (work?.kind !== kind) throw new Error(`expected ${kind}, not ${work?.kind}`);
    return work as Extract<Work, { kind: K }>;
  };
  const until = async (holds: () => boolean | Promise<boolean>) => {
    for (const began = Date.now(); !(await holds()); ) {
      if (Date.now() - began > 20_000) throw new Error('waited in vain');
      await new Promise((done) => setTimeout(done, 20));
    }
  };
  const waiting = async () => {
    const [row] = await domain.database.query<{ n: number }>('SELECT count(*) AS n FROM open_lineage_event');
    return row!.n;
  };
  const told = () => receiver.got.map(({ eventType, job }) => `${eventType} ${job.name}`);

  test('what happens while the receiver is down is told when it is up, once and in order, and is a RunEvent', async () => {
    receiver.answer = () => 503;
    const sender = await send();
    const run = granted(await domain.runs.start(scene.request));
    const first = await claim('RUN');
    await domain.attempts.release(first.claim);
    const again = await claim('RUN');
    const { resultId } = await domain.attempts.succeed(again.claim, await success(domain, place, again.run));
    granted(
      await domain.merges.request({
        name: 'soup',
        sources: [scene.checkpoint.id, resultId!].map((checkpointId) => ({ checkpointId, weight: 1 })),
      }),
    );
    const { files, architecture, layout, parameterCount, config } = scene.checkpoint;
    const merging = await claim('MERGE');
    await domain.merges.succeed(merging.claim, { name: 'soup', files, architecture, layout, parameterCount, config });
    granted(await domain.evaluations.request({ checkpointId: scene.checkpoint.id, datasetId: scene.held.id }));
    const evaluating = await claim('EVALUATION');
    await domain.evaluations.fail(evaluating.claim, { code: 'X', message: 'no memory' }, { retry: false });
    granted(await domain.runs.start(scene.request));
    const stopping = await claim('RUN');
    await domain.runs.cancel(stopping.run.id);
    await domain.attempts.cancelled(stopping.claim);
    // One that never began is not told of.
    const unborn = granted(await domain.runs.start(scene.request));
    await domain.runs.cancel(unborn.id);

    await until(() => receiver.asked.length >= 4);
    expect(receiver.got).toEqual([]);
    const times = receiver.asked.map(({ at }) => at);
    expect(times[3]! - times[2]!).toBeGreaterThan(300);
    const second = await send();
    receiver.answer = () => 201;
    await until(async () => (await waiting()) === 0);
    await sender.stop();
    await second.stop();

    expect(told()).toEqual([
      'START run/clip-erase',
      'COMPLETE run/clip-erase',
      'START merge',
      'COMPLETE merge',
      'START evaluation',
      'FAIL evaluation',
      'START run/clip-erase',
      'ABORT run/clip-erase',
    ]);
    for (const message of receiver.got) expect([isRunEvent(message), isRunEvent.errors]).toEqual([true, null]);
    const completed = receiver.got[1]!;
    expect(completed.run.runId).toBe(run.id);
    expect(completed.inputs.map(({ name }) => name)).toEqual(
      expect.arrayContaining([`checkpoint/${scene.checkpoint.id}`, `forget_set/${scene.forget.id}`]),
    );
    expect(completed.outputs.map(({ name }) => name)).toContain(`checkpoint/${resultId}`);
    expect(receiver.got[5]!.run.facets.errorMessage!.message).toBe('no memory');
    expect(receiver.asked[0]).toMatchObject({ path: '/api/v1/lineage', key: 'Bearer secret' });
    expect(isRunEvent({ ...completed, eventType: 'DONE' })).toBe(false);
    expect(isRunEvent({ ...completed, run: { runId: 'x' } })).toBe(false);
  });

  test('an event that the receiver will never take is logged and left, and does not hold up the others', async () => {
    receiver.answer = ({ eventType }) => (eventType === 'START' ? 422 : 201);
    const sender = await send();
    granted(await domain.runs.start(scene.request));
    const { claim: mine } = await claim('RUN');
    await domain.attempts.fail(mine, { code: 'X', message: 'broken' }, { retry: false });
    await until(async () => (await waiting()) === 0);
    await sender.stop();
    expect(told()).toEqual(['FAIL run/clip-erase']);
    expect(lines.join()).toContain('refuses an event');
  });

  test('each project is a namespace of its own', async () => {
    const other = granted(await domain.projects.create({ name: 'elsewhere' })).id;
    granted(await domain.runs.start(scene.request));
    const { claim: ours } = await claim('RUN');
    await domain.attempts.fail(ours, { code: 'X', message: 'broken' }, { retry: false });
    await actingAs({ kind: 'BOT', id: 'bot:there', name: 'there', roles: ['ADMIN'], projectId: other }, async () => {
      const theirs = await setTheScene(domain);
      granted(await domain.runs.start(theirs.request));
    });
    await claim('RUN');
    const sender = await send();
    await until(async () => (await waiting()) === 0);
    await sender.stop();
    const namespaces = receiver.got.map(({ job, inputs, outputs }) => [
      ...new Set([job, ...inputs, ...outputs].map(({ namespace }) => namespace)),
    ]);
    expect(namespaces).toEqual([['lethe/default'], ['lethe/default'], ['lethe/elsewhere']]);
  });

  test('without a receiver nothing is kept', async () => {
    await domain.close();
    domain = await openDomain(place);
    granted(await domain.runs.start(scene.request));
    await claim('RUN');
    expect(await waiting()).toBe(0);
  });
});
