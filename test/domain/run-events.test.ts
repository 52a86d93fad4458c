import type { Domain, FeedItem, Run } from '../../src/domain';
import type { Claim } from '../../src/queue';
import { describeOnBoth, type Place } from '../support/databases';
import { granted, openDomain, type Scene, setTheScene } from '../support/domain';

describeOnBoth('following a run', (fresh) => {
  let place: Place;
  let domain: Domain;
  let scene: Scene;
  beforeAll(async () => {
    place = await fresh();
    domain = await openDomain(place);
    scene = await setTheScene(domain);
  });
  afterAll(async () => {
    await domain.close();
    await place.discard();
  });

  const begin = async (): Promise<{ run: Run; claim: Claim }> => {
    granted(await domain.runs.start(scene.request));
    const work = await domain.work.claim(scene.executor, 60);
    if (work?.kind !== 'RUN') throw new Error('expected a run');
    return work;
  };
  const say = (claim: Claim, ...messages: (string | number)[]) =>
    domain.attempts.report(
      claim,
      messages.map((message) => ({ type: 'LOG', payload: { level: 'info', message: String(message) } })),
    );
  const end = (claim: Claim) => domain.attempts.cancelled(claim);
  const never = new AbortController().signal;

  async function collect(
    source: AsyncIterable<FeedItem>,
    onItem: (item: FeedItem) => unknown = () => {},
  ): Promise<number[]> {
    const seqs: number[] = [];
    for await (const item of source) {
      if (item.kind === 'event') seqs.push(item.event.seq);
      await onItem(item);
    }
    return seqs;
  }
  const upTo = (last: number, from = 1) => Array.from({ length: last - from + 1 }, (_, index) => from + index);

  test('early, late, twice, after the end or from a cursor: each event once, in order, then completion', async () => {
    const { run, claim } = await begin();
    const early = collect(domain.feed.follow(run.id, 0, never));
    await say(claim, ...upTo(450));
    const late = collect(domain.feed.follow(run.id, 0, never));
    const cursor = collect(domain.feed.follow(run.id, 300, never));
    for (const n of upTo(20)) await say(claim, n);
    const second = collect(domain.feed.follow(run.id, 0, never));
    await say(claim, 'last words');
    await end(claim);
    const total = (await domain.runs.get(run.id))!.lastSeq;
    expect(total).toBe(2 + 450 + 20 + 1 + 1);
    for (const each of [early, late, second]) expect(await each).toEqual(upTo(total));
    expect(await cursor).toEqual(upTo(total, 301));
    expect(await collect(domain.feed.follow(run.id, 0, never))).toEqual(upTo(total));
    expect(await collect(domain.feed.follow(run.id, total, never))).toEqual([]);
    expect(await collect(domain.feed.follow(run.id, total + 5, never))).toEqual([]);
    expect(await collect(domain.feed.follow('nonsense', 0, never))).toEqual([]);
    expect(await collect(domain.feed.follow(scene.checkpoint.id, 0, never))).toEqual([]);
  });

  test('writers in several processes at once leave no gap for a reader to miss', async () => {
    const { run, claim } = await begin();
    const other = await openDomain(place);
    const reading = [collect(domain.feed.follow(run.id, 0, never)), collect(other.feed.follow(run.id, 0, never))];
    await Promise.all(
      [domain, other].flatMap((writer) =>
        upTo(15).map((n) =>
          writer.attempts.report(claim, [{ type: 'LOG', payload: { level: 'info', message: `${n}` } }]),
        ),
      ),
    );
    await end(claim);
    for (const each of reading) expect(await each).toEqual(upTo(33));
    await other.close();
  });

  test('a quiet run sends heartbeats, and a follower who leaves is let go at once', async () => {
    const { run, claim } = await begin();
    const leaving = new AbortController();
    const kinds: string[] = [];
    await collect(domain.feed.follow(run.id, 0, leaving.signal), ({ kind }) => {
      kinds.push(kind);
      if (kind === 'heartbeat') leaving.abort();
    });
    expect(kinds).toEqual(['event', 'event', 'heartbeat']);
    await end(claim);
  });

  test('a follower too slow for the live feed is told so and still gets everything', async () => {
    const { run, claim } = await begin();
    const lags: number[] = [];
    let caughtUp = () => {};
    const live = new Promise<void>((resolve) => {
      caughtUp = resolve;
    });
    let proceed = () => {};
    const slow = new Promise<void>((resolve) => {
      proceed = resolve;
    });
    let arrived = () => {};
    const stuck = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const reading = collect(domain.feed.follow(run.id, 0, never), async (item) => {
      if (item.kind === 'heartbeat') caughtUp();
      if (item.kind === 'lagged') lags.push(item.behind);
      if (item.kind !== 'event' || item.event.seq !== 3) return;
      arrived();
      await slow;
    });
    await live;
    const last = 2 + 1 + 2_400;
    let passed = () => {};
    const feedIsPast = new Promise<void>((resolve) => {
      passed = resolve;
    });
    // a quick follower of the same run tells when the live feed has gone far beyond the slow one
    const quick = collect(domain.feed.follow(run.id, 0, never), (item) => {
      if (item.kind === 'event' && item.event.seq === last) passed();
    });
    await say(claim, 'one that the follower stays at');
    await stuck;
    for (let n = 0; n < 6; n++) await say(claim, ...upTo(400));
    await feedIsPast;
    proceed();
    await end(claim);
    expect(await quick).toEqual(upTo(last + 1));
    expect(await reading).toEqual(upTo(last + 1));
    expect(lags.length).toBe(1);
    expect(lags[0]).toBeGreaterThan(2_000);
  });
});
