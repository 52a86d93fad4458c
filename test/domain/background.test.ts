import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import type { Domain } from '../../src/domain';
import { BackgroundService, backgroundJob } from '../../src/domain/background/background.service';
import type { BackgroundWork } from '../../src/domain/background/background-work';
import { Job, Queue } from '../../src/queue';
import { startWorker } from '../../src/worker';
import { performDue } from '../support/background';
import { describeOnBoth, type Place } from '../support/databases';
import { granted, openDomain } from '../support/domain';

describeOnBoth('background jobs', (fresh) => {
  let place: Place;
  let domain: Domain;
  let now: Date;
  const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);
  beforeAll(async () => {
    place = await fresh();
    domain = await openDomain(place, { clock: () => now });
  });
  beforeEach(async () => {
    now = new Date('2027-03-01T00:00:00Z');
    await domain.database.query('DELETE FROM job');
    await domain.database.query('DELETE FROM wake_up');
  });
  afterAll(async () => {
    await domain.close();
    await place.discard();
  });

  const add = async (runAfter: Date | null = null) => {
    const subjectId = randomUUID();
    await domain.queue.enqueue(backgroundJob({ kind: 'TEST', subjectId, runAfter }));
    return subjectId;
  };
  const service = (work: BackgroundWork) => new BackgroundService(domain, { TEST: work });
  const worker = randomUUID();

  test('a delayed job waits for its time, and goes at once when it is woken', async () => {
    const subjectId = await add(later(60));
    const { queue } = domain;
    const claim = () => queue.claim(worker, ['TEST'], [], 60);
    expect(await claim()).toBeNull();
    now = later(59);
    expect(await claim()).toBeNull();
    await queue.wake(backgroundJob({ kind: 'TEST', subjectId }));
    const claimed = await claim();
    expect(claimed).toMatchObject({ subjectId, attempt: 1 });
    await queue.reschedule(claimed!, later(60));
    expect(await claim()).toBeNull();
    now = later(60);
    expect(await claim()).toMatchObject({ subjectId, attempt: 2, failures: 0 });
  });

  test('waking adds the job where there is none, and none where there is one', async () => {
    const job = backgroundJob({ kind: 'TEST', subjectId: randomUUID() });
    const claim = () => domain.queue.claim(worker, ['TEST'], [], 60);
    for (let i = 0; i < 2; i++) await domain.queue.wake(job);
    expect(await claim()).toMatchObject({ subjectId: job.subjectId, attempt: 1 });
    expect(await claim()).toBeNull();
    expect(await domain.database.repository(Job).countBy({ kind: 'TEST' })).toBe(1);
  });

  test.each<[string, () => Date | null]>([
    ['has no more to do', () => null],
    ['would look again much later', () => later(600)],
  ])('a job that is woken while its worker %s is done once more, and no more than that', async (_, next) => {
    const subjectId = await add();
    const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 300));
    let done = 0;
    let begun: () => void = () => {};
    const hasRead = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const background = service({
      settle: async () => {
        done++;
        begun();
        await pause();
        return next();
      },
    });
    const working = background.performNext(worker);
    await hasRead;
    // On the embedded database it waits for the worker's transaction, on PostgreSQL it comes in between.
    await domain.database.transaction(() => domain.queue.wake(backgroundJob({ kind: 'TEST', subjectId })));
    await working;
    while (await background.performNext(worker));
    expect(done).toBe(2);
  });

  test('who wakes its own job while it works on it does not begin anew', async () => {
    const subjectId = await add();
    let done = 0;
    const background = service({
      settle: async () => {
        done++;
        await domain.queue.wake(backgroundJob({ kind: 'TEST', subjectId }));
        return null;
      },
    });
    while (await background.performNext(worker));
    expect(done).toBe(1);
  });

  test('of many that wake many jobs at once in any order nobody waits for another, and each job goes', async () => {
    const subjects = await Promise.all(Array.from({ length: 6 }, () => add(later(60))));
    const wakers = [subjects, [...subjects].reverse(), [...subjects].sort()];
    const waking = wakers.map((order) =>
      domain.database.transaction(async () => {
        for (const subjectId of order) await domain.queue.wake(backgroundJob({ kind: 'TEST', subjectId }));
      }),
    );
    const settled = new Set<string>();
    const background = service({
      settle: async (subjectId) => {
        settled.add(subjectId);
        return later(60);
      },
    });
    await Promise.all([...waking, background.performNext(randomUUID()), background.performNext(randomUUID())]);
    while (await background.performNext(worker));
    expect([...settled].sort()).toEqual([...subjects].sort());
  });

  test('a failed job comes back after a pause that grows, and a success makes it short again', async () => {
    await add();
    const pauses: number[] = [];
    let fails = true;
    const background = service({
      settle: async () => {
        if (fails) throw new Error('not today');
        return later(60);
      },
    });
    for (let failures = 1; failures <= 5; failures++) {
      expect(await background.performNext(worker)).toMatchObject({ error: new Error('not today') });
      const { runAfter } = (await domain.database.repository(Job).findOneByOrFail({ kind: 'TEST' })) as {
        runAfter: Date;
      };
      pauses.push((runAfter.getTime() - now.getTime()) / 1000);
      expect(await background.performNext(worker)).toBeNull();
      now = runAfter;
    }
    for (const [i, pause] of pauses.entries()) {
      expect(pause).toBeGreaterThanOrEqual(2 ** i);
      expect(pause).toBeLessThanOrEqual(2 ** (i + 1));
    }
    fails = false;
    expect(await background.performNext(worker)).toEqual({ kind: 'TEST', subjectId: expect.any(String) });
    expect(await domain.database.repository(Job).findOneByOrFail({ kind: 'TEST' })).toMatchObject({ failures: 0 });
  });

  test('what a worker wrote before it failed is taken back', async () => {
    const subjectId = await add();
    const background = service({
      settle: async () => {
        await domain.audit.record({ action: 'HALF', subject: { type: 'TEST', id: subjectId } });
        throw new Error('killed');
      },
    });
    await background.performNext(worker);
    expect(await domain.database.query('SELECT 1 FROM audit_entry WHERE subject_id = $1', [subjectId])).toEqual([]);
  });

  test('a worker that is killed in the middle leaves the job to another, and settles nothing when it comes back', async () => {
    const subjectId = await add();
    const settled: string[] = [];
    const settles = (who: string) => {
      settled.push(who);
      return null;
    };
    let killed: () => void = () => {};
    const hangs = new Promise<void>((resolve) => {
      killed = resolve;
    });
    const first = service({ act: () => hangs, settle: async () => settles('first') });
    const lost = first.performNext(worker);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await domain.database.query(`UPDATE job SET heartbeat_at = clock_timestamp() - interval '61 seconds'`);
    const second = service({ settle: async () => settles('second') });
    expect(await second.performNext(randomUUID())).toMatchObject({ subjectId });
    killed();
    expect(await lost).toMatchObject({ error: expect.objectContaining({ code: 'LEASE_LOST' }) });
    expect(settled).toEqual(['second']);
  });

  test('of many workers each job goes to one', async () => {
    const subjects = await Promise.all(Array.from({ length: 8 }, () => add()));
    const settled: string[] = [];
    const background = service({
      settle: async (subjectId) => {
        settled.push(subjectId);
        return null;
      },
    });
    await Promise.all(subjects.map(() => background.performNext(randomUUID())));
    while (await background.performNext(worker));
    expect(settled.sort()).toEqual(subjects.sort());
  });

  test('reminders go out before the due date, once each, and follow a deadline that moves', async () => {
    const { id } = granted(await domain.requests.receive({ subjectReference: 'x', legalBasis: 'ART_17_1_A' }));
    const reminders = async () =>
      (await domain.requestChanges.events(id, 0, 100))
        .filter(({ type }) => type === 'REMINDER')
        .map(({ at, payload }) => [at.toISOString().slice(0, 10), (payload as { days: number }).days]);
    const live = async (until: string) => {
      for (; now < new Date(until); now = later(6 * 3600)) await performDue(domain);
    };
    await live('2027-03-28T00:00:00Z');
    const before = [
      ['2027-03-18', 14],
      ['2027-03-25', 7],
    ];
    expect(await reminders()).toEqual(before);
    granted(await domain.requests.extend(id, 'many models'));
    await live('2027-05-31T00:00:00Z');
    const again = [
      ['2027-05-18', 14],
      ['2027-05-25', 7],
    ];
    expect(await reminders()).toEqual([...before, ...again]);
    await live('2027-06-10T00:00:00Z');
    const last = [
      ['2027-05-31', 1],
      ['2027-06-01', 0],
    ];
    expect(await reminders()).toEqual([...before, ...again, ...last]);
    expect(await domain.database.repository(Job).countBy({ subjectId: id })).toBe(0);
  });

  test('a closed request reminds nobody, and one that is late from the start says so at once', async () => {
    const receive = (receivedAt: Date) =>
      domain.requests.receive({ subjectReference: 'x', legalBasis: 'ART_17_1_A', receivedAt });
    const closed = granted(await receive(now));
    granted(await domain.requests.move(closed.id, 'WITHDRAWN'));
    const late = granted(await receive(new Date('2027-01-01T00:00:00Z')));
    await performDue(domain);
    expect(await domain.database.repository(Job).count()).toBe(0);
    const events = await domain.requestChanges.events(late.id, 0, 9);
    expect(events).toMatchObject([{ type: 'RECEIVED' }, { type: 'REMINDER', payload: { days: 0 } }]);
  });

  test('of a lane one job at a time is done, and the others go by', async () => {
    const [lane, other] = [randomUUID(), randomUUID()];
    const enqueue = (more: object) => domain.queue.enqueue({ kind: 'TEST', subjectId: randomUUID(), ...more });
    for (const each of [lane, lane, lane, other]) await enqueue({ lane: each });
    const claim = () => domain.database.transaction(() => domain.queue.claim(randomUUID(), ['TEST'], [], 60));
    const claims = (await Promise.all([1, 2, 3, 4].map(claim))).filter((each) => each !== null);
    expect(claims).toHaveLength(2);
    await enqueue({});
    const free = (await claim())!;
    expect(await claim()).toBeNull();
    for (const each of [...claims, free]) await domain.queue.settle(each);
    expect(await claim()).not.toBeNull();
    expect(await claim()).toBeNull();
  });

  test('what waits for the world outside keeps nothing else waiting, however much of it there is', async () => {
    const outside = new Set<string>();
    let answer: () => void = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    let inside = 0;
    const background = new BackgroundService(domain, {
      SLOW: {
        act: async (subjectId) => {
          outside.add(subjectId);
          await answered;
        },
        settle: async () => null,
      },
      TEST: {
        settle: async () => {
          inside++;
          return null;
        },
      },
    });
    const slow = () =>
      domain.queue.enqueue(backgroundJob({ kind: 'SLOW', subjectId: randomUUID(), lane: randomUUID() }));
    for (let i = 0; i < 6; i++) await slow();
    const { database } = domain;
    const concurrency = { inside: 1, outside: 4 };
    const log = pino({ level: 'silent' });
    const running = await startWorker({ domain: { background, database }, log, concurrency, pollMs: 20 });
    const until = async (reached: () => boolean) => {
      while (!reached()) await new Promise((resolve) => setTimeout(resolve, 20));
    };
    await until(() => outside.size === 4);
    await add();
    await until(() => inside === 1);
    expect(outside.size).toBe(4);
    answer();
    await until(() => outside.size === 6);
    await running.stop();
  });

  test('a worker does what is due by itself until it is stopped', async () => {
    const running = await startWorker({ domain, log: pino({ level: 'silent' }), pollMs: 50 });
    const receivedAt = new Date('2027-02-10T00:00:00Z');
    const input = { subjectReference: 'x', legalBasis: 'ART_17_1_A', receivedAt } as const;
    const { id } = granted(await domain.requests.receive(input));
    const length = async () => (await domain.requestChanges.events(id, 0, 9)).length;
    while ((await length()) < 2) await new Promise((resolve) => setTimeout(resolve, 20));
    await running.stop();
    now = later(30 * 86_400);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await length()).toBe(2);
  });

  test('the queue of an executor does not claim what is for workers', async () => {
    await add();
    expect(await new Queue(domain.database).claim(worker, ['RUN', 'EVALUATION', 'MERGE'], [], 60)).toBeNull();
  });
});
